import { labels } from "@multicluster-mesh/mesh-model"
import type { EventRecorder } from "@multicluster-mesh/ocm-transport"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { HubInformers } from "./HubInformers.ts"
import type { Refusal } from "./readState.ts"

/** So much is told of one cluster within `period`: its agent decides how much there is to refuse, and how often. */
const mostTold = 20
const period = Duration.toMillis(Duration.hours(1))

/**
 * Makes the telling of what agents report and the hub does not believe: as a Warning on the MeshAgent when it comes
 * up. What is there at the start has been told before, and is only logged, so that a restart writes nothing.
 */
export const makeRefusals = (informers: Pick<HubInformers, "agents">, events: EventRecorder) => {
  let known: ReadonlySet<string> | undefined
  const told = new Map<string, { readonly since: number; readonly count: number }>()
  const count = (cluster: string, now: number): number => {
    const before = told.get(cluster)
    const current = before === undefined || now - before.since >= period ? { since: now, count: 0 } : before
    told.set(cluster, { since: current.since, count: current.count + 1 })
    return current.count + 1
  }
  return Effect.fnUntraced(function* (refused: ReadonlyArray<Refusal>) {
    const before = known
    known = new Set(refused.map(messageOf))
    const now = yield* Clock.currentTimeMillis
    for (const refusal of refused) {
      const { cluster } = refusal
      if (before?.has(messageOf(refusal)) === true) continue
      const place = count(cluster, now)
      if (place > mostTold) continue
      const message =
        place < mostTold ? messageOf(refusal) : `${messageOf(refusal)}; what else is not is not told for an hour`
      yield* Effect.annotateLogs(Effect.logWarning(message), { cluster })
      const agent = yield* informers.agents.get({ namespace: cluster, name: labels.addonName })
      if (before === undefined || agent === undefined) continue
      yield* events.record(agent, { type: "Warning", reason: "ReportRefused", message })
    }
  })
}

const messageOf = ({ cluster, what, why }: Refusal): string => `${cluster}: ${what} is not taken over: ${why}`
