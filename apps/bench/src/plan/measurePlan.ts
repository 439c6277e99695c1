import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { BenchError } from "../BenchError.ts"
import type { Figure } from "../Figure.ts"
import { runChild } from "../process/runChild.ts"
import { temporaryFolder } from "../temporaryFolder.ts"

export interface PlanOptions {
  readonly clusters: number
  readonly services: number
  readonly runs: number
  /** Another checkout, measured in turn with this one: what the machine does meanwhile hits both. */
  readonly against?: string | undefined
  readonly profile?: string | undefined
}

const Grown = Schema.Struct({ works: Schema.Int, peerings: Schema.Int })
const Planned = Schema.Struct({
  scratchMillis: Schema.Number,
  scratchCpuMillis: Schema.Number,
  againMillis: Schema.Array(Schema.Number),
  againCpuMillis: Schema.Array(Schema.Number),
  peakMiB: Schema.Number,
  plan: Schema.String
})

const changesPerRun = 20

/** Measures how long the planner takes for a whole fleet, and after one change. */
export const measurePlan = Effect.fnUntraced(function* (options: PlanOptions) {
  const { against, clusters, profile, runs, services } = options
  const folder = yield* temporaryFolder
  const file = join(folder, "state")
  const grown = yield* runChild(Grown, {
    entry: fileURLToPath(new URL("./growState.ts", import.meta.url)),
    args: [file, String(clusters), String(services)]
  })
  yield* Effect.logInfo(`a fleet of ${clusters} clusters has ${grown.peerings} peerings and ${grown.works} works`)
  const planner = (entry: string) => runChild(Planned, { entry, args: [file, String(changesPerRun)], profile })
  const here: Array<typeof Planned.Type> = []
  const there: Array<typeof Planned.Type> = []
  for (let run = 0; run < runs; run++) {
    here.push(yield* planner(fileURLToPath(new URL("./planState.ts", import.meta.url))))
    if (against !== undefined) there.push(yield* planner(join(against, "apps/bench/src/plan/planState.ts")))
  }
  const plans = new Set([...here, ...there].map(({ plan }) => plan))
  if (plans.size > 1) return yield* new BenchError({ problem: "the same state was planned in several ways" })
  const what = `plan ${clusters} clusters, ${services} services`
  return [
    ...figuresOf(what, here, options),
    ...(against === undefined ? [] : figuresOf(`${what} (the other checkout)`, there, options))
  ]
})

const figuresOf = (
  what: string,
  runs: ReadonlyArray<typeof Planned.Type>,
  { clusters }: PlanOptions
): ReadonlyArray<Figure> => {
  const limits = (budget: number, aim: number) => (clusters === 3500 ? { budget, aim } : {})
  return [
    { name: what, unit: "ms", samples: runs.map(({ scratchMillis }) => scratchMillis), ...limits(10_000, 2000) },
    { name: `${what}: peak RSS`, unit: "MiB", samples: runs.map(({ peakMiB }) => peakMiB), ...limits(2048, 1024) },
    {
      name: `${what}: after one change`,
      unit: "ms",
      samples: runs.flatMap(({ againMillis }) => againMillis),
      ...limits(100, 10)
    },
    // what a busy machine does not change much
    { name: `${what}: CPU`, unit: "ms", samples: runs.map(({ scratchCpuMillis }) => scratchCpuMillis) },
    {
      name: `${what}: after one change, CPU`,
      unit: "ms",
      samples: runs.flatMap(({ againCpuMillis }) => againCpuMillis)
    }
  ]
}
