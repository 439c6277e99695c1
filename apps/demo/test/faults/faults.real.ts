import { assert, it } from "@effect/vitest"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { makeRealArena } from "./realArena.ts"
import { runMatrix } from "./runMatrix.ts"
import { lineOf } from "./table.ts"

/** Twelve faults, each in one stage; `npm run faults -- --real --seeds 14` strikes all fourteen in each stage. */
const seeds = [1, 5, 10]

it.live(
  "real processes: whatever goes wrong on the way, the end is the same, and nobody's objects are lost",
  () =>
    Effect.gen(function* () {
      const cells = yield* runMatrix({
        makeArena: makeRealArena,
        seeds,
        onCell: (cell) => Console.log(lineOf(cell))
      })
      assert.deepStrictEqual(cells.filter(({ problems }) => problems.length > 0).map(lineOf), [])
      assert.strictEqual(cells.length, 4 * seeds.length)
    }).pipe(Effect.provide(Logger.layer([]))),
  1_200_000
)
