import { KubeError, type KubeErrorReason } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"

const passing = new Set<KubeErrorReason["_tag"]>(["Conflict", "Gone", "TooManyRequests", "Unavailable"])

/** Repeats what failed for a reason that passes, for a minute: an API server that restarts ends nothing. */
export const patiently = <A, E extends { readonly _tag: string }, R>(
  run: Effect.Effect<A, KubeError | E, R>
): Effect.Effect<A, KubeError | E, R> =>
  Effect.retry(run, {
    while: (error) => error instanceof KubeError && passing.has(error.reason._tag),
    schedule: Schedule.max([Schedule.spaced("2 seconds"), Schedule.recurs(30)])
  })

/** What is there; undefined where it is not, or where its kind is not served any more. */
export const ifThere = <A, R>(run: Effect.Effect<A, KubeError, R>): Effect.Effect<A | undefined, KubeError, R> =>
  Effect.catchReasons(run, "KubeError", {
    NotFound: () => Effect.undefined,
    NotServed: () => Effect.undefined
  })
