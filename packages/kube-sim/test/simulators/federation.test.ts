import { assert, it } from "@effect/vitest"
import { maistra, resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { callService, makeOssmWorld, type OssmOptions, type OssmWorld, plantBookinfo } from "../../src/index.ts"
import { controlPlane, deploy, fast, installOperator, memberRoll, ossmCluster } from "./ossmSupport.ts"
import { at, listAt, textAt } from "../../src/simulators/fields.ts"
import { configMap, until } from "./support.ts"

const ns = "mesh-system"
const ref = (name: string) => ({ name, namespace: ns })

/** A control plane with the gateways towards `peer`. */
const planeTowards = (trustDomain: string, peer: string, more: Readonly<Record<string, unknown>> = {}): KubeObject =>
  controlPlane(
    ns,
    {
      tracing: { type: "None" },
      security: { trust: { domain: trustDomain } },
      gateways: {
        additionalIngress: {
          [`${peer}-ingress`]: {
            enabled: true,
            service: {
              type: "LoadBalancer",
              ports: [
                { name: "tls", port: 15443 },
                { name: "https-discovery", port: 8188 }
              ]
            }
          }
        },
        additionalEgress: {
          [`${peer}-egress`]: {
            enabled: true,
            requestedNetworkView: [`network-${peer}`],
            service: {
              ports: [
                { name: "tls", port: 15443 },
                { name: "http-discovery", port: 8188 }
              ]
            }
          }
        }
      },
      ...more
    },
    "mesh"
  )

const meshCluster = Effect.fnUntraced(function* (
  name: string,
  peer: string,
  world: OssmWorld,
  options: Partial<OssmOptions> = {},
  more: Readonly<Record<string, unknown>> = {},
  trustDomain = `${name}.local`
) {
  const made = yield* ossmCluster(name, world, options)
  yield* installOperator(made.api)
  yield* deploy(made.api, planeTowards(trustDomain, peer, more))
  yield* made.api.create(resources.memberRolls, memberRoll(ns, ["bookinfo"]))
  return { ...made, trustDomain }
})

const rootOf = (api: KubeApi) =>
  Effect.map(
    api.get(resources.configMaps, ref("istio-ca-root-cert")),
    (map) => textAt(map, "data", "root-cert.pem") ?? ""
  )

const addressOf = (api: KubeApi, gateway: string) =>
  Effect.map(
    until(api, resources.services, ref(gateway), (service) =>
      JSON.stringify(service["status"] ?? {}).includes("ingress")
    ),
    (service) => {
      const [entry] = listAt(service, "status", "loadBalancer", "ingress")
      return textAt(entry, "ip") ?? textAt(entry, "hostname") ?? ""
    }
  )

interface Side {
  readonly name: string
  readonly api: KubeApi
  readonly trustDomain: string
}

const serviceMeshPeer = (
  remote: Side,
  address: string,
  local: string,
  over: Readonly<Record<string, unknown>> = {}
) => ({
  apiVersion: "federation.maistra.io/v1",
  kind: "ServiceMeshPeer",
  metadata: ref(remote.name),
  spec: {
    remote: { addresses: [address] },
    gateways: { ingress: { name: `${remote.name}-ingress` }, egress: { name: `${remote.name}-egress` } },
    security: {
      trustDomain: remote.trustDomain,
      clientID: `${remote.trustDomain}/ns/${ns}/sa/${local}-egress-service-account`,
      certificateChain: { kind: "ConfigMap", name: `${remote.name}-ca-root-cert` },
      ...over
    }
  }
})

/** Makes `local` know `remote`: its root and the peer. */
const peer = Effect.fnUntraced(function* (local: Side, remote: Side, over: Readonly<Record<string, unknown>> = {}) {
  const pem = yield* rootOf(remote.api)
  const address = yield* addressOf(remote.api, `${local.name}-ingress`)
  yield* local.api.create(resources.configMaps, configMap(ns, `${remote.name}-ca-root-cert`, { "root-cert.pem": pem }))
  yield* local.api.create(resources.serviceMeshPeers, serviceMeshPeer(remote, address, local.name, over))
})

const decode = Schema.decodeUnknownSync(maistra.ServiceMeshPeer)
const discoveryOf = (object: KubeObject) => decode(object).status?.discoveryStatus
const isConnected = (object: KubeObject) =>
  discoveryOf(object)?.active?.some((pod) => pod.watch?.connected === true) === true
const endedWith = (status: string) => (object: KubeObject) =>
  discoveryOf(object)?.inactive?.[0]?.watch?.lastDisconnectStatus === status

const pair = Effect.fnUntraced(function* (options: Partial<OssmOptions> = {}) {
  const world = yield* makeOssmWorld()
  const [east, west] = yield* Effect.all(
    [meshCluster("east", "west", world, options), meshCluster("west", "east", world, options)],
    { concurrency: 2 }
  )
  return { world, east, west }
})

const connected = (side: Side, remote: string) => until(side.api, resources.serviceMeshPeers, ref(remote), isConnected)

const federated = Effect.fnUntraced(function* (options: Partial<OssmOptions> = {}) {
  const made = yield* pair(options)
  yield* peer(made.east, made.west)
  yield* peer(made.west, made.east)
  yield* connected(made.east, "west")
  yield* connected(made.west, "east")
  return made
})

const exporting = (peerName: string, ...names: ReadonlyArray<string>): KubeObject => ({
  apiVersion: "federation.maistra.io/v1",
  kind: "ExportedServiceSet",
  metadata: ref(peerName),
  spec: { exportRules: names.map((name) => ({ type: "NameSelector", nameSelector: { namespace: "bookinfo", name } })) }
})

const importing = (peerName: string, ...names: ReadonlyArray<string>): KubeObject => ({
  apiVersion: "federation.maistra.io/v1",
  kind: "ImportedServiceSet",
  metadata: ref(peerName),
  spec: { importRules: names.map((name) => ({ type: "NameSelector", nameSelector: { namespace: "bookinfo", name } })) }
})

const importsOf = (object: KubeObject) =>
  Schema.decodeUnknownSync(maistra.ImportedServiceSet)(object).status?.importedServices ?? []
const exportsOf = (object: KubeObject) =>
  Schema.decodeUnknownSync(maistra.ExportedServiceSet)(object).status?.exportedServices ?? []

it.live("connects two meshes only when both sides know each other", () =>
  Effect.gen(function* () {
    const { east, west } = yield* pair()
    yield* peer(east, west)
    // east trusts west, but west does not know east yet
    yield* until(east.api, resources.serviceMeshPeers, ref("west"), endedWith("503 Service Unavailable"))
    yield* peer(west, east)
    const object = yield* connected(east, "west")
    assert.isNull(at(object, "status", "discoveryStatus", "inactive"))
    yield* until(east.api, resources.serviceMeshPeers, ref("west"), (object) => {
      return discoveryOf(object)?.active?.[0]?.remotes?.[0]?.connected === true
    })
  })
)

it.live("refuses a caller whose identity is not the peer's clientID", () =>
  Effect.gen(function* () {
    const { east, west } = yield* pair()
    yield* peer(east, west)
    yield* peer(west, east, { clientID: `east.local/ns/${ns}/sa/other-service-account` })
    yield* until(east.api, resources.serviceMeshPeers, ref("west"), endedWith("403 Forbidden"))
    yield* connected(west, "east")
  })
)

it.live("does not load the root of a peer with its own trust domain", () =>
  Effect.gen(function* () {
    const world = yield* makeOssmWorld()
    const east = yield* meshCluster("east", "west", world, {}, {}, "cluster.local")
    const west = yield* meshCluster("west", "east", world, {}, {}, "cluster.local")
    yield* peer(east, west)
    yield* peer(west, east)
    yield* until(east.api, resources.serviceMeshPeers, ref("west"), endedWith("503 Service Unavailable"))
  })
)

it.live("refuses a peer whose root is another one, in both directions", () =>
  Effect.gen(function* () {
    const { east, west } = yield* federated()
    const pem = yield* rootOf(west.api)
    const setRoot = (root: string) =>
      east.api.patch(resources.configMaps, ref("west-ca-root-cert"), { data: { "root-cert.pem": root } })
    yield* setRoot(yield* rootOf(east.api))
    yield* until(east.api, resources.serviceMeshPeers, ref("west"), endedWith("503 Service Unavailable"))
    yield* until(west.api, resources.serviceMeshPeers, ref("east"), endedWith("503 Service Unavailable"))
    yield* setRoot(pem)
    yield* connected(east, "west")
    yield* connected(west, "east")
  })
)

it.live("lets two peers on one ingress block each other", () =>
  Effect.gen(function* () {
    const { east, west } = yield* federated()
    const third = { name: "third", api: west.api, trustDomain: "third.local" }
    const shared = serviceMeshPeer(third, "203.0.113.99", "east")
    const gateways = { ingress: { name: "west-ingress" }, egress: { name: "west-egress" } }
    yield* east.api.create(resources.configMaps, configMap(ns, "third-ca-root-cert", { "root-cert.pem": "-" }))
    yield* east.api.create(resources.serviceMeshPeers, { ...shared, spec: { ...shared.spec, gateways } })
    yield* until(west.api, resources.serviceMeshPeers, ref("east"), endedWith("403 Forbidden"))
  })
)

it.live("finds a CA that comes late at the resync", () =>
  Effect.gen(function* () {
    const { east, west } = yield* pair()
    yield* peer(west, east)
    const address = yield* addressOf(west.api, "east-ingress")
    yield* east.api.create(resources.serviceMeshPeers, serviceMeshPeer(west, address, "east"))
    yield* Effect.sleep("150 millis")
    assert.isUndefined((yield* east.api.get(resources.serviceMeshPeers, ref("west")))["status"])
    const pem = yield* rootOf(west.api)
    yield* east.api.create(resources.configMaps, configMap(ns, "west-ca-root-cert", { "root-cert.pem": pem }))
    yield* connected(east, "west")
  })
)

it.live("exports and imports by name; what no rule takes is visible and not imported", () =>
  Effect.gen(function* () {
    const { world, east, west } = yield* federated()
    yield* plantBookinfo(east.api, "bookinfo")
    yield* east.api.create(resources.exportedServiceSets, exporting("west", "reviews", "ratings"))
    yield* west.api.create(resources.importedServiceSets, importing("east", "reviews"))
    const exported = yield* until(east.api, resources.exportedServiceSets, ref("west"), (object) => {
      return exportsOf(object).length === 2
    })
    assert.include(
      exportsOf(exported).map(({ exportedName }) => exportedName),
      "reviews.bookinfo.svc.west-exports.local"
    )
    const imported = yield* until(west.api, resources.importedServiceSets, ref("east"), (object) => {
      return importsOf(object).some(({ localService }) => localService?.name === "reviews")
    })
    const hosts = importsOf(imported).map(({ exportedName, localService }) => [exportedName, localService?.hostname])
    assert.sameDeepMembers(hosts, [
      ["reviews.bookinfo.svc.west-exports.local", "reviews.bookinfo.svc.east-imports.local"],
      ["ratings.bookinfo.svc.west-exports.local", ""]
    ])
    const from = { cluster: "west", namespace: ns, name: "mesh" }
    assert.deepStrictEqual(callService(world, from, "reviews.bookinfo.svc.east-imports.local"), {
      _tag: "Answered",
      cluster: "east",
      namespace: "bookinfo",
      service: "reviews"
    })
    assert.deepStrictEqual(callService(world, from, "ratings.bookinfo.svc.east-imports.local"), { _tag: "UnknownHost" })
  })
)

it.live("freezes the status of an export set with two services under one name", () =>
  Effect.gen(function* () {
    const { east } = yield* federated()
    yield* plantBookinfo(east.api, "bookinfo")
    yield* east.api.create(resources.exportedServiceSets, exporting("west", "reviews"))
    const one = yield* until(east.api, resources.exportedServiceSets, ref("west"), (object) => {
      return exportsOf(object).length === 1
    })
    const alias = { namespace: "bookinfo", name: "reviews" }
    const rules = ["reviews", "ratings"].map((name) => ({
      type: "NameSelector",
      nameSelector: { namespace: "bookinfo", name, alias }
    }))
    yield* east.api.patch(resources.exportedServiceSets, ref("west"), { spec: { exportRules: rules } })
    yield* Effect.sleep("100 millis")
    assert.deepStrictEqual((yield* east.api.get(resources.exportedServiceSets, ref("west")))["status"], one["status"])
  })
)

it.live("lets changed import rules wait", () =>
  Effect.gen(function* () {
    const { east, west } = yield* federated({ delays: { ...fast, importRules: Duration.millis(400) } })
    yield* plantBookinfo(east.api, "bookinfo")
    yield* east.api.create(resources.exportedServiceSets, exporting("west", "reviews"))
    yield* west.api.create(resources.importedServiceSets, importing("east", "reviews"))
    const early = yield* until(west.api, resources.importedServiceSets, ref("east"), (object) => {
      return importsOf(object).length === 1
    })
    assert.strictEqual(importsOf(early)[0]?.localService?.name, "")
    yield* until(west.api, resources.importedServiceSets, ref("east"), (object) => {
      return importsOf(object)[0]?.localService?.name === "reviews"
    })
  })
)

it.live("keeps the first clientID for the service port until istiod restarts, over delete and create", () =>
  Effect.gen(function* () {
    const { world, east, west } = yield* pair()
    const wrong = { clientID: `west.local/ns/${ns}/sa/old-egress-service-account` }
    yield* plantBookinfo(east.api, "bookinfo")
    yield* east.api.create(resources.exportedServiceSets, exporting("west", "reviews"))
    yield* west.api.create(resources.importedServiceSets, importing("east", "reviews"))
    yield* peer(east, west, wrong)
    yield* peer(west, east)
    yield* until(east.api, resources.exportedServiceSets, ref("west"), (object) => exportsOf(object).length === 1)

    const address = yield* addressOf(west.api, "east-ingress")
    yield* east.api.delete(resources.serviceMeshPeers, ref("west"))
    yield* Effect.sleep("50 millis")
    yield* east.api.create(resources.serviceMeshPeers, {
      ...serviceMeshPeer(west, address, "east")
    })
    yield* until(west.api, resources.importedServiceSets, ref("east"), (object) => {
      return importsOf(object)[0]?.localService?.name === "reviews"
    })
    const from = { cluster: "west", namespace: ns, name: "mesh" }
    const call = Effect.sync(() => callService(world, from, "reviews.bookinfo.svc.east-imports.local"))
    yield* connected(west, "east")
    assert.deepStrictEqual(yield* call, { _tag: "Refused", status: "403 Forbidden" })
    const restartedAt = { "kubectl.kubernetes.io/restartedAt": "2026-11-22T10:00:00Z" }
    const restart = { spec: { template: { metadata: { annotations: restartedAt } } } }
    yield* east.api.patch(resources.deployments, ref("istiod-mesh"), restart)
    yield* Effect.sleep("200 millis")
    yield* connected(west, "east")
    assert.strictEqual((yield* call)._tag, "Answered")
  })
)

it.live("leaves a stale entry in the inactive list when there are two istiods", () =>
  Effect.gen(function* () {
    const world = yield* makeOssmWorld()
    const runtime = { components: { pilot: { deployment: { replicas: 2 } } } }
    const east = yield* meshCluster("east", "west", world, {}, { runtime })
    const west = yield* meshCluster("west", "east", world)
    yield* peer(east, west)
    yield* until(east.api, resources.serviceMeshPeers, ref("west"), (object) => {
      return discoveryOf(object)?.inactive?.length === 2
    })
    yield* peer(west, east)
    const status = discoveryOf(yield* connected(east, "west"))
    assert.lengthOf(status?.active ?? [], 2)
    assert.deepStrictEqual(
      status?.inactive?.map(({ pod }) => pod),
      [status?.active?.[1]?.pod]
    )
  })
)

it.live("loses its peer when the gateway goes", () =>
  Effect.gen(function* () {
    const { east, west } = yield* federated()
    yield* west.api.patch(resources.controlPlanes, ref("mesh"), {
      spec: { gateways: { additionalIngress: { "east-ingress": null } } }
    })
    yield* until(east.api, resources.serviceMeshPeers, ref("west"), endedWith("503 Service Unavailable"))
  })
)
