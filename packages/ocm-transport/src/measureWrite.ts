import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import { hubWrites, hubWriteSeconds } from "./metrics.ts"

export interface WriteLabels {
  readonly kind: string
  /** What is done to it, for example `apply` or `delete`. */
  readonly action: string
}

/** Counts and times one write on the hub; `isWritten` says whether its result tells of a change. */
export const measureWrite =
  <A>({ action, kind }: WriteLabels, isWritten: (result: A) => boolean) =>
  <E>(write: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.flatMap(Clock.monotonicTimeNanos, (begun) =>
      Effect.onExit(
        write,
        Effect.fnUntraced(function* (exit) {
          const took = Number((yield* Clock.monotonicTimeNanos) - begun) / 1e9
          const result = Exit.isFailure(exit) ? "failed" : isWritten(exit.value) ? "written" : "unchanged"
          yield* Metric.update(Metric.withAttributes(hubWrites, { kind, action, result }), 1)
          yield* Metric.update(Metric.withAttributes(hubWriteSeconds, { kind }), took)
        })
      )
    )
