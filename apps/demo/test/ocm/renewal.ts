import { assert } from "@effect/vitest"
import type { Ocm, ControlPlane } from "@multicluster-mesh/testenv"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { World } from "../../src/World.ts"
import { type AgentCertificate, callsBy, makeReminder, untilCertificate } from "./agentCertificate.ts"
import { assertHonest, reportsAgain } from "./certificateChecks.ts"
import type { startInstalled } from "./installedProduct.ts"

type OcmWorld = World<ControlPlane, Ocm>
type Installed = Effect.Success<ReturnType<typeof startInstalled>>

const anHour = 3_600_000

/** The certificate that a cluster's agent began with, the next one, and the process that has had both. */
interface Renewed {
  readonly cluster: string
  readonly old: AgentCertificate
  readonly renewed: AgentCertificate
  readonly pid: number
}

/** Waits until there are certificates. */
export const firstCertificates = ({ clusters }: OcmWorld) =>
  Effect.forEach(clusters, ({ api }) => untilCertificate(api, () => true), { concurrency: "unbounded" })

/**
 * Waits until OCM has renewed the certificates of all agents, which end soon, by such as live a day; asserts that it was
 * asked for them before that end.
 */
export const untilRenewed = (world: OcmWorld, { agents }: Installed, first: ReadonlyArray<AgentCertificate>) =>
  Effect.forEach(
    world.clusters,
    Effect.fnUntraced(function* ({ api, name }, index) {
      const [agent, old] = [agents[index], first[index]]
      if (agent === undefined || old === undefined) return yield* Effect.die(new Error(`no agent on ${name}`))
      const { pid } = yield* agent.running
      const livesLong = ({ endsAt }: AgentCertificate): boolean => endsAt > old.endsAt + anHour
      const renewed = yield* untilCertificate(api, livesLong, makeReminder(api))
      const { createdAt } = yield* assertHonest(world.hub, renewed, name)
      assert.isBelow(createdAt, old.endsAt)
      const result: Renewed = { cluster: name, old, renewed, pid }
      return result
    }),
    { concurrency: "unbounded" }
  )

/** Waits until the old certificates have ended; asserts that the same processes then go on with the next ones. */
export const outlive = Effect.fnUntraced(function* (
  world: OcmWorld,
  { agents }: Installed,
  all: ReadonlyArray<Renewed>
) {
  const end = Math.max(...all.map(({ old }) => old.endsAt)) + 1000
  yield* Effect.sleep(Math.max(0, end - (yield* Clock.currentTimeMillis)))
  for (const [index, { cluster, old, pid, renewed }] of all.entries()) {
    yield* reportsAgain(world.hub, cluster)
    assert.isNotEmpty(yield* callsBy(world.hubSim, { cluster, certificate: old }))
    const reports = yield* callsBy(world.hubSim, { cluster, certificate: renewed, since: end })
    assert.isNotEmpty(reports.filter(({ verb }) => verb === "patch"))
    assert.strictEqual((yield* agents[index]?.running ?? Effect.die(new Error(`no agent on ${cluster}`))).pid, pid)
  }
})
