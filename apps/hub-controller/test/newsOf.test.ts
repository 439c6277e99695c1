import { assert, describe, it } from "@effect/vitest"
import type { Condition } from "@multicluster-mesh/mesh-model"
import { newsOf } from "../src/newsOf.ts"

const condition = (type: string, status: Condition["status"], reason: string): Condition => ({
  type,
  status,
  reason,
  message: `${type} is ${status}.`,
  lastTransitionTime: "2026-01-05T08:00:00Z"
})

describe("newsOf", () => {
  it("tells good news once", () => {
    const before = [condition("Ready", "False", "Progressing")]
    const after = [condition("Ready", "True", "Ready")]
    assert.deepStrictEqual(newsOf(before, after), [{ type: "Normal", reason: "Ready", message: "Ready is True." }])
    assert.deepStrictEqual(newsOf(after, after), [])
  })

  it("warns of a refusal, and again when its reason changes", () => {
    const refused = condition("Accepted", "False", "NotFound")
    const collision = condition("Delivered", "False", "Collision")
    assert.deepStrictEqual(
      newsOf([], [refused, collision]).map(({ type, reason }) => `${type} ${reason}`),
      ["Warning NotFound", "Warning Collision"]
    )
    assert.deepStrictEqual(newsOf([refused], [{ ...refused, reason: "SameTrustDomain" }]), [
      { type: "Warning", reason: "SameTrustDomain", message: refused.message }
    ])
  })

  it("warns of a trouble that has come up", () => {
    assert.deepStrictEqual(
      newsOf([], [condition("RootChanged", "True", "RootChanged")]).map(({ type }) => type),
      ["Warning"]
    )
  })

  it("tells that a removal has begun, once and not as a refusal", () => {
    const before = [condition("Accepted", "True", "Accepted"), condition("Ready", "True", "Ready")]
    const after = [condition("Accepted", "False", "Removing"), condition("Ready", "False", "Removing")]
    assert.deepStrictEqual(newsOf(before, after), [{ type: "Normal", reason: "Removing", message: "Ready is False." }])
  })

  it("says nothing of what is on its way or unknown", () => {
    const after = [condition("Ready", "False", "Progressing"), condition("Reporting", "Unknown", "AgentAway")]
    assert.deepStrictEqual(newsOf([], after), [])
  })
})
