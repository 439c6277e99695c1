import type { Readiness } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"

type Tell = (readiness: Readiness) => Effect.Effect<void>

/** Makes one readiness of two parts: ready when both are, else with the words of the first that is not. */
export const jointReadiness = (tell: Tell): readonly [Tell, Tell] => {
  const parts: [Readiness, Readiness] = [starts, starts]
  const part =
    (index: 0 | 1): Tell =>
    (readiness) =>
      Effect.suspend(() => {
        parts[index] = readiness
        return tell(parts.find(({ ready }) => !ready) ?? parts[0])
      })
  return [part(0), part(1)]
}

const starts: Readiness = { ready: false, message: "starts" }
