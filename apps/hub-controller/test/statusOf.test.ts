import { assert, describe, it } from "@effect/vitest"
import type { StatusPlan } from "@multicluster-mesh/federation-planner"
import { resources, type Verdict } from "@multicluster-mesh/mesh-model"
import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { isSameStatus, statusOf } from "../src/statusOf.ts"

const monday = "2026-01-05T08:00:00Z"
const tuesday = "2026-01-06T08:00:00Z"

const ready = (status: Verdict["status"]): Verdict => ({
  type: "Ready",
  status,
  reason: "Proven",
  message: "Both ways."
})

const planOf = (step: string, verdict: Verdict): StatusPlan => ({
  type: resources.meshPeerings,
  namespace: "addon",
  name: "a-b",
  uid: "u",
  generation: 3,
  verdicts: [verdict],
  fields: { step, waitingFor: "" }
})

const peering = (status?: unknown): KubeObject => ({
  apiVersion: "mesh.open-cluster-management.io/v1alpha1",
  kind: "MeshPeering",
  metadata: { name: "a-b", namespace: "addon", uid: "u" },
  ...(status === undefined ? {} : { status })
})

describe("statusOf", () => {
  const first = statusOf(planOf("Trust", ready("Unknown")), peering(), monday)

  it("says when a condition and a step began", () => {
    assert.strictEqual(first["since"], monday)
    assert.deepStrictEqual(first["conditions"], [
      { ...ready("Unknown"), lastTransitionTime: monday, observedGeneration: 3 }
    ])
  })

  it("keeps both times while nothing changes", () => {
    assert.deepStrictEqual(statusOf(planOf("Trust", ready("Unknown")), peering(first), tuesday), first)
    assert.isTrue(isSameStatus(planOf("Trust", ready("Unknown")), peering(first)))
  })

  it("begins anew where the step changes, and only there", () => {
    const next = statusOf(planOf("Peer", ready("Unknown")), peering(first), tuesday)
    assert.strictEqual(next["since"], tuesday)
    assert.deepStrictEqual(next["conditions"], first["conditions"])
    assert.isFalse(isSameStatus(planOf("Peer", ready("Unknown")), peering(first)))
  })

  it("sees a condition that turned", () => {
    assert.isFalse(isSameStatus(planOf("Trust", ready("True")), peering(first)))
  })

  it("sees a field that someone has removed", () => {
    const { waitingFor: _, ...rest } = first
    assert.isFalse(isSameStatus(planOf("Trust", ready("Unknown")), peering(rest)))
  })

  it("takes conditions that it cannot read for none", () => {
    const repaired = statusOf(planOf("Trust", ready("True")), peering({ conditions: "broken" }), tuesday)
    assert.deepStrictEqual(repaired["conditions"], [
      { ...ready("True"), lastTransitionTime: tuesday, observedGeneration: 3 }
    ])
  })
})
