import { describe, expect, it } from "vitest"
import { planHub } from "@multicluster-mesh/federation-planner"
import type { FederatedService, MeshFederation, MeshFederationSpec } from "@multicluster-mesh/mesh-model"
import {
  carryOut,
  federationOf,
  imagineWorld,
  meshRef,
  objectsIn,
  settle,
  withState,
  type ImaginedService,
  type ImaginedWorld
} from "@multicluster-mesh/federation-planner/testing"
import { hubDeploying } from "./hubDeploying.ts"

const east = meshRef("east")
const west = meshRef("west")
type Entry = NonNullable<MeshFederationSpec["services"]>[number]

const offer = (name: string, given: Partial<Entry> = {}): Entry => ({
  name,
  from: west,
  namespace: "shop",
  names: ["ratings"],
  importAs: "Remote",
  ...given
})

const worldOf = (
  federations: ReadonlyArray<MeshFederation>,
  services: ReadonlyArray<ImaginedService> = [{ cluster: "west", namespace: "shop", name: "ratings" }]
): ImaginedWorld => imagineWorld(hubDeploying(["east", "west"], { federations }), { services })

const federation = (name: string, services: ReadonlyArray<Entry>, spec: Partial<MeshFederationSpec> = {}) =>
  federationOf(name, [[east, west]], { services, ...spec }, { uid: name })

const setOn = (world: ImaginedWorld, cluster: string, kind: string) =>
  objectsIn(world, cluster).find((object) => object.kind === kind)?.["spec"]

const statusOf = (world: ImaginedWorld, name: string) =>
  planHub(world.state).statuses.find((status) => status.type.kind === "MeshFederation" && status.name === name)

const servicesOf = (world: ImaginedWorld, name: string): ReadonlyArray<FederatedService> =>
  Object(statusOf(world, name)?.fields["services"])

const verdictOf = (world: ImaginedWorld, type: string) =>
  statusOf(world, "a")?.verdicts.find((verdict) => verdict.type === type)

const countsOf = (world: ImaginedWorld): unknown => statusOf(world, "a")?.fields["serviceCounts"]

const offering = (world: ImaginedWorld, federations: ReadonlyArray<MeshFederation>): ImaginedWorld =>
  withState(world, () => ({ federations }))

const ratingsOfShop = { type: "NameSelector", nameSelector: { namespace: "shop", name: "ratings" } }
const ratingsOfStage = {
  type: "NameSelector",
  nameSelector: { namespace: "stage", name: "ratings", alias: { namespace: "shop", name: "ratings" } }
}

/** The exporter's Service, and one of the same name at the importer. */
const both = (importConsent: boolean) => [
  { cluster: "west", namespace: "shop", name: "ratings" },
  { cluster: "east", namespace: "shop", name: "ratings", importConsent }
]

