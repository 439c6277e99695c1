import * as Effect from "effect/Effect"
import * as Clock from "effect/Clock"
import * as References from "effect/References"
import { expect, it } from "vitest"
import { makeNarrator } from "../src/Narrator.ts"
import { takeItAllAway, tellTheStory } from "../src/story.ts"
import { makeRealWorld, realTables } from "./realWorld.ts"

it("the demo's story comes true on real API servers", async () => {
  const seconds = await Effect.runPromise(
    Effect.gen(function* () {
      const narrator = makeNarrator()
      const clusters = ["managedcluster1", "managedcluster2", "managedcluster3"]
      const started = yield* Clock.currentTimeMillis
      const world = yield* narrator.done("control planes run", makeRealWorld({ clusters, speed: 20 }))
      const users = yield* tellTheStory(world, narrator, yield* realTables(world.hubSim))
      yield* takeItAllAway(world, narrator, users)
      return ((yield* Clock.currentTimeMillis) - started) / 1000
    }).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "Error"))
  )
  expect(seconds).toBeGreaterThan(0)
})
