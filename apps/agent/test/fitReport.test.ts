import { assert, describe, it } from "@effect/vitest"
import { type ClusterReport, isComplete } from "@multicluster-mesh/mesh-model"
import { fitReport } from "../src/fitReport.ts"

const report = (services: number, objects: number): ClusterReport => ({
  parts: (["Objects", "Services"] as const).map((name) => ({ name, complete: true })),
  apis: [],
  operators: [],
  controlPlanes: [],
  objects: Array.from({ length: objects }, (_, index) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    namespace: "mesh",
    name: `object-${index}`,
    state: "Absent" as const
  })),
  services: Array.from({ length: services }, (_, index) => ({
    namespace: "shop",
    name: `service-${index}`,
    present: true,
    ports: [],
    importConsent: false
  })),
  namespaces: []
})

const bytes = (value: unknown) => JSON.stringify(value).length

describe("fitReport", () => {
  it("leaves alone what fits", () => {
    const small = report(10, 10)
    assert.deepStrictEqual(fitReport(small), small)
  })

  it("cuts services before objects, and says that they are not all", () => {
    const cut = fitReport(report(1000, 10), 10_000)
    assert.isAtMost(bytes(cut), 10_000)
    assert.isNotEmpty(cut.services)
    assert.isFalse(isComplete(cut, "Services"))
    assert.isTrue(isComplete(cut, "Objects"))
    assert.lengthOf(cut.objects, 10)
  })

  it("cuts objects too where services are not enough", () => {
    const cut = fitReport(report(10, 1000), 10_000)
    assert.isAtMost(bytes(cut), 10_000)
    assert.isNotEmpty(cut.objects)
    assert.isFalse(isComplete(cut, "Objects"))
  })
})
