import { assert, it } from "@effect/vitest"
import { agentAge } from "../src/agentAge.ts"

it("an agent may be one minor release older or newer than the hub controller, and no more", () => {
  const cases = [
    ["1.4.0", undefined],
    ["1.4.9", undefined],
    ["1.3.7", "Previous"],
    ["1.2.0", "TooOld"],
    ["0.9.0", "TooOld"],
    ["0.4.0", "TooOld"],
    // newer than the hub controller: it was upgraded first, or the hub controller went back
    ["1.5.0", "Next"],
    ["1.6.0", "TooNew"],
    ["2.4.0", "TooNew"],
    ["latest", undefined],
    ["", undefined],
    [undefined, undefined]
  ] as const
  for (const [agent, age] of cases) assert.strictEqual(agentAge(agent, "1.4.2"), age, agent)
})
