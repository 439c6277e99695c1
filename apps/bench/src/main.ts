import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Argument, Command, Flag } from "effect/cli"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { cpus } from "node:os"
import { BenchError } from "./BenchError.ts"
import { measureAgent } from "./agent/measureAgent.ts"
import type { Figure } from "./Figure.ts"
import { measureHub } from "./hub/measureHub.ts"
import { measurePlan } from "./plan/measurePlan.ts"
import { printFigures } from "./printFigures.ts"
import { bundle } from "./process/startBundle.ts"
import { temporaryFolder } from "./temporaryFolder.ts"

const Figures = Schema.Struct({
  machine: Schema.String,
  figures: Schema.Array(
    Schema.Struct({
      name: Schema.String,
      unit: Schema.Literals(["ms", "MiB", "writes", "CPU s"]),
      samples: Schema.Array(Schema.Number),
      budget: Schema.optionalKey(Schema.Number),
      aim: Schema.optionalKey(Schema.Number),
      counts: Schema.optionalKey(Schema.Literals(["median", "p99", "max"]))
    })
  )
})
const parts = ["plan", "sim", "real", "hub", "memory", "agent"] as const
/** All but `hub`, which takes many minutes. */
const usual = parts.filter((part) => part !== "hub")

const bench = Command.make(
  "bench",
  {
    parts: Argument.Literals("part", parts).pipe(
      Argument.withDescription(
        "plan: the planner; sim and real: the hub with 100 clusters, on kube-sim and on kube-apiserver; memory: with 200 clusters; agent; all of these when omitted. hub: as real, with each of the fleets"
      ),
      Argument.variadic()
    ),
    clusters: Flag.Int("clusters").pipe(Flag.withDescription("Clusters to plan"), Flag.withDefault(3500)),
    services: Flag.Int("services").pipe(Flag.withDescription("Services that are offered"), Flag.withDefault(10_000)),
    runs: Flag.Int("runs").pipe(Flag.withDescription("How often to measure"), Flag.withDefault(3)),
    fleet: Flag.Int("fleet").pipe(Flag.withDescription("Clusters of the hub in sim and real"), Flag.withDefault(100)),
    fleets: Flag.String("fleets").pipe(
      Flag.withSchema(Schema.String.check(Schema.isPattern(/^[1-9][0-9]*(,[1-9][0-9]*)*$/u))),
      Flag.withDescription("Sizes of the fleets of hub, with commas between; 20,100,500 when omitted"),
      Flag.withDefault("20,100,500")
    ),
    rest: Flag.Int("rest").pipe(
      Flag.withDescription("Seconds of rest in which writes are counted"),
      Flag.withDefault(60)
    ),
    json: Flag.String("json").pipe(Flag.withDescription("File to write the figures to"), Flag.optional),
    before: Flag.String("before").pipe(
      Flag.withDescription("File with the figures of another run, to show beside"),
      Flag.optional
    ),
    against: Flag.String("against").pipe(
      Flag.withDescription("Folder of another checkout, whose planner is measured in turn with this one"),
      Flag.optional
    ),
    profile: Flag.String("profile").pipe(Flag.withDescription("Folder for CPU profiles and logs"), Flag.optional)
  },
  Effect.fnUntraced(function* (flags) {
    const profile = Option.getOrUndefined(flags.profile)
    if (profile !== undefined) mkdirSync(profile, { recursive: true })
    const earlier = Option.isNone(flags.before) ? [] : yield* readFigures(flags.before.value)
    const wanted = new Set<string>(flags.parts.length === 0 ? usual : flags.parts)
    const figures: Array<Figure> = []
    if (wanted.has("plan"))
      figures.push(...(yield* measurePlan({ ...flags, against: Option.getOrUndefined(flags.against), profile })))
    const folder = profile ?? (yield* temporaryFolder)
    const runs = hubRuns(flags.fleet, flags.fleets).filter(({ part }) => wanted.has(part))
    const file = runs.length === 0 ? "" : yield* bundle("hub-controller", folder, profile !== undefined)
    for (const { clusters, on } of runs) {
      const hub = { file, folder, profile, restSeconds: flags.rest, clusters, on }
      figures.push(...(yield* Effect.scoped(measureHub(hub))))
    }
    if (wanted.has("agent"))
      figures.push(
        ...(yield* measureAgent({
          file: yield* bundle("agent", folder, profile !== undefined),
          folder,
          runs: flags.runs
        }))
      )
    yield* Console.log(`\n${printFigures(figures, new Map(earlier.map((figure) => [figure.name, figure])))}`)
    if (Option.isSome(flags.json))
      writeFileSync(flags.json.value, `${JSON.stringify({ machine, figures }, undefined, 2)}\n`)
  }, Effect.scoped)
).pipe(Command.withDescription("Measures what the product takes, and shows the budget beside it."))

/** On what, and with how many clusters, each part measures the hub. */
const hubRuns = (fleet: number, fleets: string) => [
  { part: "sim", on: "kube-sim", clusters: fleet } as const,
  { part: "real", on: "kube-apiserver", clusters: fleet } as const,
  { part: "memory", on: "kube-sim", clusters: 200 } as const,
  ...fleets.split(",").map((clusters) => ({ part: "hub", on: "kube-apiserver", clusters: Number(clusters) }) as const)
]

const machine = `${cpus().length} x ${cpus()[0]?.model ?? "?"}, Node ${process.version}`

const readFigures = (file: string): Effect.Effect<ReadonlyArray<Figure>, BenchError> =>
  Effect.try({
    try: () => Schema.decodeUnknownSync(Schema.fromJsonString(Figures))(readFileSync(file, "utf8")).figures,
    catch: (cause) => new BenchError({ problem: `${file} has no figures: ${String(cause)}` })
  })

Command.run(bench, { version: "0.0.0" }).pipe(Effect.provide(NodeServices.layer), NodeRuntime.runMain())
