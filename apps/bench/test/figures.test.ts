import { assert, describe, it } from "@effect/vitest"
import { planHub } from "@multicluster-mesh/federation-planner"
import { type Figure, measured, verdictOf } from "../src/Figure.ts"
import { growFleet } from "../src/fleet/growFleet.ts"
import { countWrites, writesBetween } from "../src/hub/HubServer.ts"
import { withOneChange } from "../src/plan/withOneChange.ts"

const figure = (samples: ReadonlyArray<number>, limits: Partial<Figure> = {}): Figure => ({
  name: "some",
  unit: "ms",
  samples,
  ...limits
})

describe("a figure", () => {
  it("is the median, or the percentile that counts", () => {
    const samples = [5, 1, 4, 2, 3]
    assert.strictEqual(measured(figure(samples)), 3)
    assert.strictEqual(measured(figure(samples, { counts: "max" })), 5)
    assert.strictEqual(measured(figure([...Array.from({ length: 99 }, () => 1), 100], { counts: "p99" })), 1)
  })

  it("is held against budget and aim, and one that was not measured is not good", () => {
    const limits = { budget: 10, aim: 5 }
    assert.deepStrictEqual(
      [[4], [5], [6], [10], [11], []].map((samples) => verdictOf(figure(samples, limits))),
      ["good", "good", "within", "within", "over", "missing"]
    )
    assert.strictEqual(verdictOf(figure([0], { budget: 0 })), "good")
    assert.strictEqual(verdictOf(figure([1], { budget: 0 })), "over")
  })
})

const metrics = (works: number) => `# TYPE apiserver_request_total counter
apiserver_request_total{code="200",resource="manifestworks",scope="resource",subresource="",verb="APPLY"} ${works}
apiserver_request_total{code="201",resource="manifestworks",scope="resource",subresource="",verb="APPLY"} 2
apiserver_request_total{code="200",resource="manifestworks",scope="cluster",subresource="",verb="LIST"} 70
apiserver_request_total{code="200",resource="leases",scope="resource",subresource="",verb="PUT"} 80
apiserver_request_total{code="200",resource="meshagents",scope="resource",subresource="status",verb="APPLY"} ${works}`

it("writes are counted by verb and kind, without reads and without kinds of others", () => {
  const since = writesBetween(countWrites(metrics(1)), countWrites(metrics(4)), 3)
  assert.deepStrictEqual(since, { total: 3, inWords: "3 x APPLY manifestworks, 3 x APPLY meshagents status" })
})

it("a grown fleet is federated, every service of it is imported, and one change changes its plan", () => {
  const state = growFleet({ clusters: 4, services: 8, perDeployment: 4 })
  const plan = planHub(state)
  const [federation] = plan.statuses.filter(({ type }) => type.kind === "MeshFederation")
  assert.deepStrictEqual(federation?.fields["pairs"], { desired: 4, federated: 4, refused: 0 })
  const services = federation?.fields["services"]
  assert.isArray(services)
  assert.lengthOf(Array.isArray(services) ? services.filter(({ state }) => state === "Imported") : [], 16)
  assert.notDeepEqual(planHub(withOneChange(state, 1)).works, plan.works)
})
