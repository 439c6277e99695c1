import { assert, describe, it } from "@effect/vitest"
import { labels, type ManifestWork } from "@multicluster-mesh/mesh-model"
import { isSameWork, type WantedWork } from "../../src/works/isSameWork.ts"

const spec = {
  workload: { manifests: [{ apiVersion: "v1", kind: "Namespace", metadata: { name: "mesh" } }] },
  deleteOption: { propagationPolicy: "Orphan" }
}

const wanted: WantedWork = {
  cluster: "east",
  name: "mesh-shop",
  labels: labels.markLabels("fleet1", "unit1"),
  annotations: { [labels.unitAnnotation]: "mesh/east/shop" },
  spec
}

const received = (change: Partial<ManifestWork["metadata"]> = {}, changed = spec): ManifestWork => ({
  apiVersion: "work.open-cluster-management.io/v1",
  kind: "ManifestWork",
  metadata: { name: "mesh-shop", namespace: "east", labels: wanted.labels, annotations: wanted.annotations, ...change },
  spec: changed
})

describe("isSameWork", () => {
  it("does not depend on the order of keys", () => {
    const { deleteOption, workload } = spec
    assert.isTrue(isSameWork(received({}, { deleteOption, workload }), wanted))
  })

  it("leaves labels and annotations of others out of account", () => {
    const others = received({
      labels: { ...wanted.labels, team: "blue" },
      annotations: { ...wanted.annotations, "kubectl.kubernetes.io/last-applied-configuration": "{}" }
    })
    assert.isTrue(isSameWork(others, wanted))
  })

  it("sees another manifest, a missing mark and a label of ours that is no longer wanted", () => {
    assert.isFalse(isSameWork(received({}, { ...spec, workload: { manifests: [] } }), wanted))
    assert.isFalse(isSameWork(received({ labels: {} }), wanted))
    assert.isFalse(isSameWork(received({ labels: { ...wanted.labels, [labels.stageLabel]: "roll" } }), wanted))
  })
})
