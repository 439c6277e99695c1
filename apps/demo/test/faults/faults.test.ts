import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { runMatrix } from "./runMatrix.ts"
import { makeSimArena } from "./simArena.ts"
import { lineOf } from "./table.ts"

/** Four faults, one in each stage; `npm run faults` strikes all of them everywhere. */
it.live(
  "whatever goes wrong on the way, the end is the same, and nobody's objects are lost",
  () =>
    Effect.gen(function* () {
      const cells = yield* runMatrix({ makeArena: makeSimArena, seeds: [2] })
      assert.deepStrictEqual(cells.filter(({ problems }) => problems.length > 0).map(lineOf), [])
      assert.strictEqual(cells.length, 4)
    }).pipe(Effect.provide(Logger.layer([]))),
  120_000
)
