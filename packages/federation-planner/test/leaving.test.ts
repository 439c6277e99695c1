import { assert, describe, it } from "@effect/vitest"
import type { ClusterFacts } from "@multicluster-mesh/federation-planner"
import { federationOf, meshRef } from "@multicluster-mesh/federation-planner/testing"
import { manifestsOf } from "@multicluster-mesh/mesh-model"
import { Fleet } from "./Fleet.ts"
import { hubDeploying } from "./hubDeploying.ts"

const clusters = ["east", "north", "west"]
const refs = clusters.map((cluster) => meshRef(cluster))

/** Three meshes, each a peer of the others. */
const federated = (): Fleet => {
  const fleet = new Fleet(hubDeploying(clusters, { federations: [federationOf("mcsm", [refs])] }))
  fleet.settle()
  return fleet
}

/** How the hub sees the add-on on `east` from now on. */
const setAddOn = (fleet: Fleet, addOn: ClusterFacts["addOn"], addOnAvailable: boolean): void => {
  fleet.state = {
    ...fleet.state,
    clusters: fleet.state.clusters.map((facts): ClusterFacts => {
      const { agent, available, deleting, name } = facts
      return name === "east" ? { name, available, deleting, agent, addOnAvailable, ...(addOn && { addOn }) } : facts
    })
  }
}

const peeringsOf = ({ state }: Fleet): ReadonlyArray<string> =>
  state.peerings.map(({ spec }) => `${spec.left.cluster} ${spec.right.cluster}`).sort()

const unproven = ({ state }: Fleet): ReadonlyArray<string> => [
  ...new Set((state.federations[0]?.status?.notFederated ?? []).map(({ reason }) => reason))
]

/** What the works of the mesh on a cluster carry. */
const controlPlane = ({ state }: Fleet, cluster: string): string =>
  JSON.stringify(
    state.works
      .filter(({ metadata }) => metadata.namespace === cluster)
      .flatMap(manifestsOf)
      .filter(({ kind }) => kind === "ServiceMeshControlPlane")
  )

const all = ["east north", "east west", "north west"]

describe("an add-on that leaves a cluster", () => {
  it("takes the peerings of its meshes along on both sides, and nothing else", () => {
    const fleet = federated()
    assert.deepStrictEqual(peeringsOf(fleet), all)
    setAddOn(fleet, "Leaving", true)
    fleet.settle()
    assert.deepStrictEqual(peeringsOf(fleet), ["north west"])
    assert.deepStrictEqual(unproven(fleet), ["AddOnLeaving"])
    for (const cluster of clusters) {
      assert.include(fleet.on(cluster), "ServiceMeshControlPlane mesh-system/mesh")
      assert.include(fleet.on(cluster), "Namespace mesh-system")
      const peers = fleet.on(cluster).filter((object) => object.startsWith("ServiceMeshPeer"))
      assert.strictEqual(peers.length, cluster === "east" ? 0 : 1)
    }
    assert.notInclude(controlPlane(fleet, "east"), "-ingress")
    assert.notInclude(controlPlane(fleet, "west"), "east-mesh-ingress")
    assert.include(controlPlane(fleet, "west"), "north-mesh-ingress")
    assert.strictEqual(fleet.turn(), 0)
  })

  it("gets its peerings anew when it is back, and none before", () => {
    const fleet = federated()
    setAddOn(fleet, "Leaving", true)
    fleet.settle()
    setAddOn(fleet, "Missing", false)
    fleet.settle()
    assert.deepStrictEqual(peeringsOf(fleet), ["north west"])
    assert.deepStrictEqual(unproven(fleet), ["AddOnMissing"])
    setAddOn(fleet, undefined, true)
    fleet.settle()
    assert.deepStrictEqual(peeringsOf(fleet), all)
    assert.deepStrictEqual(unproven(fleet), [])
  })

  it("leaves the peerings as they are where its agent does not answer", () => {
    const fleet = federated()
    const before = clusters.map((cluster) => fleet.on(cluster))
    for (const addOn of ["Leaving", "Missing"] as const) {
      setAddOn(fleet, addOn, false)
      fleet.settle()
      assert.deepStrictEqual(peeringsOf(fleet), all)
      assert.deepStrictEqual(
        clusters.map((cluster) => fleet.on(cluster)),
        before
      )
    }
  })

  it("goes on where it was interrupted once it is back", () => {
    const fleet = federated()
    setAddOn(fleet, "Leaving", true)
    for (let round = 0; round < 3; round++) fleet.turn()
    assert.isTrue(fleet.state.peerings.some(({ spec }) => spec.removal !== undefined))
    setAddOn(fleet, "Missing", false)
    fleet.settle()
    assert.deepStrictEqual(peeringsOf(fleet), all)
    setAddOn(fleet, undefined, true)
    fleet.settle()
    assert.deepStrictEqual(peeringsOf(fleet), all)
    assert.isTrue(fleet.state.peerings.every(({ spec }) => spec.removal === undefined))
    assert.deepStrictEqual(unproven(fleet), [])
  })
})
