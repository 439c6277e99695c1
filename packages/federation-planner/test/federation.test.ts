import { beforeAll, describe, expect, it } from "vitest"
import { planHub } from "@multicluster-mesh/federation-planner"
import {
  labels,
  manifestsOf,
  type KubeObject,
  type MeshFederation,
  type MeshFederationSpec,
  type MeshPeering
} from "@multicluster-mesh/mesh-model"
import type { HubState } from "../src/HubState.ts"
import {
  carryOut,
  federationOf,
  imagineWorld,
  meshRef,
  objectsIn,
  settle,
  validRoot,
  withState,
  type ImaginedService,
  type ImaginedWorld
} from "@multicluster-mesh/federation-planner/testing"
import { hubDeploying } from "./hubDeploying.ts"

const east = meshRef("east")
const west = meshRef("west")
const north = meshRef("north")
const clusters = ["east", "north", "west"]
const key = "open-cluster-management/mcsm"

const hub = (federations: ReadonlyArray<MeshFederation>): HubState => hubDeploying(clusters, { federations })

const ratings: ImaginedService = { cluster: "west", namespace: "shop", name: "ratings" }
const offerRatings: Partial<MeshFederationSpec> = {
  services: [{ name: "ratings", from: west, namespace: "shop", names: ["ratings"], importAs: "Remote" }]
}

const federated = (spec: Partial<MeshFederationSpec> = offerRatings): ImaginedWorld =>
  settle(imagineWorld(hub([federationOf("mcsm", [[east, west]], spec)]), { services: [ratings] }))

/** What peerings put on clusters, in words. */
const peeringObjects = (world: ImaginedWorld): ReadonlyArray<string> =>
  clusters
    .flatMap((cluster) =>
      objectsIn(world, cluster).map((object) => `${cluster} ${object.kind} ${object.metadata.name}`)
    )
    .filter((text) => /ConfigMap|ServiceMeshPeer|ServiceSet/u.test(text))
    .sort()

const controlPlane = (world: ImaginedWorld, cluster: string): KubeObject | undefined =>
  objectsIn(world, cluster).find(({ kind }) => kind === "ServiceMeshControlPlane")

const statusOf = (world: ImaginedWorld, kind: string, name?: string) => {
  const status = planHub(world.state).statuses.find(
    (one) => one.type.kind === kind && (name === undefined || one.name === name)
  )
  return {
    fields: status?.fields ?? {},
    verdict: (type: string) => status?.verdicts.find((verdict) => verdict.type === type)
  }
}

const peeringWorks = (state: HubState) =>
  state.works.filter(({ metadata }) => metadata.annotations?.[labels.unitAnnotation]?.startsWith("peering/"))

const peeringActions = (state: HubState) =>
  planHub(state).works.filter(
    (action) => action._tag === "DeleteWork" || action.annotations[labels.unitAnnotation]?.startsWith("peering/")
  )

const onePeering = (world: ImaginedWorld): MeshPeering => {
  const [peering] = world.state.peerings
  if (peering === undefined) throw new Error("there is no MeshPeering")
  return peering
}

const deleting = <A extends { readonly metadata: object }>(object: A): A => ({
  ...object,
  metadata: { ...object.metadata, deletionTimestamp: "2026-11-25T12:00:00Z" }
})

