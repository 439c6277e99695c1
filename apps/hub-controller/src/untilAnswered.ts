import { growing, type KubeError, patient } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import type { HubNotPrepared } from "./fleetId.ts"

/** A hub that does not answer may do so later, and is asked with growing waits; one that lacks something is not. */
export const untilAnswered = <A>(
  effect: Effect.Effect<A, KubeError | HubNotPrepared>,
  failures = 0
): Effect.Effect<A, HubNotPrepared> =>
  Effect.catchTag(
    effect,
    "KubeError",
    Effect.fnUntraced(function* (error) {
      yield* Effect.logWarning(error.message)
      yield* Effect.sleep(yield* growing(patient, failures))
      return yield* untilAnswered(effect, failures + 1)
    })
  )
