import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { deleteObject, type DeleteOptions } from "../server/deleteObject.ts"
import { internalCall } from "../server/internalCall.ts"
import { type Kind, resourceOf } from "../server/Kind.ts"
import type { Server } from "../server/Server.ts"
import { updateObject } from "../server/updateObject.ts"
import { storeKey } from "../store/ObjectStore.ts"
import { makeOwnership, type Located, type Ownership } from "./Ownership.ts"

/** What the controllers of this server share. */
export interface Controllers {
  readonly server: Server
  readonly ownership: Ownership
}

export const makeControllers = (server: Server): Controllers => ({ server, ownership: makeOwnership(server.store) })

/** The kind under whose storage version a resource is kept. */
export const kindOfResource = ({ server }: Controllers, resource: string): Kind | undefined =>
  server.kinds.all().find((kind) => resourceOf(kind.type) === resource)

/** The object as it is now, if it is still the same one. */
export const current = ({ server }: Controllers, { resource, object }: Located): KubeObject | undefined => {
  const live = server.store.collection(resource).get(storeKey(object.metadata.namespace, object.metadata.name))
  return live?.metadata.uid === object.metadata.uid ? live : undefined
}

/** Asks for the deletion of an object, as the controller `manager`. */
export const requestDeletion = Effect.fnUntraced(function* (
  controllers: Controllers,
  located: Located,
  manager: string,
  propagationPolicy: DeleteOptions["propagationPolicy"] = "Background"
) {
  const live = current(controllers, located)
  const kind = kindOfResource(controllers, located.resource)
  if (live === undefined || kind === undefined || live.metadata.deletionTimestamp !== undefined) return
  const call = internalCall(kind, "delete", manager, live.metadata)
  yield* deleteObject(controllers.server, call, live, {
    uid: undefined,
    resourceVersion: undefined,
    propagationPolicy,
    dryRun: false
  })
})

/** Changes the metadata of an object, as the controller `manager`. */
export const changeMetadata = Effect.fnUntraced(function* (
  controllers: Controllers,
  located: Located,
  manager: string,
  change: (metadata: KubeObject["metadata"]) => KubeObject["metadata"]
) {
  const live = current(controllers, located)
  const kind = kindOfResource(controllers, located.resource)
  if (live === undefined || kind === undefined) return
  const call = internalCall(kind, "update", manager, live.metadata)
  const desired = { ...live, metadata: change(live.metadata) }
  yield* updateObject(controllers.server, call, live, desired, { applied: false, uidIsPrecondition: false })
})

/** The metadata without one finalizer. */
export const withoutFinalizer =
  (finalizer: string) =>
  (metadata: KubeObject["metadata"]): KubeObject["metadata"] => ({
    ...metadata,
    finalizers: (metadata.finalizers ?? []).filter((held) => held !== finalizer)
  })
