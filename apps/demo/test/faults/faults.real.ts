import { assert, it } from "@effect/vitest"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { type Cell, playUndisturbed } from "./play.ts"
import { playNamed } from "./playNamed.ts"
import { makeRealArena } from "./realArena.ts"
import { lineOf } from "./table.ts"

/** Two runs, one fault in each stage; `npm run faults -- --real --seeds 14` strikes all faults in all stages. */
const runs = [
  [
    "leader stopped until another leads, then two",
    "hub's API server killed",
    "agent killed",
    "credentials rotated, old ones refused"
  ],
  [
    "hub's etcd stopped for seconds",
    "leader killed",
    "connections to the hub stall",
    "hub turns the product away (429)"
  ]
]

it.live(
  "real processes: whatever goes wrong on the way, the end is the same, and nobody's objects are lost",
  () =>
    Effect.gen(function* () {
      const arena = yield* makeRealArena
      const reference = yield* playUndisturbed(arena)
      for (const [index, faults] of runs.entries()) {
        const cells = yield* playNamed(arena, reference, index + 1, faults, say)
        assert.deepStrictEqual(cells.filter(({ problems }) => problems.length > 0).map(lineOf), [])
        assert.deepStrictEqual(
          cells.map(({ fault }) => fault),
          faults
        )
      }
    }).pipe(Effect.provide(Logger.layer([]))),
  900_000
)

const say = (cell: Cell) => Console.log(lineOf(cell))
