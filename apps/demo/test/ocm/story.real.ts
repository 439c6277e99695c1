import { labels } from "@multicluster-mesh/mesh-model"
import { agentIdentity } from "@multicluster-mesh/ocm-transport/addon"
import * as Effect from "effect/Effect"
import * as References from "effect/References"
import { expect, it } from "vitest"
import { makeNarrator } from "../../src/Narrator.ts"
import { takeItAllAway, tellTheStory } from "../../src/story.ts"
import { makeOcmWorld, realTables } from "../realWorld.ts"
import { letAgentsSeeSecrets, startInstalled } from "./installedProduct.ts"
import { untilRest, writesDuring } from "./restingWrites.ts"
import { auditOf, linesOf } from "./rights.ts"
import { ofAgent, ofHubController, unexplained } from "./unusedForAReason.ts"

const clusters = ["managedcluster1", "managedcluster2", "managedcluster3"]

it("the demo's story comes true through OCM's own programs, with the chart's rights and no other", () =>
  Effect.gen(function* () {
    const narrator = makeNarrator()
    const world = yield* narrator.done("OCM's programs have joined", makeOcmWorld({ clusters, speed: 20 }))
    const planes = [world.hubSim, ...world.clusters.map(({ sim }) => sim)]
    yield* letAgentsSeeSecrets(world)
    const started: Array<Effect.Success<ReturnType<typeof startInstalled>>> = []
    const start = narrator.done("the add-on is available on each cluster", startInstalled(world))
    const users = yield* tellTheStory(
      world,
      narrator,
      yield* realTables(world.hubSim),
      Effect.tap(start, (product) => Effect.sync(() => started.push(product)))
    )
    const [product] = started
    if (product === undefined) throw new Error("the story has not started the product")
    const processes = [product.hub, ...product.agents]

    const isOurs = (user: string) =>
      processes.some((process) => process.user === user) ||
      clusters.some((cluster) => agentIdentity(cluster, labels.addonName).user === user)
    yield* narrator.done("nothing is written any more", untilRest(planes, isOurs))
    const atRest = yield* narrator.done("a minute at rest", writesDuring(planes, isOurs, "60 seconds"))
    yield* narrator.say(`Leases renewed meanwhile: ${atRest.leases}`)
    expect(atRest.writes).toEqual([])
    expect(atRest.leases).toBeGreaterThan(0)
    for (const { kill } of processes) yield* kill
    const afterRestart = yield* narrator.done(
      "all processes were killed, and came back",
      writesDuring(planes, isOurs, "30 seconds")
    )
    expect(afterRestart.writes).toEqual([])
    expect(afterRestart.leases).toBeGreaterThan(0)

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
  }).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "Error"), Effect.runPromise))
