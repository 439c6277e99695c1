import { labels } from "@multicluster-mesh/mesh-model"
import type { EventRecorder } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import type { HubInformers } from "./HubInformers.ts"
import type { Refusal } from "./readState.ts"

/**
 * Makes the telling of what agents report and the hub does not believe: as a Warning on the MeshAgent when it comes
 * up. What is there at the start has been told before, and is only logged, so that a restart writes nothing.
 */
export const makeRefusals = (informers: HubInformers, events: EventRecorder) => {
  let known: ReadonlySet<string> | undefined
  return Effect.fnUntraced(function* (refused: ReadonlyArray<Refusal>) {
    const before = known
    known = new Set(refused.map(messageOf))
    for (const refusal of refused) {
      const message = messageOf(refusal)
      if (before?.has(message) === true) continue
      yield* Effect.annotateLogs(Effect.logWarning(message), { cluster: refusal.cluster })
      const agent = yield* informers.agents.get({ namespace: refusal.cluster, name: labels.addonName })
      if (before === undefined || agent === undefined) continue
      yield* events.record(agent, { type: "Warning", reason: "ReportRefused", message })
    }
  })
}

const messageOf = ({ cluster, what, why }: Refusal): string => `${cluster}: ${what} is not taken over: ${why}`
