import { assert, it } from "@effect/vitest"
import { resources } from "@multicluster-mesh/mesh-model"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import type { Arena, Fault } from "./Arena.ts"
import { play, playUndisturbed } from "./play.ts"
import { playNamed } from "./playNamed.ts"
import { makeSimArena } from "./simArena.ts"
import { lineOf } from "./table.ts"

/** One fault in each stage; `npm run faults` strikes all of them everywhere. */
it.live(
  "whatever goes wrong on the way, the end is the same; what touches the user's mesh is noticed",
  () =>
    Effect.gen(function* () {
      const arena = yield* makeSimArena
      const reference = yield* playUndisturbed(arena)
      const faults = ["all of the product ended", "hub: down (503), watches cut", "agent ended", "hub-controller ended"]
      const cells = yield* playNamed(arena, reference, 2, faults, quiet)
      assert.deepStrictEqual(cells.filter(({ problems }) => problems.length > 0).map(lineOf), [])
      assert.deepStrictEqual(
        cells.map(({ fault }) => fault),
        faults
      )

      const [harmed] = yield* play(arena, reference, 2, () => harmTo(arena), quiet)
      assert.deepStrictEqual(harmed?.problems, ["the user's mesh was touched"])
    }).pipe(Effect.provide(Logger.layer([]))),
  150_000
)

const quiet = () => Effect.void

const harmTo = ({ world }: Arena): Fault => ({
  name: "someone labels the user's control plane",
  strike: () =>
    Effect.forEach(
      world.clusters.slice(0, 1),
      ({ api }) =>
        api.patch(
          resources.controlPlanes,
          { namespace: "istio-system", name: "basic" },
          { metadata: { labels: { touched: "yes" } } },
          { fieldManager: "someone" }
        ),
      { discard: true }
    )
})
