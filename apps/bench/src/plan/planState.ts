import { makePlanner, type HubState, type Plan } from "@multicluster-mesh/federation-planner"
import { hashOf } from "@multicluster-mesh/mesh-model"
import { readFileSync } from "node:fs"
import { deserialize } from "node:v8"
import { withOneChange } from "./withOneChange.ts"

/** Run as a process of its own: plans the state in a file from scratch, then after one change at a time. */
const [file = "", changes] = process.argv.slice(2)
const state: HubState = deserialize(readFileSync(file))

const planner = makePlanner()

const timed = (state: HubState): { readonly millis: number; readonly plan: Plan } => {
  const begun = performance.now()
  const plan = planner(state)
  return { millis: performance.now() - begun, plan }
}

const scratch = timed(state)
const again: Array<number> = []
let last = state
for (let change = 0; change < Number(changes); change++) {
  last = withOneChange(last, change)
  again.push(timed(last).millis)
}
const { maxRSS, systemCPUTime, userCPUTime } = process.resourceUsage()
process.stdout.write(
  JSON.stringify({
    scratchMillis: scratch.millis,
    againMillis: again,
    peakMiB: maxRSS / 1024,
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    plan: hashOf(JSON.stringify(scratch.plan), 16)
  })
)
