import type { KubeError, ObjectRef } from "@multicluster-mesh/ocm-transport"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import * as Queue from "effect/Queue"
import type { Scope } from "effect/Scope"
import * as Stream from "effect/Stream"

/** When to look at a key again though nothing has changed; undefined = not before it changes. */
export type Again = Duration.Duration | undefined

interface Controller {
  readonly keys: Stream.Stream<ObjectRef>
  readonly reconcile: (ref: ObjectRef) => Effect.Effect<Again, KubeError>
  /** How long to wait after a failed call. */
  readonly retry: Duration.Duration
}

/**
 * Reconciles each key that changes, one at a time, for as long as the scope lives. Changes of a key that is waiting
 * collapse into one; a failure is logged and repeated. The result lets others ask for a look as well.
 */
export const runController = Effect.fnUntraced(function* (
  controller: Controller
): Effect.fn.Return<(ref: ObjectRef) => Effect.Effect<void>, never, Scope> {
  const queue = yield* Queue.unbounded<ObjectRef>()
  const timers = yield* FiberMap.make<string, boolean>()
  const ask = (ref: ObjectRef) => Effect.asVoid(Queue.offer(queue, ref))

  const reconcile = Effect.fnUntraced(function* (ref: ObjectRef) {
    const again = yield* controller.reconcile(ref).pipe(
      Effect.catch((error) => Effect.as(Effect.logDebug(error.message), controller.retry)),
      Effect.catchDefect((defect) => Effect.as(Effect.logError("a simulator failed", defect), controller.retry))
    )
    const key = keyOf(ref)
    yield* again === undefined
      ? FiberMap.remove(timers, key)
      : FiberMap.run(timers, key, Effect.delay(Queue.offer(queue, ref), again))
  })

  yield* Effect.forkScoped(Stream.runForEach(controller.keys, ask))
  yield* Queue.takeAll(queue).pipe(
    Effect.flatMap((refs) => Effect.forEach(new Map(refs.map((ref) => [keyOf(ref), ref])).values(), reconcile)),
    Effect.forever,
    Effect.forkScoped
  )
  return ask
})

const keyOf = (ref: ObjectRef): string => `${ref.namespace ?? ""}/${ref.name}`

/** The shortest of several waits. */
export const soonest = (...waits: ReadonlyArray<Again>): Again => {
  const set = waits.filter((wait) => wait !== undefined)
  return set.length === 0 ? undefined : set.reduce((a, b) => Duration.min(a, b))
}
