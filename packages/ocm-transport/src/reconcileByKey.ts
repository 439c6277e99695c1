import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberMap from "effect/FiberMap"
import * as Metric from "effect/Metric"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import { type Backoff, growing, patient } from "./backoff.ts"
import { reconcileQueueDepth, reconcileRuns, reconcileSeconds } from "./metrics.ts"

/** Asks for a further run of the key after a while, though nothing has changed. */
export interface LookAgain {
  readonly requeueAfter: Duration.Input
}

export interface ReconcileOptions {
  /** How logs and metrics name this loop. */
  readonly name?: string
  /** Most keys that are reconciled side by side; 8 when absent. */
  readonly concurrency?: number
  /** Waits of a key that fails again and again; 1 s to 30 s when absent. */
  readonly backoff?: Backoff
}

/** What happens to a key; one that is not in the table is at rest. */
interface KeyState {
  readonly at: "queued" | "running" | "waiting"
  /** It changed while it ran. */
  readonly changed: boolean
  /** Failed runs in a row. */
  readonly failures: number
}

/**
 * Runs `reconcile` for each key of `keys`: a key never twice at once, different keys side by side. Changes during a
 * run of their key collapse into one further run. A failed run is repeated after a growing wait, and one that returns
 * `requeueAfter` after that time; a change ends either wait at once.
 *
 * Ends when `keys` has ended and no key is running or waiting. A defect of a run is the defect of the whole.
 */
export const reconcileByKey = <E, R, E2, R2>(
  keys: Stream.Stream<string, E2, R2>,
  reconcile: (key: string) => Effect.Effect<LookAgain | void, E, R>,
  options: ReconcileOptions = {}
): Effect.Effect<void, E2, R | R2> =>
  Effect.scoped(
    Effect.gen(function* () {
      const { name = "reconcile", concurrency = 8, backoff = patient } = options
      const states = new Map<string, KeyState>()
      const ready = yield* Queue.unbounded<string>()
      const waits = yield* FiberMap.make<string>()
      const atRest = yield* Deferred.make<void>()
      const context = yield* Effect.context()
      const depth = Metric.withAttributes(reconcileQueueDepth, { loop: name })
      let queued = 0
      const count = (more: number) => {
        queued += more
        depth.updateUnsafe(queued, context)
      }
      let ended = false

      const enqueue = (key: string, failures: number) => {
        states.set(key, { at: "queued", changed: false, failures })
        Queue.offerUnsafe(ready, key)
        count(1)
      }
      const wait = (key: string, duration: Duration.Input, failures: number) => {
        states.set(key, { at: "waiting", changed: false, failures })
        return FiberMap.run(
          waits,
          key,
          Effect.andThen(
            Effect.sleep(duration),
            Effect.sync(() => enqueue(key, failures))
          )
        )
      }
      const onChange = Effect.fnUntraced(function* (key: string) {
        const state = states.get(key)
        if (state?.at === "queued") return
        if (state?.at === "running") {
          states.set(key, { ...state, changed: true })
          return
        }
        yield* FiberMap.remove(waits, key)
        enqueue(key, state?.failures ?? 0)
      })
      const restIfOver = Effect.suspend(() =>
        ended && states.size === 0 ? Deferred.succeed(atRest, undefined) : Effect.void
      )

      const settle = Effect.fnUntraced(function* (key: string, exit: Exit.Exit<LookAgain | void, E>) {
        const { changed = false, failures: before = 0 } = states.get(key) ?? {}
        if (Exit.isFailure(exit)) {
          const pause = changed ? Duration.zero : yield* growing(backoff, before)
          yield* sayOrDie(name, exit.cause, pause)
          return changed ? enqueue(key, before + 1) : yield* wait(key, pause, before + 1)
        }
        if (changed) return enqueue(key, 0)
        if (exit.value !== undefined) return yield* wait(key, exit.value.requeueAfter, 0)
        states.delete(key)
        return yield* restIfOver
      })

      const runOne = Effect.fnUntraced(function* (key: string) {
        states.set(key, { at: "running", changed: false, failures: states.get(key)?.failures ?? 0 })
        count(-1)
        const begun = yield* Clock.monotonicTimeNanos
        const exit = yield* Effect.exit(reconcile(key))
        const seconds = Number((yield* Clock.monotonicTimeNanos) - begun) / 1e9
        yield* Metric.update(Metric.withAttributes(reconcileSeconds, { loop: name }), seconds)
        yield* Metric.update(Metric.withAttributes(reconcileRuns, { loop: name, result: resultOf(exit) }), 1)
        yield* settle(key, exit)
      })
      const worker = Queue.take(ready).pipe(
        Effect.flatMap((key) => Effect.annotateLogs(runOne(key), { key })),
        Effect.forever
      )
      const feed = Effect.andThen(
        Stream.runForEach(keys, onChange),
        Effect.suspend(() => {
          ended = true
          return restIfOver
        })
      )
      const workers = Array.from({ length: concurrency }, () => worker)
      yield* Effect.raceFirst(
        Deferred.await(atRest),
        Effect.all([feed, ...workers], { concurrency: "unbounded", discard: true })
      )
    })
  )

/**
 * A bug, or our own end, is not a failure of the key. A failure is told in one line: where the call was made says
 * nothing of why an API server refuses it.
 */
const sayOrDie = <E>(name: string, cause: Cause.Cause<E>, pause: Duration.Duration): Effect.Effect<void> =>
  Cause.hasDies(cause) || Cause.hasInterrupts(cause)
    ? Effect.orDie(Effect.failCause(cause))
    : Effect.logWarning(`${name} failed, again in ${Duration.toSeconds(pause).toFixed(1)} s: ${wordsOf(cause)}`)

const wordsOf = <E>(cause: Cause.Cause<E>): string => {
  const error = Cause.squash(cause)
  return error instanceof Error ? error.message : String(error)
}

const resultOf = (exit: Exit.Exit<LookAgain | void, unknown>): string => {
  if (Exit.isFailure(exit)) return "failed"
  return exit.value === undefined ? "done" : "again"
}
