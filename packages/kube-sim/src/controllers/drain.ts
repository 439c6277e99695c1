import * as Effect from "effect/Effect"
import { commitRemoval } from "../server/commit.ts"
import { crdFinalizer } from "../server/deleteObject.ts"
import { internalCall } from "../server/internalCall.ts"
import {
  changeMetadata,
  type Controllers,
  current,
  kindOfResource,
  requestDeletion,
  withoutFinalizer
} from "./Controllers.ts"
import type { Located } from "./Ownership.ts"

/** Deletes what lies in a namespace that is being deleted; the namespace goes when nothing is left. */
export const drainNamespace = Effect.fnUntraced(function* (controllers: Controllers, located: Located) {
  const live = current(controllers, located)
  const kind = kindOfResource(controllers, "/namespaces")
  if (kind === undefined || live?.metadata.deletionTimestamp === undefined) return
  const content = (): ReadonlyArray<Located> =>
    controllers.server.store.resources().flatMap((resource) =>
      controllers.server.store
        .collection(resource)
        .all()
        .filter((object) => object.metadata.namespace === live.metadata.name)
        .map((object) => ({ resource, object }))
    )
  for (const object of content()) yield* requestDeletion(controllers, object, "namespace-controller")
  if (content().length > 0 || (live.metadata.finalizers ?? []).length > 0) return
  commitRemoval(
    controllers.server,
    internalCall(kind, "delete", "namespace-controller", { name: live.metadata.name }),
    live
  )
})

/** Deletes the objects of a CustomResourceDefinition that is being deleted, then lets it go. */
export const drainCrd = Effect.fnUntraced(function* (controllers: Controllers, located: Located) {
  const live = current(controllers, located)
  if (live?.metadata.finalizers?.includes(crdFinalizer) !== true) return
  if (live.metadata.deletionTimestamp === undefined) return
  const [plural = "", ...group] = live.metadata.name.split(".")
  const resource = `${group.join(".")}/${plural}`
  const objects = controllers.server.store.collection(resource)
  for (const object of objects.all()) yield* requestDeletion(controllers, { resource, object }, "apiextensions")
  if (objects.all().length > 0) return
  yield* changeMetadata(controllers, located, "apiextensions", withoutFinalizer(crdFinalizer))
})
