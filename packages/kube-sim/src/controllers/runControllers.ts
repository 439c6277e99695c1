import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type { ApiError } from "../server/ApiError.ts"
import type { Raced } from "../server/commit.ts"
import { crdResource } from "../server/Kinds.ts"
import type { Server } from "../server/Server.ts"
import type { StoreEvent } from "../store/ObjectStore.ts"
import { collectIfOwnerless, deleteInForeground, orphanDependents } from "./collectGarbage.ts"
import { type Controllers, makeControllers } from "./Controllers.ts"
import { drainCrd, drainNamespace } from "./drain.ts"
import { ownersOf } from "./Ownership.ts"

type Task = Effect.Effect<void, ApiError | Raced>

/** A task that was refused (by an admission hook, say) is tried again. */
const retryAfter = Duration.seconds(1)

/**
 * Runs what kube-controller-manager does for objects of any kind, while the scope lives: garbage collection, and the
 * emptying of namespaces and CustomResourceDefinitions that are being deleted.
 */
export const runControllers = Effect.fnUntraced(function* (server: Server) {
  const controllers = makeControllers(server)
  const tasks = yield* Queue.unbounded<Task>()
  const unsubscribe = server.store.subscribe((resource, event) => {
    Queue.offerAllUnsafe(tasks, tasksOf(controllers, resource, event))
  })
  yield* Effect.addFinalizer(() => Effect.sync(unsubscribe))
  const runOne = Effect.gen(function* () {
    const task = yield* Queue.take(tasks)
    const again = Effect.andThen(Effect.sleep(retryAfter), Queue.offer(tasks, task))
    yield* Effect.catch(task, () => Effect.forkChild(again))
  })
  yield* Effect.forkScoped(Effect.forever(runOne))
})

/** What an event asks the controllers to look at. */
const tasksOf = (controllers: Controllers, resource: string, event: StoreEvent): ReadonlyArray<Task> => {
  const { object, before } = event
  const { uid, namespace, finalizers, deletionTimestamp } = object.metadata
  const located = { resource, object }
  if (event.type === "DELETED") {
    return [
      ...controllers.ownership.dependentsOf(uid ?? "").map((dependent) => collectIfOwnerless(controllers, dependent)),
      ...ownersOf(object).map((owner) => foregroundOwner(controllers, owner.uid)),
      ...terminatingNamespace(controllers, namespace),
      ...terminatingCrd(controllers, resource)
    ]
  }
  return [
    ...(ownersOf(object).length > 0 && ownersOf(object) !== ownersOf(before)
      ? [collectIfOwnerless(controllers, located)]
      : []),
    ...(deletionTimestamp === undefined
      ? []
      : [
          ...(finalizers?.includes("foregroundDeletion") === true ? [deleteInForeground(controllers, located)] : []),
          ...(finalizers?.includes("orphan") === true ? [orphanDependents(controllers, located)] : []),
          ...(resource === "/namespaces" ? [drainNamespace(controllers, located)] : []),
          ...(resource === crdResource ? [drainCrd(controllers, located)] : [])
        ])
  ]
}

/** An owner that waits in the foreground for its dependents. */
const foregroundOwner = (controllers: Controllers, uid: string): Task => {
  const { store } = controllers.server
  return Effect.suspend(() => {
    for (const resource of store.resources()) {
      const object = store
        .collection(resource)
        .all()
        .find((object) => object.metadata.uid === uid && object.metadata.finalizers?.includes("foregroundDeletion"))
      if (object !== undefined) return deleteInForeground(controllers, { resource, object })
    }
    return Effect.void
  })
}

const terminatingNamespace = (controllers: Controllers, name: string | undefined): ReadonlyArray<Task> => {
  if (name === undefined) return []
  const object = controllers.server.store.collection("/namespaces").get(name)
  if (object?.metadata.deletionTimestamp === undefined) return []
  return [drainNamespace(controllers, { resource: "/namespaces", object })]
}

const terminatingCrd = (controllers: Controllers, resource: string): ReadonlyArray<Task> => {
  const [group, plural] = resource.split("/")
  const object = controllers.server.store.collection(crdResource).get(`${plural}.${group}`)
  return object === undefined ? [] : [drainCrd(controllers, { resource: crdResource, object })]
}
