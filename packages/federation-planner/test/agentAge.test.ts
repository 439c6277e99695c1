import { assert, describe, it } from "@effect/vitest"
import type { ClusterFacts, Plan } from "@multicluster-mesh/federation-planner"
import { Fleet } from "./Fleet.ts"
import { hubDeploying } from "./hubDeploying.ts"

const clusters = ["managedcluster1", "managedcluster2"]
const [old = ""] = clusters

/** A deployment that is there, after which the first cluster's agent is known to be of another release than the hub controller. */
const fleetWith = (agentAge: NonNullable<ClusterFacts["agentAge"]>): Fleet => {
  const fleet = new Fleet(hubDeploying(clusters))
  fleet.settle()
  const aged = fleet.state.clusters.map((facts) => (facts.name === old ? { ...facts, agentAge } : facts))
  fleet.state = { ...fleet.state, clusters: aged }
  return fleet
}

const reporting = (plan: Plan) =>
  plan.statuses
    .filter(({ namespace, type }) => type.kind === "Mesh" && namespace === old)
    .flatMap(({ verdicts }) => verdicts)
    .find(({ type }) => type === "Reporting")

describe("an agent of another release than the hub controller", () => {
  it.each([
    ["Previous", "AgentOutdated"],
    ["Next", "AgentNewer"]
  ] as const)("%s: works, and the Mesh says %s", (age, reason) => {
    const fleet = fleetWith(age)
    assert.deepInclude(reporting(fleet.plan()), { status: "True", reason })
    fleet.state = { ...fleet.state, deployments: [] }
    fleet.settle()
    assert.strictEqual(reporting(fleet.plan())?.reason, reason)
  })

  it.each([
    ["TooOld", "AgentTooOld"],
    ["TooNew", "AgentTooNew"]
  ] as const)("%s: nothing is changed on its cluster, whatever is wished, and the Mesh says %s", (age, reason) => {
    const fleet = fleetWith(age)
    const before = fleet.on(old)
    const works = fleet.state.works.filter(({ metadata }) => metadata.namespace === old)
    assert.deepInclude(reporting(fleet.plan()), { status: "Unknown", reason })
    const [deployment] = fleet.state.deployments
    if (deployment === undefined) throw new Error("no deployment")
    const controlPlane = { ...deployment.spec.controlPlane, version: "v2.6" }
    fleet.state = { ...fleet.state, deployments: [{ ...deployment, spec: { ...deployment.spec, controlPlane } }] }
    fleet.settle()
    assert.deepStrictEqual(fleet.on(old), before)
    assert.deepStrictEqual(
      fleet.state.works.filter(({ metadata }) => metadata.namespace === old),
      works
    )
    // the other cluster is not held up
    assert.include(
      JSON.stringify(fleet.state.works.filter(({ metadata }) => metadata.namespace === clusters[1])),
      '"v2.6"'
    )
  })
})
