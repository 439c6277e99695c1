import { makePlanner, type HubState, type Plan } from "@multicluster-mesh/federation-planner"
import { hashOf } from "@multicluster-mesh/mesh-model"
import { readFileSync } from "node:fs"
import { deserialize } from "node:v8"
import { withOneChange } from "./withOneChange.ts"

/** Run as a process of its own: plans the state in a file from scratch, then after one change at a time. */
const [file = "", changes] = process.argv.slice(2)
const state: HubState = deserialize(readFileSync(file))

const planner = makePlanner()

const timed = (state: HubState): { readonly millis: number; readonly cpuMillis: number; readonly plan: Plan } => {
  const begun = performance.now()
  const { system, user } = process.cpuUsage()
  const plan = planner(state)
  const used = process.cpuUsage({ system, user })
  return { millis: performance.now() - begun, cpuMillis: (used.user + used.system) / 1000, plan }
}

const scratch = timed(state)
const again: Array<ReturnType<typeof timed>> = []
let last = state
for (let change = 0; change < Number(changes); change++) {
  last = withOneChange(last, change)
  again.push(timed(last))
}
const { maxRSS } = process.resourceUsage()
process.stdout.write(
  JSON.stringify({
    scratchMillis: scratch.millis,
    scratchCpuMillis: scratch.cpuMillis,
    againMillis: again.map(({ millis }) => millis),
    againCpuMillis: again.map(({ cpuMillis }) => cpuMillis),
    peakMiB: maxRSS / 1024,
    plan: hashOf(JSON.stringify(scratch.plan), 16)
  })
)
