import type { Readiness } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"

/** Says whether the controller does its work, each time that this changes. */
export interface ReadinessLog {
  readonly say: (readiness: Readiness) => Effect.Effect<void>
}

export const makeReadiness = (tell: (readiness: Readiness) => Effect.Effect<void>): ReadinessLog => {
  let last = ""
  return {
    say: (readiness) =>
      Effect.suspend(() => {
        if (readiness.message === last) return Effect.void
        last = readiness.message
        const log = readiness.ready ? Effect.logInfo(readiness.message) : Effect.logWarning(readiness.message)
        return Effect.andThen(log, tell(readiness))
      })
  }
}

export const waitsFor = (what: string): Readiness => ({ ready: false, message: `waits for ${what}` })