describe("a federated pair", () => {
  let world: ImaginedWorld
  beforeAll(() => {
    world = federated()
  })

  it("is listed once it is proven in both directions", () => {
    expect(statusOf(world, "MeshFederation").fields["federatedMeshes"]).toEqual([{ peer: ["east-mesh", "west-mesh"] }])
    expect(statusOf(world, "MeshPeering").fields).toMatchObject({ step: "Ready", waitingFor: "", federations: [key] })
  })

  it("is not listed while one side alone is connected", () => {
    const half = withState(world, ({ found }) => ({
      found: found.map((one) =>
        one.cluster === "west"
          ? { ...one, report: { ...one.report, peers: one.report.peers.map((peer) => ({ ...peer, watched: false })) } }
          : one
      )
    }))
    expect(statusOf(half, "MeshFederation").fields["federatedMeshes"]).toEqual([])
    expect(statusOf(half, "MeshPeering").verdict("LeftReady")?.status).toBe("True")
    expect(statusOf(half, "MeshPeering").verdict("RightReady")?.reason).toBe("NotWatched")
    expect(statusOf(half, "MeshPeering").fields["step"]).toBe("Connection")
    expect(statusOf(half, "MeshFederation").verdict("Ready")?.reason).toBe("NotConnected")
  })

  it("says that a pair is lost, and not that it is on its way, when a gateway loses its address", () => {
    const lost = withState(world, ({ found }) => ({
      found: found.map((one) =>
        one.cluster === "west"
          ? {
              ...one,
              report: {
                ...one.report,
                gateways: one.report.gateways.map((gateway) => ({ ...gateway, addresses: [] })),
                peers: one.report.peers.map((peer) => ({ ...peer, connected: false }))
              }
            }
          : one
      )
    }))
    expect(statusOf(lost, "MeshPeering").fields["step"]).toBe("Addresses")
    expect(statusOf(lost, "MeshPeering").verdict("Ready")?.reason).toBe("NotConnected")
    expect(statusOf(lost, "MeshFederation").verdict("Ready")?.reason).toBe("NotConnected")
  })

  it("holds its works byte for byte, and says Unknown, while one cluster does not answer", () => {
    const away = withState(world, ({ clusters }) => ({
      clusters: clusters.map((cluster) => (cluster.name === "east" ? { ...cluster, addOnAvailable: false } : cluster))
    }))
    expect(peeringActions(away.state)).toEqual([])
    expect(statusOf(away, "MeshPeering").verdict("Ready")?.status).toBe("Unknown")
    expect(statusOf(away, "MeshFederation").verdict("Ready")?.status).toBe("Unknown")
  })

  it("loses its gateways last, and leaves nothing, when its federation is deleted", () => {
    let current = withState(world, ({ federations }) => ({ federations: federations.map(deleting) }))
    const gatewaysLeave: Array<boolean> = []
    for (let round = 0; round < 30 && current.state.peerings.length > 0; round++) {
      current = carryOut(current, planHub(current.state))
      const hasGateways = JSON.stringify(controlPlane(current, "east")).includes("west-mesh-ingress")
      if (!hasGateways) gatewaysLeave.push(peeringObjects(current).every((text) => !text.startsWith("east ")))
    }
    current = settle(current)
    expect(gatewaysLeave.length).toBeGreaterThan(0)
    expect(gatewaysLeave).not.toContain(false)
    expect(peeringObjects(current)).toEqual([])
    expect(current.state.peerings).toEqual([])
    expect(current.state.federations).toEqual([])
    expect(peeringWorks(current.state)).toEqual([])
    expect(controlPlane(current, "east")).toBeDefined()
  })

  it("is not forgotten when its works are lost during the removal: what they left is named", () => {
    const lost = settle(
      withState(world, ({ federations, works }) => ({
        federations: federations.map(deleting),
        works: works.filter((work) => !peeringWorks(world.state).includes(work))
      }))
    )
    expect(peeringObjects(lost)).toEqual(peeringObjects(world))
    expect(statusOf(lost, "MeshPeering").fields["step"]).toBe("Removing")
    expect(statusOf(lost, "MeshPeering").fields["waitingFor"]).toContain("ServiceMeshPeer mesh-system/west-mesh")
  })

  it("stays when its federation is lost or unreadable: only a deletion ends a wish", () => {
    const lost = settle(withState(world, () => ({ federations: [] })))
    expect(peeringObjects(lost)).toEqual(peeringObjects(world))
    expect(statusOf(lost, "MeshPeering").verdict("Accepted")).toMatchObject({
      status: "Unknown",
      reason: "OwnerMissing"
    })
  })

  it("keeps its gateways when its MeshPeering is lost, with or without its federation, and its works", () => {
    const before = controlPlane(world, "east")?.["spec"]
    for (const lost of [{}, { federations: [] }, { federations: [], works: [] }]) {
      let current = withState(world, () => ({ peerings: [], ...lost }))
      for (let round = 0; round < 10; round++) {
        current = carryOut(current, planHub(current.state))
        expect(controlPlane(current, "east")?.["spec"]).toEqual(before)
      }
      const back = settle(withState(current, () => ({ federations: world.state.federations })))
      expect(controlPlane(back, "east")?.["spec"]).toEqual(before)
      expect(statusOf(back, "MeshPeering").fields["step"]).toBe("Ready")
    }
    const lost = settle(withState(world, () => ({ federations: [], peerings: [], works: [] })))
    expect(statusOf(lost, "Mesh", "east-mesh").verdict("Delivered")?.message).toContain(
      "create its MeshFederation again"
    )
  })

  it("keeps its gateways while the agent has not said yet what of ours is there", () => {
    const restored = withState(world, ({ clusters }) => ({
      federations: [],
      peerings: [],
      works: [],
      clusters: clusters.map((cluster) => {
        const { agent } = cluster
        const report = agent?.status?.report
        if (agent === undefined || report === undefined) return cluster
        const parts = report.parts.map(({ complete, name }) => ({ name, complete: complete && name !== "Objects" }))
        const objects = report.objects.filter(({ kind }) => kind !== "ServiceMeshPeer")
        return { ...cluster, agent: { ...agent, status: { ...agent.status, report: { ...report, parts, objects } } } }
      })
    }))
    const delivered = planHub(restored.state).works.flatMap((work) =>
      work._tag === "ApplyWork" ? (work.spec.workload.manifests ?? []).map(({ kind }) => kind) : []
    )
    expect(delivered).not.toContain("ServiceMeshControlPlane")
    expect(delivered).toContain("Namespace")
    expect(statusOf(restored, "Mesh", "east-mesh").verdict("Delivered")?.message).toContain("the agent to say")
  })

  it("stays while another federation wants it, and goes with the last one", () => {
    const two = settle(
      withState(world, ({ federations }) => ({
        federations: [...federations, federationOf("second", [[west, east]], {}, { uid: "second" })]
      }))
    )
    const first = settle(
      withState(two, ({ federations }) => ({
        federations: federations.map((one) => (one.metadata.name === "mcsm" ? deleting(one) : one))
      }))
    )
    expect(first.state.federations.map(({ metadata }) => metadata.name)).toEqual(["second"])
    expect(statusOf(first, "MeshPeering").fields["federations"]).toEqual(["open-cluster-management/second"])
    expect(peeringObjects(first)).toContain("east ServiceMeshPeer west-mesh")
    const none = settle(withState(first, ({ federations }) => ({ federations: federations.map(deleting) })))
    expect(peeringObjects(none)).toEqual([])
  })

  it("keeps the names that it was given, whatever names.ts would give today", () => {
    const peering = onePeering(world)
    const renamed = { ...peering.spec.left, ingressGateway: "old-ingress" }
    const old = withState(world, () => ({ peerings: [{ ...peering, spec: { ...peering.spec, left: renamed } }] }))
    const works = planHub(old.state).works.filter(({ cluster }) => cluster === "east")
    expect(JSON.stringify(works)).toContain("old-ingress")
    expect(
      planHub(old.state).objects.filter((action) => "object" in action && action.object.kind === "MeshPeering")
    ).toEqual([])
  })

  it("gets along without services: what was exported stays as an empty set", () => {
    const without = settle(
      withState(world, ({ federations }) => ({
        federations: federations.map((one) => ({ ...one, spec: federationOf("", [[east, west]]).spec }))
      }))
    )
    const set = objectsIn(without, "west").find(({ kind }) => kind === "ExportedServiceSet")
    expect(set?.["spec"]).toEqual({ exportRules: [] })
  })
})

