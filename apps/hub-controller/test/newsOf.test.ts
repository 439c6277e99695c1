import { assert, describe, it } from "@effect/vitest"
import type { Condition } from "@multicluster-mesh/mesh-model"
import { type News, newsOf } from "../src/newsOf.ts"

const condition = (type: string, status: Condition["status"], reason: string): Condition => ({
  type,
  status,
  reason,
  message: `${type} is ${status}.`,
  lastTransitionTime: "2026-01-05T08:00:00Z"
})

const told = ({ reason, type }: News): string => `${type} ${reason}`

/** What is said when a condition that waited has another reason. */
const said = (type: string, status: Condition["status"], reason: string) =>
  newsOf([condition(type, "False", "Waiting")], [condition(type, status, reason)]).map(told)

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
    assert.deepStrictEqual(newsOf([], [refused, collision]).map(told), ["Warning NotFound", "Warning Collision"])
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

  it("warns when what was ready is not any more, and tells when it is again", () => {
    const up = [condition("Ready", "True", "Connected"), condition("ServicesReady", "True", "Imported")]
    const down = [condition("Ready", "False", "NotConnected"), condition("ServicesReady", "False", "ServicesPending")]
    assert.deepStrictEqual(newsOf(up, down).map(told), ["Warning NotConnected", "Warning ServicesPending"])
    assert.deepStrictEqual(newsOf(down, up).map(told), ["Normal Connected", "Normal Imported"])
  })

  it("does not warn of what a change of the wish brings with it", () => {
    const up = { ...condition("Ready", "True", "Ready"), observedGeneration: 1 }
    const down = { ...condition("Ready", "False", "ComponentsNotReady"), observedGeneration: 1 }
    assert.deepStrictEqual(newsOf([up], [{ ...down, observedGeneration: 2 }]), [])
    assert.deepStrictEqual(newsOf([up], [{ ...down, reason: "Progressing" }]), [])
    assert.deepStrictEqual(newsOf([up], [down]).map(told), ["Warning ComponentsNotReady"])
  })

  it("warns of an agent that is not understood, of what the cluster refuses, and of a Service that is missing", () => {
    assert.deepStrictEqual(said("Delivered", "False", "VersionRefused"), ["Warning VersionRefused"])
    assert.deepStrictEqual(said("Delivered", "False", "RemovalRefused"), ["Warning RemovalRefused"])
    assert.deepStrictEqual(said("Reporting", "Unknown", "AgentTooOld"), ["Warning AgentTooOld"])
    assert.deepStrictEqual(said("Reporting", "Unknown", "AgentTooNew"), ["Warning AgentTooNew"])
    assert.deepStrictEqual(said("ServicesReady", "False", "ServiceMissing"), ["Warning ServiceMissing"])
  })

  it("tells a reason once that several conditions repeat", () => {
    const after = ["Accepted", "Delivered", "Ready"].map((type) => condition(type, "False", "NamespaceTaken"))
    assert.deepStrictEqual(newsOf([], after).map(told), ["Warning NamespaceTaken"])
  })

  it("says nothing of what is on its way or unknown", () => {
    const after = [condition("Ready", "False", "Progressing"), condition("Reporting", "Unknown", "AgentAway")]
    assert.deepStrictEqual(newsOf([], after), [])
  })
})
