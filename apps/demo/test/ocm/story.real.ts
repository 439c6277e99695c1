import { labels } from "@multicluster-mesh/mesh-model"
import * as Effect from "effect/Effect"
import * as References from "effect/References"
import { expect, it } from "vitest"
import { makeNarrator } from "../../src/Narrator.ts"
import { takeItAllAway, tellTheStory } from "../../src/story.ts"
import { makeOcmWorld, realTables } from "../realWorld.ts"
import { letAgentsSeeSecrets, startInstalled } from "./installedProduct.ts"
import { grantedTo, linesOf, neverUsed, refused, type Who } from "./rights.ts"

const clusters = ["managedcluster1", "managedcluster2", "managedcluster3"]

it("the demo's story comes true through OCM's own programs, with the chart's rights and no other", () =>
  Effect.gen(function* () {
    const narrator = makeNarrator()
    const world = yield* narrator.done("OCM's programs have joined", makeOcmWorld({ clusters, speed: 20 }))
    yield* letAgentsSeeSecrets(world)
    let product: Effect.Success<ReturnType<typeof startInstalled>> | undefined
    const start = narrator
      .done("the add-on is available on each cluster", startInstalled(world))
      .pipe(Effect.tap((started) => Effect.sync(() => (product = started))))
    const users = yield* tellTheStory(world, narrator, yield* realTables(world.hubSim), start)
    yield* takeItAllAway(world, narrator, users)
    if (product === undefined) throw new Error("the story has not started the product")
    expect(yield* product.misdeeds).toEqual([])

    const hubCalls = yield* world.hubSim.calls
    const hubController: Who = { user: product.hub.user, groups: [] }
    const report = Effect.fnUntraced(function* (title: string, plane: typeof world.hubSim, who: Who) {
      const calls = (yield* plane.calls).filter(({ user }) => user.username === who.user)
      const granted = yield* grantedTo(plane, who)
      console.log(
        [
          title,
          ...linesOf(neverUsed(granted, calls)).map((line) => `  never used: ${line}`),
          ...refused(calls).map((line) => `  refused: ${line}`)
        ].join("\n")
      )
      expect(granted.length).toBeGreaterThan(0)
    })
    yield* report("hub-controller on the hub", world.hubSim, hubController)
    for (const [index, { name, sim }] of world.clusters.entries()) {
      const agent = product.agents[index]
      if (agent === undefined) throw new Error(`no agent of ${name}`)
      yield* report(`agent of ${name} on its cluster`, sim, { user: agent.user, groups: [] })
      const group = `system:open-cluster-management:cluster:${name}:addon:${labels.addonName}`
      const user = hubCalls.find(({ user }) => user.groups?.includes(group))?.user
      yield* report(`agent of ${name} on the hub`, world.hubSim, {
        user: user?.username ?? "",
        groups: user?.groups ?? []
      })
    }
  }).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "Error"), Effect.runPromise))
