import { assert, describe, it } from "@effect/vitest"
import { isTrue, labels, manifestsOf } from "@multicluster-mesh/mesh-model"
import { deploymentOf } from "@multicluster-mesh/federation-planner/testing"
import { Fleet } from "./Fleet.ts"
import {
  afterwards,
  clusters,
  conditionOf,
  deleteDeployment,
  everything,
  one,
  refusesVersion,
  seed,
  settled,
  userObject,
  versioned
} from "./deployedFleet.ts"

describe("the end of a wish", () => {
  it("takes everything but the operators, and the deployment goes once it is recorded", () => {
    const fleet = settled()
    deleteDeployment(fleet)
    fleet.settle()
    assert.deepStrictEqual(fleet.state.deployments, [])
    assert.deepStrictEqual(fleet.state.meshes, [])
    assert.deepStrictEqual(fleet.state.works, [])
    for (const cluster of clusters) {
      assert.deepStrictEqual(fleet.on(cluster), afterwards)
    }
  })

  it("by Orphan leaves everything but the rights, and finds what is left", () => {
    const fleet = new Fleet(seed({ deployments: [deploymentOf("mesh", clusters, { deletionPolicy: "Orphan" })] }))
    fleet.settle()
    deleteDeployment(fleet)
    fleet.settle()
    assert.deepStrictEqual(
      fleet.on(one),
      everything.filter((object) => !object.startsWith("ClusterRole"))
    )
    assert.deepStrictEqual(fleet.state.meshes.map(({ metadata }) => metadata.name).sort(), [
      "managedcluster1-mesh-system-mesh",
      "managedcluster2-mesh-system-mesh"
    ])
    assert.strictEqual(conditionOf(fleet, "managedcluster1-mesh-system-mesh", "Accepted")?.reason, "Leftover")
    assert.strictEqual(
      fleet.state.clusters[0]?.agent?.metadata.annotations?.[labels.leftoversAnnotation],
      everything.filter((object) => !object.startsWith("ClusterRole")).join(", ")
    )
  })

  it("that ends while its works are lost removes nothing, and what is left is named", () => {
    const fleet = settled()
    fleet.state = { ...fleet.state, works: [] }
    deleteDeployment(fleet)
    fleet.settle()
    for (const cluster of clusters) assert.deepStrictEqual(fleet.on(cluster), everything)
    assert.strictEqual(conditionOf(fleet, "managedcluster1-mesh-system-mesh", "Accepted")?.reason, "Leftover")
    assert.include(fleet.state.clusters[0]?.agent?.metadata.annotations?.[labels.leftoversAnnotation], "Namespace")
  })

  it("leaves nothing over that something on the hub stands for", () => {
    const fleet = settled()
    const leftovers = () =>
      fleet.state.clusters.map(({ agent }) => agent?.metadata.annotations?.[labels.leftoversAnnotation])
    assert.deepStrictEqual(leftovers(), [undefined, undefined])
    fleet.state = { ...fleet.state, deployments: [], works: [] }
    fleet.settle()
    assert.deepStrictEqual(leftovers(), [undefined, undefined])
  })

  it("waits for its time of grace when a cluster leaves the list", () => {
    const fleet = settled()
    const list = (names: ReadonlyArray<string>) => {
      fleet.state = {
        ...fleet.state,
        deployments: [deploymentOf("mesh", names, {}, fleet.state.deployments[0]?.metadata)]
      }
    }
    list([one])
    fleet.settle()
    assert.deepStrictEqual(fleet.on("managedcluster2"), everything)
    assert.strictEqual(fleet.plan().recheckAt, "2026-11-25T13:00:00Z")
    list(clusters)
    fleet.state = { ...fleet.state, now: "2026-11-25T13:00:00Z" }
    fleet.settle()
    assert.deepStrictEqual(fleet.on("managedcluster2"), everything)
    assert.include(
      fleet.cluster("managedcluster2").made.slice(everything.length),
      "ServiceMeshControlPlane mesh-system/mesh"
    )
  })

  it("leaves a namespace in which something of a user is, with the user's object", () => {
    const fleet = new Fleet(seed(), { planted: { [one]: [userObject("v1", "ConfigMap", "theirs", "mesh-system")] } })
    fleet.settle()
    deleteDeployment(fleet)
    fleet.settle()
    assert.deepStrictEqual(fleet.cluster(one).harm, [])
    assert.include(fleet.on(one), "ConfigMap mesh-system/theirs")
    assert.include(fleet.on(one), "Namespace mesh-system")
    assert.notInclude(fleet.on(one), "ServiceMeshControlPlane mesh-system/mesh")
    assert.deepStrictEqual(fleet.state.meshes, [])
  })

  it("leaves a namespace of which the agent may not see all, says so, and lets the mesh go", () => {
    const planted = { [one]: [userObject("v1", "Secret", "shop-tls", "mesh-system")] }
    const fleet = new Fleet(seed(), { hidden: ["Secret"], planted })
    fleet.settle()
    deleteDeployment(fleet)
    const said = new Set<string>()
    for (let turn = 0; turn < 30 && fleet.state.meshes.length > 0; turn++) {
      fleet.turn()
      said.add(conditionOf(fleet, "managedcluster1-mesh", "LeftBehind")?.message ?? "")
    }
    assert.deepStrictEqual(fleet.cluster(one).harm, [])
    assert.deepStrictEqual(fleet.state.meshes, [])
    assert.include(fleet.on(one), "Namespace mesh-system")
    assert.notInclude(fleet.on(one), "ServiceMeshControlPlane mesh-system/mesh")
    assert.include([...said].join(" "), "Namespace mesh-system stays: the agent may not list Secrets in it")
  })

  it("leaves a namespace that the next mesh uses as it is, whatever its name", () => {
    const fleet = new Fleet(seed({ deployments: [deploymentOf("mesh", [one])] }), { hidden: ["Secret"] })
    fleet.settle()
    deleteDeployment(fleet)
    fleet.settle()
    fleet.state = { ...fleet.state, deployments: [deploymentOf("second", [one])] }
    fleet.settle()
    assert.isTrue(isTrue(fleet.state.meshes[0]?.status?.conditions, "Ready"))
    assert.include(fleet.on(one), "ServiceMeshControlPlane mesh-system/second")
    const carried = fleet.state.works.flatMap(manifestsOf).map(({ kind }) => kind)
    assert.notInclude(carried, "Namespace")
    deleteDeployment(fleet)
    fleet.settle()
    assert.include(fleet.on(one), "Namespace mesh-system")
    assert.deepStrictEqual(fleet.state.works, [])
  })

  it("removes a mesh whose last change the cluster refuses, as the cluster has it", () => {
    const fleet = settled()
    fleet.refuse(one, refusesVersion("v9.9"))
    fleet.state = { ...fleet.state, deployments: [versioned(fleet, "v9.9")] }
    fleet.settle()
    assert.strictEqual(conditionOf(fleet, "managedcluster1-mesh", "Delivered")?.reason, "VersionRefused")
    deleteDeployment(fleet)
    fleet.settle()
    assert.deepStrictEqual(fleet.state.meshes, [])
    assert.deepStrictEqual(fleet.on(one), afterwards)
    assert.lengthOf(fleet.cluster(one).made, everything.length)
  })

  it("says that the cluster refuses to let go, and goes on when what refuses is gone", () => {
    const fleet = settled()
    fleet.refuse(one, refusesVersion("v2.1"))
    deleteDeployment(fleet)
    fleet.settle()
    const delivered = conditionOf(fleet, "managedcluster1-mesh", "Delivered")
    assert.strictEqual(delivered?.reason, "RemovalRefused")
    assert.include(delivered?.message, "invalid Version: v2.1")
    assert.include(delivered?.message, "delete it there by hand")
    assert.include(fleet.on(one), "ServiceMeshControlPlane mesh-system/mesh")
    fleet.deleteByUser(one, "ServiceMeshControlPlane mesh-system/mesh")
    fleet.settle()
    assert.deepStrictEqual(fleet.state.meshes, [])
    assert.deepStrictEqual(fleet.on(one), afterwards)
  })

  it("does not make again what a user has deleted", () => {
    const fleet = settled()
    fleet.deleteByUser(one, "ServiceMeshControlPlane mesh-system/mesh")
    const before = fleet.cluster(one).made.length
    deleteDeployment(fleet)
    fleet.settle()
    assert.deepStrictEqual(fleet.cluster(one).made.slice(before), [])
    assert.deepStrictEqual(fleet.state.meshes, [])
  })

  it("waits while the cluster is away, and goes on afterwards", () => {
    const fleet = settled()
    const setAvailable = (available: boolean) => {
      const set = (cluster: (typeof fleet.state.clusters)[number]) =>
        cluster.name === one ? { ...cluster, available } : cluster
      fleet.state = { ...fleet.state, clusters: fleet.state.clusters.map(set) }
    }
    setAvailable(false)
    deleteDeployment(fleet)
    fleet.settle()
    assert.deepStrictEqual(fleet.on(one), everything)
    assert.deepStrictEqual(fleet.state.deployments, [])
    setAvailable(true)
    fleet.look()
    fleet.settle()
    assert.deepStrictEqual(fleet.state.meshes, [])
  })

  it("is not the loss of the MeshDeployment: nothing is removed", () => {
    const fleet = settled()
    fleet.state = { ...fleet.state, deployments: [] }
    fleet.settle()
    for (const cluster of clusters) assert.deepStrictEqual(fleet.on(cluster), everything)
    assert.strictEqual(conditionOf(fleet, "managedcluster1-mesh", "Accepted")?.reason, "OwnerMissing")
  })

  it("is not the loss of the works: what is ours is taken up again", () => {
    const fleet = settled()
    fleet.state = { ...fleet.state, works: [] }
    fleet.settle()
    for (const cluster of clusters) assert.deepStrictEqual(fleet.on(cluster), everything)
    assert.isTrue(isTrue(fleet.state.deployments[0]?.status?.conditions, "Ready"))
  })

  it("lets the Mesh of a cluster go that is not managed any more, and the deployment with it", () => {
    const fleet = settled()
    fleet.state = { ...fleet.state, clusters: fleet.state.clusters.filter(({ name }) => name !== one) }
    fleet.settle()
    assert.deepStrictEqual(
      fleet.state.meshes.map(({ metadata }) => metadata.namespace),
      ["managedcluster2"]
    )
    deleteDeployment(fleet)
    fleet.settle()
    assert.deepStrictEqual(fleet.state.deployments, [])
  })
})