const showing = (world: ImaginedWorld, pem: string): HubState => ({
  ...world.state,
  found: world.state.found.map((one) =>
    one.cluster === "west" ? { ...one, report: { ...one.report, rootCertificate: pem } } : one
  ),
  certificates: new Map([...world.state.certificates, [pem, { _tag: "Facts", facts: validRoot(pem) }]])
})
const rootOnEast = (state: HubState) =>
  planHub(state)
    .works.flatMap((work) => (work._tag === "ApplyWork" ? (work.spec.workload.manifests ?? []) : []))
    .find((manifest) => manifest["kind"] === "ConfigMap" && JSON.stringify(manifest).includes("west-mesh-ca-root-cert"))

describe("roots", () => {
  const proven = federated()
  const newRoot = "-----BEGIN CERTIFICATE-----\nbmV3\n-----END CERTIFICATE-----\n"
  const oldRoot = proven.state.found.find(({ cluster }) => cluster === "west")?.report.rootCertificate ?? ""
  it("are not replaced at a proven peer without an overlap", () => {
    const state = showing(proven, newRoot)
    expect(rootOnEast(state)).toBeUndefined()
    expect(statusOf({ ...proven, state }, "MeshPeering").verdict("RootChanged")?.status).toBe("True")
  })

  it("are replaced when the old root is shown beside the new one", () => {
    expect(rootOnEast(showing(proven, oldRoot + newRoot))).toMatchObject({
      data: { "root-cert.pem": oldRoot + newRoot }
    })
  })

  it("are replaced when a person accepts the new one", () => {
    const peering = onePeering(proven)
    const annotations = {
      ...peering.metadata.annotations,
      [labels.acceptRootAnnotation]: validRoot(newRoot).fingerprint
    }
    const accepted = { ...peering, metadata: { ...peering.metadata, annotations } }
    const state = { ...showing(proven, newRoot), peerings: [accepted] }
    expect(rootOnEast(state)).toMatchObject({ data: { "root-cert.pem": newRoot } })
  })

  it("are followed before the pair was ever proven", () => {
    const peering = onePeering(proven)
    const { [labels.provenRootsAnnotation]: _, ...annotations } = peering.metadata.annotations ?? {}
    const fresh = { ...peering, metadata: { ...peering.metadata, annotations } }
    const state = { ...showing(proven, newRoot), peerings: [fresh] }
    expect(rootOnEast(state)).toMatchObject({ data: { "root-cert.pem": newRoot } })
  })

  it.each([
    ["is no CA", { isCA: false }],
    ["has expired", { notAfter: "2026-11-25T12:00:00Z" }],
    ["is not valid yet", { notBefore: "2026-11-25T12:00:01Z" }]
  ])("are not passed on when the certificate %s", (_, facts) => {
    const peering = onePeering(proven)
    const fresh = { ...peering, metadata: { ...peering.metadata, annotations: {} } }
    const certificates = new Map([[newRoot, { _tag: "Facts" as const, facts: { ...validRoot(newRoot), ...facts } }]])
    expect(rootOnEast({ ...showing(proven, newRoot), peerings: [fresh], certificates })).toBeUndefined()
  })

  it("are looked at again when the next one becomes valid", () => {
    const notBefore = "2026-11-25T12:00:07Z"
    const certificates = new Map([[newRoot, { _tag: "Facts" as const, facts: { ...validRoot(newRoot), notBefore } }]])
    expect(planHub({ ...showing(proven, newRoot), certificates }).recheckAt).toBe(notBefore)
    expect(planHub(proven.state).recheckAt).toBeUndefined()
  })
})

