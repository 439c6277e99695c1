import { assert, describe, it } from "@effect/vitest"
import { defaultOperator, isTrue, labels, names } from "@multicluster-mesh/mesh-model"
import { deploymentOf, meshOf } from "@multicluster-mesh/federation-planner/testing"
import { Fleet } from "./Fleet.ts"
import {
  afterwards,
  clusters,
  conditionOf,
  deleteDeployment,
  deleting,
  everything,
  isOnOne,
  isOnTwo,
  one,
  pair,
  seed,
  settled,
  userObject
} from "./deployedFleet.ts"

describe("a wished mesh", () => {
  it("is on every cluster, ready, and then nothing is written any more", () => {
    const fleet = settled()
    for (const cluster of clusters) assert.deepStrictEqual(fleet.on(cluster), everything)
    assert.isTrue(fleet.state.meshes.every((mesh) => isTrue(mesh.status?.conditions, "Ready")))
    assert.isTrue(isTrue(fleet.state.deployments[0]?.status?.conditions, "Ready"))
    assert.strictEqual(fleet.turn(), 0)
  })

  it("comes stage by stage: rights, namespace and operators, control plane, roll", () => {
    const { made } = settled().cluster(one)
    const place = (kind: string) => made.findIndex((object) => object.startsWith(kind))
    const order = ["ClusterRole", "Namespace", "ServiceMeshControlPlane", "ServiceMeshMemberRoll"].map(place)
    assert.deepStrictEqual(
      order,
      order.toSorted((a, b) => a - b)
    )
    assert.isBelow(place("Subscription"), place("ServiceMeshControlPlane"))
  })

  it("gets nothing before the agent has reported", () => {
    const fleet = new Fleet(seed())
    fleet.turn()
    assert.deepStrictEqual(fleet.state.works, [])
    assert.strictEqual(fleet.state.meshes.length, 2)
  })

  it("waits for its operator, and says who must act", () => {
    const manual = deploymentOf("mesh", clusters, { operator: { ...defaultOperator, installPlanApproval: "Manual" } })
    for (const [deployment, reason] of [
      [manual, "WaitingForApproval"],
      [deploymentOf("mesh", clusters), "OperatorInstalling"]
    ] as const) {
      const fleet = new Fleet(seed({ deployments: [deployment] }), { operatorsInstall: false })
      fleet.settle()
      assert.notInclude(fleet.on(one), "ServiceMeshControlPlane mesh-system/mesh")
      assert.strictEqual(conditionOf(fleet, "managedcluster1-mesh", "Delivered")?.reason, reason)
    }
  })

  it("says that its version is refused, and what to do", () => {
    const fleet = new Fleet(seed())
    fleet.refuse(one, ({ kind }) =>
      kind === "ServiceMeshControlPlane" ? "invalid Version: v2.1; supported versions are: v2.6" : undefined
    )
    fleet.settle()
    const delivered = conditionOf(fleet, "managedcluster1-mesh", "Delivered")
    assert.strictEqual(delivered?.reason, "VersionRefused")
    assert.include(delivered?.message, "supported versions are: v2.6. Set controlPlane.version")
    assert.strictEqual(fleet.state.deployments[0]?.status?.summary?.ready, 1)
    assert.deepStrictEqual(fleet.state.deployments[0]?.status?.appliedMeshes, ["managedcluster2-mesh"])
    assert.isUndefined(fleet.state.meshes.find(isOnOne)?.status?.version)
    assert.strictEqual(fleet.state.meshes.find(isOnTwo)?.status?.version, "v2.1")
  })

  it("says that a change is refused while the control plane runs on", () => {
    const fleet = settled()
    fleet.refuse(one, ({ kind }) => (kind === "ServiceMeshMemberRoll" ? "too many" : undefined))
    fleet.state = {
      ...fleet.state,
      deployments: [deploymentOf("mesh", clusters, { meshMemberRoll: ["shop"] }, fleet.state.deployments[0]?.metadata)]
    }
    fleet.settle()
    assert.include(conditionOf(fleet, "managedcluster1-mesh", "Delivered")?.message, "too many")
    assert.isTrue(isTrue(fleet.state.meshes.find(isOnTwo)?.status?.conditions, "Delivered"))
  })

  it("says what stands in the way of the rights that it needs", () => {
    const role = userObject("rbac.authorization.k8s.io/v1", "ClusterRole", "multicluster-mesh-work")
    const fleet = new Fleet(seed(), { planted: { [one]: [role] } })
    fleet.settle()
    assert.include(
      conditionOf(fleet, "managedcluster1-mesh", "Delivered")?.message,
      "ClusterRole multicluster-mesh-work"
    )
    assert.deepStrictEqual(fleet.on(one), ["ClusterRole multicluster-mesh-work"])
    assert.deepStrictEqual(fleet.cluster(one).harm, [])
  })

  it("uses a namespace that is there, and leaves it when it goes", () => {
    const fleet = new Fleet(seed(), { planted: { [one]: [userObject("v1", "Namespace", "mesh-system")] } })
    fleet.settle()
    assert.isTrue(isTrue(fleet.state.meshes[0]?.status?.conditions, "Ready"))
    deleteDeployment(fleet)
    fleet.settle()
    assert.include(fleet.on(one), "Namespace mesh-system")
    assert.deepStrictEqual(fleet.cluster(one).harm, [])
  })

  it("leaves a control plane alone that someone else made, and says so", () => {
    const planted = { [one]: [userObject("maistra.io/v2", "ServiceMeshControlPlane", "mesh", "mesh-system")] }
    const fleet = new Fleet(seed(), { planted })
    fleet.settle()
    assert.deepStrictEqual(fleet.cluster(one).harm, [])
    assert.strictEqual(conditionOf(fleet, "managedcluster1-mesh", "Accepted")?.reason, "NamespaceTaken")
    assert.isTrue(
      isTrue(
        fleet.state.meshes.find((mesh) => mesh.metadata.namespace === "managedcluster2")?.status?.conditions,
        "Ready"
      )
    )
    assert.strictEqual(conditionOf(fleet, "managedcluster1-mesh-system-mesh", "Accepted")?.reason, "Observed")
  })

  it("leaves a roll alone that someone else made, and says so", () => {
    const planted = { [one]: [userObject("maistra.io/v1", "ServiceMeshMemberRoll", "default", "mesh-system")] }
    const fleet = new Fleet(seed(), { planted })
    fleet.settle()
    assert.deepStrictEqual(fleet.cluster(one).harm, [])
    assert.strictEqual(conditionOf(fleet, "managedcluster1-mesh", "Delivered")?.reason, "Collision")
  })

  it("takes a subscription that is there for its own", () => {
    const planted = {
      [one]: [userObject("operators.coreos.com/v1alpha1", "Subscription", "servicemeshoperator", "operators")]
    }
    const fleet = new Fleet(seed(), { planted })
    fleet.settle()
    assert.notInclude(fleet.on(one), "Subscription openshift-operators/servicemeshoperator")
    assert.isTrue(isTrue(fleet.state.meshes[0]?.status?.conditions, "Ready"))
  })

  it("follows its template, and an emptied roll is emptied", () => {
    const fleet = settled()
    fleet.state = {
      ...fleet.state,
      deployments: [deploymentOf("mesh", clusters, { meshMemberRoll: [] }, fleet.state.deployments[0]?.metadata)]
    }
    fleet.settle()
    const roll = [...fleet.cluster(one).objects.values()].find(({ object }) => object.kind === "ServiceMeshMemberRoll")
    assert.deepStrictEqual(roll?.object["spec"], { members: [] })
  })

  it("stays as it is while its cluster is away, and says that nothing is known", () => {
    const fleet = settled()
    const works = fleet.state.works
    fleet.state = {
      ...fleet.state,
      clusters: fleet.state.clusters.map((cluster) => ({ ...cluster, available: cluster.name !== one })),
      deployments: [deploymentOf("mesh", clusters, { meshMemberRoll: ["other"] }, fleet.state.deployments[0]?.metadata)]
    }
    fleet.settle()
    assert.deepStrictEqual(fleet.state.works.filter(isOnOne), works.filter(isOnOne))
    assert.strictEqual(conditionOf(fleet, "managedcluster1-mesh", "Ready")?.status, "Unknown")
    assert.strictEqual(fleet.state.deployments[0]?.status?.summary?.unknown, 1)
    assert.deepStrictEqual(fleet.state.deployments[0]?.status?.appliedMeshes, [
      "managedcluster1-mesh",
      "managedcluster2-mesh"
    ])
  })
})

