import { assert, describe, it } from "@effect/vitest"
import type { HubState } from "@multicluster-mesh/federation-planner"
import { isTrue, type Mesh, type MeshPeering, type Removal } from "@multicluster-mesh/mesh-model"
import { deploymentOf, federationOf, meshOf, meshRef, now } from "@multicluster-mesh/federation-planner/testing"
import { Fleet } from "./Fleet.ts"
import { hubDeploying } from "./hubDeploying.ts"

const clusters = ["managedcluster1", "managedcluster2"]
const one = "managedcluster1"

const settled = (given: Partial<HubState> = {}): Fleet => {
  const federations = [federationOf("mcsm", [clusters.map((cluster) => meshRef(cluster))])]
  const fleet = new Fleet(hubDeploying(clusters, { federations, ...given }))
  fleet.settle()
  return fleet
}

/** What somebody fills in who has seen a record elsewhere. */
const written: Removal = { since: "2026-11-20T12:00:00Z", policy: "Delete", gracePeriod: "0s" }

const withRecord = <A extends Mesh | MeshPeering>(object: A, removal: Removal = written): A => ({
  ...object,
  spec: { ...object.spec, removal }
})

const isOnOne = ({ metadata }: Mesh): boolean => metadata.namespace === one

const meshOnOne = (fleet: Fleet): Mesh | undefined => fleet.state.meshes.find(isOnOne)

const recordOnOne = (fleet: Fleet, removal?: Removal): void => {
  fleet.state = {
    ...fleet.state,
    meshes: fleet.state.meshes.map((mesh) => (isOnOne(mesh) ? withRecord(mesh, removal) : mesh))
  }
}

const listOnly = (fleet: Fleet, names: ReadonlyArray<string>): void => {
  const metadata = fleet.state.deployments[0]?.metadata
  fleet.state = { ...fleet.state, deployments: [deploymentOf("mesh", names, {}, metadata)] }
}

const deleted = (mesh: Mesh): Mesh => ({ ...mesh, metadata: { ...mesh.metadata, deletionTimestamp: now } })

/** As a backup has it: without its deletion, and another object. */
const restored = (mesh: Mesh): Mesh => {
  const { deletionTimestamp: _, ...metadata } = mesh.metadata
  return { ...mesh, metadata: { ...metadata, uid: "another" } }
}

describe("a record of removal that the hub did not write", () => {
  it("removes nothing of a mesh that is wished, or of its peerings, and is named", () => {
    const fleet = settled()
    const before = { objects: fleet.on(one), works: fleet.state.works }
    recordOnOne(fleet)
    fleet.settle()
    assert.deepStrictEqual(fleet.on(one), before.objects)
    assert.deepStrictEqual(fleet.state.works, before.works)
    assert.isTrue(fleet.state.peerings.every(({ spec }) => spec.removal === undefined))
    const conditions = meshOnOne(fleet)?.status?.conditions
    assert.isTrue(isTrue(conditions, "Ready"))
    assert.include(
      conditions?.find(({ type }) => type === "RemovalIgnored")?.message,
      "take its cluster out of MeshDeployment open-cluster-management/mesh"
    )
    assert.strictEqual(fleet.turn(), 0)
  })

  it("removes nothing of a mesh that a person wishes", () => {
    const fleet = settled({ deployments: [], federations: [], meshes: [meshOf(one, "shop")] })
    const before = fleet.on(one)
    recordOnOne(fleet)
    fleet.settle()
    assert.deepStrictEqual(fleet.on(one), before)
    assert.include(
      meshOnOne(fleet)?.status?.conditions?.find(({ type }) => type === "RemovalIgnored")?.message,
      "delete this Mesh"
    )
  })

  it("removes nothing of a peering that is wished", () => {
    const fleet = settled()
    const before = fleet.on(one)
    fleet.state = { ...fleet.state, peerings: fleet.state.peerings.map((peering) => withRecord(peering)) }
    fleet.settle()
    assert.deepStrictEqual(fleet.on(one), before)
    const conditions = fleet.state.peerings[0]?.status?.conditions
    assert.isTrue(isTrue(conditions, "Ready"))
    assert.isTrue(isTrue(conditions, "RemovalIgnored"))
  })

  it("makes no difference to when a removal starts: the hub puts its own in its place", () => {
    const fleet = settled()
    recordOnOne(fleet)
    listOnly(fleet, ["managedcluster2"])
    fleet.settle()
    assert.include(fleet.on(one), "ServiceMeshControlPlane mesh-system/mesh")
    assert.strictEqual(fleet.plan().recheckAt, "2026-11-25T13:00:00Z")
    assert.strictEqual(meshOnOne(fleet)?.spec.removal?.since, now)
    assert.isFalse(isTrue(meshOnOne(fleet)?.status?.conditions, "RemovalIgnored"))
  })

  it("is one that was copied from another object, too", () => {
    const fleet = settled()
    listOnly(fleet, [one])
    fleet.turn()
    const ofTwo = fleet.state.meshes.find((mesh) => !isOnOne(mesh))?.spec.removal
    assert.isDefined(ofTwo?.seal)
    recordOnOne(fleet, ofTwo)
    fleet.settle()
    assert.include(fleet.on(one), "ServiceMeshControlPlane mesh-system/mesh")
    assert.isTrue(isTrue(meshOnOne(fleet)?.status?.conditions, "RemovalIgnored"))
  })
})

describe("a record of the hub", () => {
  it("survives a backup and a restore: the removal goes on where neither works nor deletion came back", () => {
    const fleet = settled({ deployments: [], federations: [], meshes: [meshOf(one, "shop")] })
    fleet.state = { ...fleet.state, meshes: fleet.state.meshes.map(deleted) }
    fleet.turn()
    fleet.state = { ...fleet.state, meshes: fleet.state.meshes.map(restored), works: [] }
    assert.isDefined(meshOnOne(fleet)?.spec.removal?.seal)
    fleet.settle()
    assert.deepStrictEqual(
      fleet.state.meshes.filter((mesh) => mesh.metadata.name === "shop"),
      []
    )
  })

  it("is none for another fleet", () => {
    const fleet = settled()
    listOnly(fleet, ["managedcluster2"])
    fleet.settle()
    const recorded = meshOnOne(fleet)?.spec.removal
    const other = settled()
    recordOnOne(other, recorded)
    other.state = { ...other.state, fleetId: "fleet-2" }
    assert.isTrue(
      other
        .plan()
        .statuses.some(
          ({ name, verdicts }) => name === `${one}-mesh` && verdicts.some(({ type }) => type === "RemovalIgnored")
        )
    )
  })
})
