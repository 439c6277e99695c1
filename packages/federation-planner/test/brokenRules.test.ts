import { assert, describe, it } from "@effect/vitest"
import { planHub, type HubState, type Plan } from "@multicluster-mesh/federation-planner"
import { labels, type KubeObject } from "@multicluster-mesh/mesh-model"
import { deploymentOf, now } from "@multicluster-mesh/federation-planner/testing"
import { Fleet, type FleetOptions } from "./Fleet.ts"
import { hubDeploying } from "./hubDeploying.ts"

/**
 * The rules that keep users' objects, each broken on purpose: the world then loses something, so the rule is needed
 * and the played world would show its absence. With the plan as it is, nothing is lost.
 */

const cluster = "managedcluster1"
const controlPlane = "ServiceMeshControlPlane mesh-system/mesh"

const userObject = (apiVersion: string, kind: string, name: string, namespace: string): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
  spec: {}
})

const fleetWith = (options: FleetOptions, given: Partial<HubState> = {}): Fleet => {
  const fleet = new Fleet(hubDeploying([cluster], given), options)
  fleet.settle()
  return fleet
}

describe("an orphaning rule for every object", () => {
  it("keeps everything when the works are lost", () => {
    const fleet = fleetWith({ planted: theirs })
    const before = fleet.on(cluster)
    loseWorks(fleet)
    assert.deepStrictEqual(fleet.on(cluster), before)
    assert.deepStrictEqual(fleet.cluster(cluster).harm, [])
  })

  it("is what keeps it: without, a user's object goes with our namespace", () => {
    const fleet = fleetWith({ planted: theirs, plan: withoutRules })
    loseWorks(fleet)
    assert.notInclude(fleet.on(cluster), controlPlane)
    assert.deepStrictEqual(fleet.cluster(cluster).harm, ["deleted ConfigMap mesh-system/theirs"])
  })
})

const theirs = { [cluster]: [userObject("v1", "ConfigMap", "theirs", "mesh-system")] }

const withoutRules = (state: HubState): Plan => {
  const plan = planHub(state)
  const works = plan.works.map((work) =>
    work._tag === "ApplyWork"
      ? { ...work, spec: { ...work.spec, deleteOption: { propagationPolicy: "Foreground" } } }
      : work
  )
  return { ...plan, works }
}

const loseWorks = (fleet: Fleet): void => {
  const works = fleet.state.works.map((work) => ({ ...work, metadata: { ...work.metadata, deletionTimestamp: now } }))
  fleet.state = { ...fleet.state, works, deployments: [] }
  fleet.settle()
}

describe("a lift of what is there alone", () => {
  it("makes nothing again that a user has deleted", () => {
    assert.deepStrictEqual(madeByRemoval({}), [])
  })

  it("is what prevents it: a lift of something absent makes it again", () => {
    assert.include(madeByRemoval({ plan: believingInDeliveries }), controlPlane)
  })
})

/** What the removal of a mesh makes, whose control plane a user has deleted. */
const madeByRemoval = (options: FleetOptions): ReadonlyArray<string> => {
  const fleet = fleetWith(options)
  fleet.deleteByUser(cluster, controlPlane)
  const before = fleet.cluster(cluster).made.length
  const deleting = { deletionTimestamp: now }
  const deployments = fleet.state.deployments.map((one) => ({ ...one, metadata: { ...one.metadata, ...deleting } }))
  fleet.state = { ...fleet.state, deployments }
  fleet.settle()
  return fleet.cluster(cluster).made.slice(before)
}

/** Takes everything that a work carries for something that is there. */
const believingInDeliveries = (state: HubState): Plan => {
  const carrierOf = (kind: string) =>
    state.works.find(
      ({ metadata, spec }) =>
        metadata.deletionTimestamp === undefined && JSON.stringify(spec.workload).includes(`"kind":"${kind}"`)
    )
  const clusters = state.clusters.map((facts) =>
    withReport(facts, (report) => ({
      ...report,
      objects: report.objects.map((entry) => {
        const unit = carrierOf(entry.kind)?.metadata.labels?.[labels.unitLabel]
        const mark = unit === undefined ? undefined : { fleetId: state.fleetId, unit }
        return mark === undefined ? entry : { ...entry, state: "Present" as const, uid: "believed", mark }
      })
    }))
  )
  return planHub({ ...state, clusters })
}

describe("a record for every removal", () => {
  it("keeps everything when an owner is lost", () => {
    assert.include(leftWithoutOwner({}), controlPlane)
  })

  it("is what keeps it: where a missing owner is the end of a wish, a lost list removes the fleet", () => {
    assert.notInclude(leftWithoutOwner({ plan: endingWithOwner }), controlPlane)
  })
})

const leftWithoutOwner = (options: FleetOptions): ReadonlyArray<string> => {
  const fleet = fleetWith(options)
  fleet.state = { ...fleet.state, deployments: [] }
  fleet.settle()
  return fleet.on(cluster)
}

const endingWithOwner = (state: HubState): Plan =>
  planHub(
    state.deployments.length > 0
      ? state
      : { ...state, deployments: [deploymentOf("mesh", [], {}, { deletionTimestamp: now })] }
  )

describe("an unknown input", () => {
  it("changes nothing: a mesh whose agent is away stays", () => {
    assert.deepStrictEqual(meshesWithoutAgent({}), ["managedcluster1-istio-system-basic"])
  })

  it("is not an empty one: where it is, the mesh is forgotten", () => {
    assert.deepStrictEqual(meshesWithoutAgent({ plan: takingUnknownForEmpty }), [])
  })
})

/** The Meshes of the hub once the agent that reported them has gone away with half a report. */
const meshesWithoutAgent = (options: FleetOptions): ReadonlyArray<string> => {
  const basic = userObject("maistra.io/v2", "ServiceMeshControlPlane", "basic", "istio-system")
  const fleet = fleetWith({ ...options, planted: { [cluster]: [basic] } }, { deployments: [] })
  const clusters = fleet.state.clusters.map((facts) => ({
    ...withReport(facts, (report) => ({
      ...report,
      controlPlanes: [],
      parts: report.parts.map((part) => ({ ...part, complete: part.name !== "ControlPlanes" }))
    })),
    addOnAvailable: false
  }))
  fleet.state = { ...fleet.state, found: [], clusters }
  fleet.settle()
  return fleet.state.meshes.map(({ metadata }) => metadata.name)
}

const takingUnknownForEmpty = (state: HubState): Plan =>
  planHub({
    ...state,
    clusters: state.clusters.map((facts) => ({
      ...withReport(facts, (report) => ({
        ...report,
        parts: report.parts.map((part) => ({ ...part, complete: true }))
      })),
      addOnAvailable: true
    }))
  })

type Facts = HubState["clusters"][number]
type Report = NonNullable<NonNullable<NonNullable<Facts["agent"]>["status"]>["report"]>

const withReport = (facts: Facts, change: (report: Report) => Report): Facts => {
  const status = facts.agent?.status
  return facts.agent === undefined || status?.report === undefined
    ? facts
    : { ...facts, agent: { ...facts.agent, status: { ...status, report: change(status.report) } } }
}
