import * as Effect from "effect/Effect"
import * as References from "effect/References"
import { expect, it } from "vitest"
import type { Narrator } from "../src/Narrator.ts"
import { takeItAllAway, tellTheStory } from "../src/story.ts"
import { readTableFrom } from "../src/tables.ts"
import { makeWorld } from "../src/World.ts"

/** Keeps what is told instead of printing it. */
const listener = (told: Array<string>): Narrator => {
  const say = (text: string) => Effect.sync(() => void told.push(text))
  return {
    chapter: say,
    say,
    sayOnce: say,
    show: say,
    done: (text, effect) => Effect.tap(effect, () => say(text))
  }
}

it("a fleet is discovered, deployed, federated, and left as it was found", async () => {
  const told: Array<string> = []
  const narrator = listener(told)
  await Effect.runPromise(
    Effect.gen(function* () {
      const clusters = ["managedcluster1", "managedcluster2", "managedcluster3"]
      const world = yield* makeWorld({ clusters, speed: 150 })
      const users = yield* tellTheStory(world, narrator, readTableFrom(world.hubSim.url))
      yield* takeItAllAway(world, narrator, users)
    }).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "Error"))
  )
  const all = told.join("\n")
  expect(all).toMatch(/managedcluster3 +managedcluster3-istio-system-basic +managedcluster3 +v2\.1 {4,}/u)
  // as kubectl prints it: a namespace in front only of those of all namespaces
  expect(all).toMatch(/-n managedcluster3 get mesh\nNAME +CLUSTER /u)
  expect(all).toMatch(/get mesh -A\nNAMESPACE +NAME /u)
  expect(all).toMatch(/managedcluster1 +managedcluster1-mesh +managedcluster1 +v2\.1 +managedcluster2-mesh/u)
  expect(all).toContain("mesh-bookinfo/reviews -> reviews.mesh-bookinfo.svc.cluster.local (Imported)")
  expect(all).toContain("answered by Service mesh-bookinfo/reviews on managedcluster2")
  expect(all).toContain("Set trustConfig.trustType to Limited.")
  expect(all).toContain('[{"peer":["managedcluster1-mesh","managedcluster2-mesh"]}]')
  expect(told.at(-1)).toContain("byte for byte")
}, 100_000)