describe("what a peering meets", () => {
  it("says RestartRequired, and keeps its names, when a trust domain changes under it", () => {
    const world = federated()
    const changed = withState(world, ({ found }) => ({
      found: found.map((one) =>
        one.cluster === "west" ? { ...one, report: { ...one.report, trustDomain: "other.local" } } : one
      )
    }))
    expect(statusOf(changed, "MeshPeering").verdict("RestartRequired")?.message).toContain("istiod-mesh on east")
    const manifests = changed.state.works.flatMap(manifestsOf).filter(({ kind }) => kind === "ServiceMeshPeer")
    const planned = planHub(changed.state).works.flatMap((work) =>
      work._tag === "ApplyWork"
        ? (work.spec.workload.manifests ?? []).filter(({ kind }) => kind === "ServiceMeshPeer")
        : []
    )
    expect(planned).toEqual(expect.arrayContaining(manifests))
  })

  it("leaves alone a ServiceMeshPeer that is not ours, and says so", () => {
    const theirs: KubeObject = {
      apiVersion: "federation.maistra.io/v1",
      kind: "ServiceMeshPeer",
      metadata: { name: "west-mesh", namespace: "mesh-system" },
      spec: { remote: { addresses: ["theirs.example.com"] } }
    }
    const world = settle(imagineWorld(hub([federationOf("mcsm", [[east, west]])]), { planted: { east: [theirs] } }))
    expect(objectsIn(world, "east").find(({ kind }) => kind === "ServiceMeshPeer")?.["spec"]).toEqual(theirs["spec"])
    expect(statusOf(world, "MeshPeering").verdict("LeftReady")?.reason).toBe("Collision")
    expect(statusOf(world, "MeshFederation").fields["federatedMeshes"]).toEqual([])
  })

  it("goes before a mesh that is removed, and stays for the time of grace", () => {
    const world = federated()
    const leaving = withState(world, ({ deployments }) => ({
      deployments: deployments.map((one) => ({ ...one, spec: { ...one.spec, clusters: ["north", "west"] } }))
    }))
    const grace = settle(leaving)
    expect(peeringObjects(grace)).toEqual(peeringObjects(world))
    expect(statusOf(grace, "MeshFederation").fields["notFederated"]).toMatchObject([{ reason: "MeshBeingRemoved" }])
    const over = settle(withState(grace, () => ({ now: "2026-11-25T13:00:00Z" })))
    expect(peeringObjects(over)).toEqual([])
    expect(controlPlane(over, "east")).toBeUndefined()
    expect(controlPlane(over, "west")).toBeDefined()
    expect(JSON.stringify(controlPlane(over, "west"))).not.toContain("east-mesh")
  })

  it("takes no address into another cluster that means something else there", () => {
    const world = federated()
    const lying = withState(world, ({ found }) => ({
      found: found.map((one) =>
        one.cluster === "west"
          ? {
              ...one,
              report: {
                ...one.report,
                gateways: one.report.gateways.map((gateway) => ({ ...gateway, addresses: ["kubernetes.default.svc"] }))
              }
            }
          : one
      )
    }))
    expect(JSON.stringify(planHub(lying.state).works)).not.toContain("kubernetes.default.svc")
  })

  it("makes all pairs of a list, and gives each its own gateways", () => {
    const world = settle(imagineWorld(hub([federationOf("mcsm", [[east, north, west]])])))
    expect(statusOf(world, "MeshFederation").fields["pairs"]).toEqual({ desired: 3, federated: 3, refused: 0 })
    expect(
      Object.keys(
        Object(Object(Object(controlPlane(world, "north")?.["spec"])["gateways"])["additionalIngress"])
      ).sort()
    ).toEqual(["east-mesh-ingress", "west-mesh-ingress"])
  })
})
