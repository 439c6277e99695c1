import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as References from "effect/References"
import { Command, Flag } from "effect/cli"
import type { Cell } from "./play.ts"
import { makeRealArena } from "./realArena.ts"
import { runMatrix } from "./runMatrix.ts"
import { makeSimArena } from "./simArena.ts"
import { lineOf, tableOf } from "./table.ts"

const onCell = (cell: Cell) => Console.log(lineOf(cell))

const command = Command.make(
  "faults",
  {
    seeds: Flag.Int("seeds").pipe(Flag.withDescription("How many seeds; 20 when omitted."), Flag.withDefault(20)),
    from: Flag.Int("from").pipe(Flag.withDescription("The first seed; 1 when omitted."), Flag.withDefault(1)),
    parallel: Flag.Int("parallel").pipe(
      Flag.withDescription("How many worlds at once; 4 when omitted."),
      Flag.withDefault(4)
    ),
    real: Flag.Boolean("real").pipe(
      Flag.withDescription("With real API servers and processes, one world at a time."),
      Flag.withDefault(false)
    ),
    only: Flag.String("only").pipe(Flag.withDescription("Only faults with this in their name."), Flag.withDefault("")),
    verbose: Flag.Boolean("verbose").pipe(Flag.withDescription("Show the product's logs."), Flag.withDefault(false))
  },
  Effect.fnUntraced(function* ({ from, only, parallel, real, seeds, verbose }) {
    const all = Array.from({ length: seeds }, (_, index) => from + index)
    const worlds = real ? 1 : parallel
    const shares = Array.from({ length: worlds }, (_, share) => all.filter((_, index) => index % worlds === share))
    const results = yield* Effect.forEach(
      shares,
      (share) =>
        real
          ? runMatrix({ makeArena: makeRealArena, seeds: share, only, onCell })
          : runMatrix({ makeArena: makeSimArena, seeds: share, only, onCell }),
      { concurrency: "unbounded" }
    ).pipe(Effect.provideService(References.MinimumLogLevel, verbose ? "Info" : "Fatal"))
    const cells = results.flat()
    yield* Console.log(`\n${tableOf(cells)}`)
    const failed = cells.filter(({ problems }) => problems.length > 0).length
    yield* Console.log(`\n${cells.length} faults struck, ${failed} left something else behind`)
    if (failed > 0) yield* Effect.fail(new Error(`${failed} of ${cells.length}`))
  })
).pipe(Command.withDescription("Lets things go wrong at moments chosen by seeds: nothing may come of it."))

Command.run(command, { version: "0.0.0" }).pipe(Effect.provide(NodeServices.layer), (program) =>
  // control planes wait for the next who borrows one, and end with the process alone
  NodeRuntime.runMain(program, { teardown: (exit) => process.exit(Exit.isSuccess(exit) ? 0 : 1) })
)
