import type { KubeObject, OwnerReference } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { resourceOf } from "../server/Kind.ts"
import { storeKey } from "../store/ObjectStore.ts"
import { changeMetadata, type Controllers, current, requestDeletion, withoutFinalizer } from "./Controllers.ts"
import { type Located, ownersOf } from "./Ownership.ts"

const manager = "garbage-collector"

/**
 * Deletes an object whose owners are all gone; takes owners that are gone from one that has others. An owner of a kind
 * that is not served is unknown, and holds.
 */
export const collectIfOwnerless = Effect.fnUntraced(function* (controllers: Controllers, located: Located) {
  const live = current(controllers, located)
  const owners = ownersOf(live)
  if (live === undefined || owners.length === 0) return
  const gone = owners.filter((owner) => isGone(controllers, live, owner))
  if (gone.length === 0) return
  if (gone.length === owners.length) yield* requestDeletion(controllers, located, manager)
  else {
    yield* changeMetadata(controllers, located, manager, (metadata) => ({
      ...metadata,
      ownerReferences: owners.filter((owner) => !gone.includes(owner))
    }))
  }
})

const isGone = ({ server }: Controllers, dependent: KubeObject, owner: OwnerReference): boolean => {
  const kind = server.kinds.ofKind(owner.apiVersion, owner.kind)
  if (kind === undefined) return false
  const { namespace } = dependent.metadata
  // an owner in a namespace can only own what lies in the same one: such a reference is invalid, not dangling
  if (kind.type.namespaced && namespace === undefined) return false
  const key = storeKey(kind.type.namespaced ? namespace : undefined, owner.name)
  return server.store.collection(resourceOf(kind.type)).get(key)?.metadata.uid !== owner.uid
}

/** Foreground deletion: first the dependents, then the owner. */
export const deleteInForeground = Effect.fnUntraced(function* (controllers: Controllers, located: Located) {
  const live = current(controllers, located)
  if (live?.metadata.finalizers?.includes("foregroundDeletion") !== true) return
  const uid = live.metadata.uid ?? ""
  for (const dependent of controllers.ownership.dependentsOf(uid)) {
    yield* requestDeletion(controllers, dependent, manager, "Foreground")
  }
  const blocking = controllers.ownership
    .dependentsOf(uid)
    .filter(({ object }) => ownersOf(object).some((owner) => owner.uid === uid && owner.blockOwnerDeletion === true))
  if (blocking.length > 0) return
  yield* changeMetadata(controllers, located, manager, withoutFinalizer("foregroundDeletion"))
})

/** Orphaning deletion: dependents lose the reference and stay. */
export const orphanDependents = Effect.fnUntraced(function* (controllers: Controllers, located: Located) {
  const live = current(controllers, located)
  if (live?.metadata.finalizers?.includes("orphan") !== true) return
  for (const dependent of controllers.ownership.dependentsOf(live.metadata.uid ?? "")) {
    yield* changeMetadata(controllers, dependent, manager, (metadata) => ({
      ...metadata,
      ownerReferences: (metadata.ownerReferences ?? []).filter((owner) => owner.uid !== live.metadata.uid)
    }))
  }
  yield* changeMetadata(controllers, located, manager, withoutFinalizer("orphan"))
})
