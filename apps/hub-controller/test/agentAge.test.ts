import { assert, it } from "@effect/vitest"
import { agentAge } from "../src/agentAge.ts"

it("an agent of the minor release before is outdated, one of an earlier release is too old", () => {
  const cases = [
    ["1.4.0", undefined],
    ["1.4.9", undefined],
    ["1.3.7", "Previous"],
    ["1.2.0", "TooOld"],
    ["0.9.0", "TooOld"],
    // newer than the hub controller: it was upgraded first, or the hub controller went back
    ["1.5.0", undefined],
    ["2.0.0", undefined],
    ["latest", undefined],
    ["", undefined],
    [undefined, undefined]
  ] as const
  for (const [agent, age] of cases) assert.strictEqual(agentAge(agent, "1.4.2"), age, agent)
})