describe("services", () => {
  it("are exported under the importer's name and imported under the exporter's", () => {
    const world = settle(worldOf([federation("a", [offer("ratings")])]))
    expect(setOn(world, "west", "ExportedServiceSet")).toEqual({ exportRules: [ratingsOfShop] })
    expect(setOn(world, "east", "ImportedServiceSet")).toEqual({ importRules: [ratingsOfShop] })
    expect(setOn(world, "east", "ExportedServiceSet")).toBeUndefined()
    expect(servicesOf(world, "a")).toMatchObject([
      { state: "Imported", host: "ratings.shop.svc.west-mesh-imports.local", message: "" }
    ])
  })

  it("come after the peer they are exported to", () => {
    let world = worldOf([federation("a", [offer("ratings")])])
    const withPeer: Array<boolean> = []
    for (let round = 0; round < 20; round++) {
      world = carryOut(world, planHub(world.state))
      if (setOn(world, "west", "ExportedServiceSet") !== undefined) {
        withPeer.push(setOn(world, "west", "ServiceMeshPeer") !== undefined)
      }
    }
    expect(withPeer).not.toContain(false)
    expect(setOn(world, "west", "ExportedServiceSet")).toBeDefined()
  })

  it("keep a name that is delivered, whoever asks for it later and sorts first", () => {
    const incumbent = federation("b", [offer("stage", { namespace: "stage", alias: { namespace: "shop" } })])
    const before = settle(worldOf([incumbent]))
    const after = settle(offering(before, [federation("a", [offer("ratings")]), incumbent]))
    expect(setOn(after, "west", "ExportedServiceSet")).toEqual({ exportRules: [ratingsOfStage] })
    expect(servicesOf(after, "a")).toMatchObject([{ state: "Refused" }])
    const fromScratch = settle(worldOf([federation("a", [offer("ratings")]), incumbent]))
    expect(setOn(fromScratch, "west", "ExportedServiceSet")).toEqual({ exportRules: [ratingsOfShop] })
  })

  it("join no existing Service whose owner has not consented", () => {
    const local = [federation("a", [offer("ratings", { importAs: "Local" })])]
    expect(setOn(settle(worldOf(local, both(false))), "east", "ImportedServiceSet")).toBeUndefined()
    expect(servicesOf(settle(worldOf(local, both(false))), "a")).toMatchObject([{ state: "Refused", host: "" }])
    expect(servicesOf(settle(worldOf(local, both(true))), "a")).toMatchObject([
      { state: "Imported", host: "ratings.shop.svc.cluster.local" }
    ])
  })

  it("wait, when local, until it is known whether there is such a Service", () => {
    const local = [federation("a", [offer("ratings", { importAs: "Local" })])]
    const world = settle(worldOf([federation("a", [])]))
    const asked = offering(world, local)
    expect(servicesOf(asked, "a")).toMatchObject([{ state: "Pending" }])
    expect(JSON.stringify(planHub(asked.state).works)).not.toContain("importAsLocal")
    expect(setOn(settle(asked), "east", "ImportedServiceSet")).toMatchObject({ importRules: [{ importAsLocal: true }] })
  })

  it("of a federation that is refused do not travel over a peering that another one made", () => {
    const world = settle(
      worldOf([
        federation("complete", [offer("ratings")], { trustConfig: { trustType: "Complete" } }),
        federation("limited", [])
      ])
    )
    expect(setOn(world, "west", "ExportedServiceSet")).toBeUndefined()
    expect(servicesOf(world, "complete")).toMatchObject([{ state: "Refused" }])
  })

  it("that are withdrawn leave an empty set behind: nothing stays exported", () => {
    const world = settle(worldOf([federation("a", [offer("ratings")])]))
    const without = settle(offering(world, [federation("a", [])]))
    expect(setOn(without, "west", "ExportedServiceSet")).toEqual({ exportRules: [] })
    expect(setOn(without, "east", "ImportedServiceSet")).toEqual({ importRules: [] })
  })

  it("that do not exist at the exporter are pending, and say so", () => {
    const world = settle(worldOf([federation("a", [offer("ratings")])], []))
    expect(servicesOf(world, "a")).toMatchObject([
      { state: "Pending", message: "Service shop/ratings does not exist on west. Create it there." }
    ])
  })
})

describe("ServicesReady", () => {
  const refused = offer("stray", { from: meshRef("north") })

  it("counts the services, and is True once all can be called", () => {
    const world = settle(worldOf([federation("a", [offer("ratings")])]))
    expect(verdictOf(world, "ServicesReady")).toMatchObject({ status: "True", reason: "Imported" })
    expect(countsOf(world)).toEqual({ desired: 1, imported: 1, pending: 0, refused: 0 })
  })

  it("is not there where no service is wished", () => {
    const world = settle(worldOf([federation("a", [])]))
    expect(verdictOf(world, "ServicesReady")).toBeUndefined()
    expect(countsOf(world)).toEqual({ desired: 0, imported: 0, pending: 0, refused: 0 })
  })

  it("names a Service that does not exist, while Ready speaks of the meshes alone", () => {
    const world = settle(worldOf([federation("a", [offer("ratings")])], []))
    expect(verdictOf(world, "ServicesReady")).toMatchObject({
      status: "False",
      reason: "ServiceMissing",
      message:
        "0 of 1 services are imported. shop/ratings at east/east-mesh: Service shop/ratings does not exist on west. Create it there."
    })
    expect(verdictOf(world, "Ready")).toMatchObject({ status: "True" })
  })

  it("names what is refused before what is missing, and counts both", () => {
    const world = settle(worldOf([federation("a", [offer("ratings"), refused])], []))
    expect(verdictOf(world, "ServicesReady")).toMatchObject({ status: "False", reason: "ServicesRefused" })
    expect(verdictOf(world, "ServicesReady")?.message).toMatch(/^0 of 2 services are imported, 1 cannot be\. /u)
    expect(countsOf(world)).toEqual({ desired: 2, imported: 0, pending: 1, refused: 1 })
  })

  it("is Unknown where nothing is known of a mesh, and waits while the pair is set up", () => {
    const world = settle(worldOf([federation("a", [offer("ratings")])]))
    const away = withState(world, ({ clusters }) => ({
      clusters: clusters.map((cluster) => ({ ...cluster, available: cluster.name !== "west" }))
    }))
    expect(verdictOf(away, "ServicesReady")).toMatchObject({ status: "Unknown", reason: "ServicesUnknown" })
    const fresh = worldOf([federation("a", [offer("ratings")])])
    expect(verdictOf(fresh, "ServicesReady")).toMatchObject({ status: "False", reason: "ServicesPending" })
  })
})
