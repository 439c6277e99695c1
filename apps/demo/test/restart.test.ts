import { assert, describe } from "@effect/vitest"
import { resources } from "@multicluster-mesh/mesh-model"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { applyExample } from "../src/applyYaml.ts"
import { plantBookinfoOn } from "../src/plant.ts"
import { imported } from "../src/story.ts"
import { allReady } from "../src/until.ts"
import { makeWorld } from "../src/World.ts"
import { deploy, eventually, quietly, rest, countWrites } from "./observing.ts"

describe("a federation at rest", () => {
  quietly(
    "is left alone: neither the product that made it nor a new one writes anything",
    Effect.gen(function* () {
      const clusters = ["managedcluster1", "managedcluster2"] as const
      const world = yield* makeWorld({ clusters, speed: 150 })
      const first = yield* Scope.make()
      const { working } = yield* Scope.provide(world.startProduct(), first)
      yield* working
      yield* deploy(world, ...clusters)
      yield* plantBookinfoOn(world, ...clusters)
      yield* applyExample(world.hub, "mesh-federation-services.yaml")
      yield* eventually("the pair is proven", allReady(world.hub, resources.meshPeerings, 1))
      yield* eventually("both services are imported", imported(world, 2))
      yield* rest(world)
      const written = yield* countWrites(world)
      yield* Effect.sleep("2500 millis")
      assert.deepStrictEqual(yield* written, [], "written at rest")

      yield* Scope.close(first, Exit.void)
      const second = yield* world.startProduct()
      yield* second.working
      yield* Effect.sleep("2500 millis")
      assert.deepStrictEqual(yield* written, [], "written by the second start")
    })
  )
})
