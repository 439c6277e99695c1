import { labels, resources } from "@multicluster-mesh/mesh-model"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import { makeNarrator } from "../../src/Narrator.ts"
import { takeItAllAway, tellTheStory } from "../../src/story.ts"
import { makeOcmWorld, realTables } from "../realWorld.ts"
import { runAddOnOn } from "./installAddOn.ts"

it("the demo's story comes true through OCM's own programs, with agents that registered through OCM", async () => {
  const seconds = await Effect.runPromise(
    Effect.gen(function* () {
      const narrator = makeNarrator()
      const clusters = ["managedcluster1", "managedcluster2", "managedcluster3"]
      const started = yield* Clock.currentTimeMillis
      const world = yield* narrator.done("OCM's programs have joined", makeOcmWorld({ clusters, speed: 20 }))
      const hubs = yield* narrator.done("the add-on is available on each cluster", runAddOnOn(world))
      const hubOf = (cluster: string) => hubs.get(cluster) ?? world.hub
      const product = world.startProduct({ hubOf })
      const users = yield* tellTheStory(world, narrator, yield* realTables(world.hubSim), product)
      yield* takeItAllAway(world, narrator, users)
      const others = hubOf("managedcluster1").get(resources.meshAgents, {
        namespace: "managedcluster2",
        name: labels.addonName
      })
      expect((yield* Effect.flip(others)).reason._tag).toBe("Forbidden")
      return ((yield* Clock.currentTimeMillis) - started) / 1000
    }).pipe(Effect.scoped)
  )
  expect(seconds).toBeGreaterThan(0)
})