describe("a mesh that a person writes", () => {
  it("is deployed, holds on to its deletion until it is gone, and leaves nothing", () => {
    const fleet = new Fleet(seed({ deployments: [], meshes: [meshOf(one, "shop")] }))
    fleet.settle()
    assert.include(fleet.on(one), "ServiceMeshControlPlane own-system/shop")
    assert.deepStrictEqual(fleet.state.meshes[0]?.metadata.finalizers, [labels.recordFinalizer])
    fleet.state = { ...fleet.state, meshes: fleet.state.meshes.map(deleting) }
    fleet.settle()
    assert.deepStrictEqual(fleet.state.meshes, [])
    assert.deepStrictEqual(fleet.on(one), ["Subscription openshift-operators/servicemeshoperator"])
  })

  it("has to be in the namespace of its cluster", () => {
    const fleet = new Fleet(seed({ deployments: [], meshes: [meshOf(one, "shop", { cluster: "managedcluster2" })] }))
    fleet.settle()
    for (const type of ["Accepted", "Reporting"]) {
      assert.strictEqual(conditionOf(fleet, "shop", type)?.reason, "ClusterMismatch")
      assert.include(conditionOf(fleet, "shop", type)?.message, "make it in namespace managedcluster2")
    }
    assert.deepStrictEqual(fleet.on("managedcluster2"), [])
  })
})

