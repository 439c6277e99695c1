import { labels, resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi } from "@multicluster-mesh/ocm-transport"
import { agentIdentity } from "@multicluster-mesh/ocm-transport/addon"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Predicate from "effect/Predicate"
import * as References from "effect/References"
import { expect, it } from "vitest"
import { makeNarrator } from "../../src/Narrator.ts"
import { takeItAllAway, tellTheStory } from "../../src/story.ts"
import { hubNamespaces } from "../../src/World.ts"
import { makeOcmWorld, realTables } from "../realWorld.ts"
import { shortLife } from "./agentCertificate.ts"
import { hubController, startInstalled } from "./installedProduct.ts"
import { longest, untilTrue } from "./patiently.ts"
import { firstCertificates, outlive, untilRenewed } from "./renewal.ts"
import { untilQuiet, writtenSince } from "./restingWrites.ts"
import { auditOf, linesOf } from "./rights.ts"
import { ofAgent, ofHubController, unexplained } from "./unusedForAReason.ts"

/** The instance of the hub controller that leads. */
const leaderOf = (hub: KubeApi) =>
  Effect.map(
    hub.get(resources.leases, { namespace: hubNamespaces.addon, name: hubController }),
    ({ spec }) => Predicate.isReadonlyObject(spec) && spec["holderIdentity"]
  )

const clusters = ["managedcluster1", "managedcluster2", "managedcluster3"]

it(
  "the demo's story comes true through OCM's own programs, with the chart's rights and no other",
  () =>
    Effect.gen(function* () {
      const narrator = makeNarrator()
      const world = yield* narrator.done("OCM's programs have joined", makeOcmWorld({ clusters, speed: 60 }))
      const planes = [world.hubSim, ...world.clusters.map(({ sim }) => sim)]
      const start = Effect.gen(function* () {
        yield* world.ocm.signFor(shortLife)
        const first = yield* Effect.forkScoped(firstCertificates(world))
        const product = yield* narrator.done("the add-on is available on each cluster", startInstalled(world))
        yield* world.ocm.signFor("1 day")
        const renewal = untilRenewed(world, product, yield* Fiber.join(first))
        const renewing = narrator.done("OCM has renewed the certificates of the agents", renewal)
        return { product, renewing: yield* Effect.forkScoped(renewing) }
      })
      const started = yield* Deferred.make<Effect.Success<typeof start>>()
      const users = yield* tellTheStory(
        world,
        narrator,
        yield* realTables(world.hubSim),
        Effect.tap(start, (value) => Deferred.succeed(started, value))
      )
      const { product, renewing } = yield* Deferred.await(started)
      const processes = [product.hub, ...product.agents]
      const renewed = yield* Fiber.join(renewing)

      const isAgent = (user: string) =>
        product.agents.some((agent) => agent.user === user) ||
        clusters.some((cluster) => agentIdentity(cluster, labels.addonName).user === user)
      const isHub = (user: string) => product.hub.user === user
      const leases = yield* narrator.done(
        "nothing has been written for a minute",
        untilQuiet(planes, (user) => isHub(user) || isAgent(user), "60 seconds")
      )
      yield* narrator.say(`Leases renewed meanwhile: ${leases}`)
      expect(leases).toBeGreaterThan(0)

      const leader = yield* leaderOf(world.hub)
      const hubKilledAt = yield* Clock.currentTimeMillis
      yield* product.hub.kill
      const leads = Effect.map(leaderOf(world.hub), (now) => now !== leader)
      yield* narrator.done("the hub controller was killed, and leads again", untilTrue("another one leads", leads))
      yield* narrator.done("the agents outlive their first certificates", outlive(world, product, renewed))
      const agentsKilledAt = yield* Clock.currentTimeMillis
      for (const { kill } of product.agents) yield* kill
      yield* narrator.done(
        "the agents were killed, came back, and have looked at everything",
        Effect.andThen(
          Effect.forEach(processes, ({ ready }) => ready),
          Effect.sleep("5 seconds")
        )
      )
      const byHub = yield* writtenSince(planes, isHub, hubKilledAt)
      const byAgents = yield* writtenSince(planes, isAgent, agentsKilledAt)
      expect([...byHub.writes, ...byAgents.writes]).toEqual([])
      expect(byHub.leases).toBeGreaterThan(0)
      expect(byAgents.leases).toBeGreaterThan(0)

      yield* takeItAllAway(world, narrator, users)
      expect(yield* product.misdeeds).toEqual([])

      yield* narrator.chapter("Rights: what was granted and never used, what was asked for and refused")
      const agents = world.clusters.flatMap(({ name, sim }, index) => {
        const user = product.agents[index]?.user
        return user === undefined ? [] : [{ name, onCluster: { plane: sim, who: { user, groups: [] } } }]
      })
      expect(agents).toHaveLength(clusters.length)
      const programs = [
        ["hub controller", [{ plane: world.hubSim, who: { user: product.hub.user, groups: [] } }], ofHubController],
        ["agents on their clusters", agents.map(({ onCluster }) => onCluster), ofAgent],
        [
          "agents on the hub",
          agents.map(({ name }) => ({ plane: world.hubSim, who: agentIdentity(name, labels.addonName) })),
          ofAgent
        ]
      ] as const
      for (const [title, processes, reasons] of programs) {
        const audit = yield* auditOf(processes)
        const { isTelling, refused, unused } = audit
        yield* narrator.say(`${title}: never used`)
        yield* narrator.show(linesOf(unused).join("\n"))
        yield* narrator.say(`${title}: refused`)
        yield* narrator.show(refused.join("\n"))
        expect({ title, isTelling }).toEqual({ title, isTelling: true })
        expect(linesOf(unexplained(audit, reasons)), `${title}: never used, and no reason is known`).toEqual([])
        expect(refused, `${title}: refused`).toEqual([])
      }
    }).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "Error"), Effect.runPromise),
  longest
)