describe("a mesh that is found", () => {
  it("gets another name where a wished one has its name, which keeps it", () => {
    const basic = userObject("maistra.io/v2", "ServiceMeshControlPlane", "basic", "istio-system")
    const fleet = new Fleet(seed({ deployments: [deploymentOf("istio-system-basic", [one])] }), {
      planted: { [one]: [basic] }
    })
    fleet.settle()
    const named = fleet.state.meshes.map(({ metadata, spec }) => `${metadata.name} in ${spec.controlPlane.namespace}`)
    assert.deepStrictEqual(named.sort(), [
      "managedcluster1-istio-system-basic in mesh-system",
      `${names.otherDiscoveredMeshName(one, "istio-system", "basic")} in istio-system`
    ])
    assert.isTrue(fleet.state.meshes.every((mesh) => isTrue(mesh.status?.conditions, "Ready")))
  })

  it("keeps its name where a wish comes later, and the wish is refused", () => {
    const basic = userObject("maistra.io/v2", "ServiceMeshControlPlane", "basic", "istio-system")
    const fleet = new Fleet(seed({ deployments: [] }), { planted: { [one]: [basic] } })
    fleet.settle()
    fleet.state = { ...fleet.state, deployments: [deploymentOf("istio-system-basic", [one])] }
    fleet.settle()
    assert.strictEqual(fleet.state.meshes.length, 1)
    assert.strictEqual(fleet.state.deployments[0]?.status?.clusters?.[0]?.reason, "NameTaken")
  })

  it("gets a Mesh, which goes when the control plane is gone for sure", () => {
    const fleet = new Fleet(seed({ deployments: [] }), {
      planted: { [one]: [userObject("maistra.io/v2", "ServiceMeshControlPlane", "basic", "istio-system")] }
    })
    fleet.settle()
    assert.deepStrictEqual(
      fleet.state.meshes.map(({ metadata }) => metadata.name),
      ["managedcluster1-istio-system-basic"]
    )
    fleet.deleteByUser(one, "ServiceMeshControlPlane istio-system/basic")
    const setAddOn = (addOnAvailable: boolean) => {
      const away = fleet.state.clusters.map((cluster) => ({ ...cluster, addOnAvailable }))
      fleet.state = { ...fleet.state, clusters: away }
    }
    setAddOn(false)
    fleet.settle()
    assert.strictEqual(fleet.state.meshes.length, 1)
    setAddOn(true)
    fleet.settle()
    assert.deepStrictEqual(fleet.state.meshes, [])
    assert.deepStrictEqual(fleet.state.works, [])
  })
})

describe("a federation", () => {
  it("makes both meshes peers of each other, and then nothing is written any more", () => {
    const fleet = new Fleet(pair)
    fleet.settle()
    assert.deepStrictEqual(
      fleet.state.meshes.map(({ metadata, status }) => `${metadata.name} - ${status?.peerSummary}`).sort(),
      ["managedcluster1-mesh - managedcluster2-mesh", "managedcluster2-mesh - managedcluster1-mesh"]
    )
    assert.isTrue(isTrue(fleet.state.federations[0]?.status?.conditions, "Ready"))
    assert.strictEqual(fleet.turn(), 0)
  })

  it("goes with its meshes: peerings first, then the control planes", () => {
    const fleet = new Fleet(pair)
    fleet.settle()
    deleteDeployment(fleet)
    fleet.settle()
    assert.deepStrictEqual(fleet.state.meshes, [])
    assert.deepStrictEqual(fleet.state.peerings, [])
    assert.deepStrictEqual(fleet.on(one), afterwards)
  })

  it("says what the cluster refuses when it goes, and goes when that is gone", () => {
    const fleet = new Fleet(pair)
    fleet.settle()
    fleet.refuse(one, ({ kind }) => (kind === "ServiceMeshPeer" ? "nobody changes a peer" : undefined))
    fleet.state = { ...fleet.state, federations: fleet.state.federations.map(deleting) }
    fleet.settle()
    const status = fleet.state.peerings[0]?.status
    const ready = status?.conditions?.find(({ type }) => type === "Ready")
    assert.strictEqual(ready?.reason, "RemovalRefused")
    assert.include(ready?.message, "nobody changes a peer")
    assert.include(status?.waitingFor, "nobody changes a peer")
    fleet.refuse(one, () => undefined)
    fleet.settle()
    assert.deepStrictEqual(fleet.state.peerings, [])
    assert.deepStrictEqual(fleet.on(one), everything)
  })

  it("goes without its meshes: they keep running without its gateways", () => {
    const fleet = new Fleet(pair)
    fleet.settle()
    fleet.state = { ...fleet.state, federations: fleet.state.federations.map(deleting) }
    fleet.settle()
    assert.deepStrictEqual(fleet.state.federations, [])
    assert.deepStrictEqual(fleet.state.peerings, [])
    assert.deepStrictEqual(fleet.on(one), everything)
    const plane = [...fleet.cluster(one).objects.values()].find(
      ({ object }) => object.kind === "ServiceMeshControlPlane"
    )
    assert.notInclude(JSON.stringify(plane?.object), "additionalIngress")
  })
})
