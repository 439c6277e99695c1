import { assert, describe, it } from "@effect/vitest"
import { labels } from "@multicluster-mesh/mesh-model"
import type { Informer, KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { HubInformers } from "../src/HubInformers.ts"
import { stateReader } from "../src/readState.ts"

const copyOf = (objects: ReadonlyArray<KubeObject>): Informer => ({
  list: Effect.succeed(objects),
  get: () => Effect.undefined,
  changes: Stream.empty,
  synced: Effect.succeed(true),
  upsert: () => Effect.void
})

const read = (objects: Partial<Record<keyof HubInformers, ReadonlyArray<KubeObject>>>) => {
  const copy = (name: keyof HubInformers) => copyOf(objects[name] ?? [])
  return stateReader(
    {
      meshes: copy("meshes"),
      deployments: copy("deployments"),
      federations: copy("federations"),
      peerings: copy("peerings"),
      agents: copy("agents"),
      clusters: copy("clusters"),
      addOns: copy("addOns"),
      works: copy("works")
    },
    "fleet1",
    "addon"
  ).read
}

const conditions = (type: string, status: string) => ({ status: { conditions: [{ type, status }] } })

const cluster = (
  name: string,
  fields: object = conditions("ManagedClusterConditionAvailable", "True")
): KubeObject => ({
  apiVersion: "cluster.open-cluster-management.io/v1",
  kind: "ManagedCluster",
  metadata: { name },
  ...fields
})

const addOn = (namespace: string, status: string): KubeObject => ({
  apiVersion: "addon.open-cluster-management.io/v1alpha1",
  kind: "ManagedClusterAddOn",
  metadata: { name: labels.addonName, namespace },
  ...conditions("Available", status)
})

const noCertificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"

const controlPlane = (rootCertificate: string) => ({
  meshProvider: "Openshift Service Mesh",
  namespace: "mesh-system",
  name: "basic",
  uid: "uid1",
  deleting: false,
  current: true,
  profiles: [],
  trustDomain: "cluster.local",
  clusterName: "Kubernetes",
  components: { ready: [], unready: [], pending: [] },
  conditions: [],
  members: { configured: [], pending: [] },
  rootCertificate,
  gateways: [],
  peers: [],
  exports: [],
  imports: []
})

const agent = (namespace: string, controlPlanes: ReadonlyArray<object>): KubeObject => ({
  apiVersion: labels.apiVersion,
  kind: "MeshAgent",
  metadata: { name: labels.addonName, namespace },
  spec: { fleetId: "fleet1" },
  status: {
    report: {
      parts: [{ name: "ControlPlanes", complete: true }],
      apis: [],
      operators: [],
      controlPlanes,
      objects: [],
      services: [],
      namespaces: []
    }
  }
})

const mesh = (name: string, spec: unknown): KubeObject => ({
  apiVersion: labels.apiVersion,
  kind: "Mesh",
  metadata: { name, namespace: "east" },
  spec
})

const withServer = (name: string, url: string) => ({
  ...cluster(name),
  spec: { hubAcceptsClient: true, managedClusterClientConfigs: [{ url }] }
})

describe("stateReader", () => {
  it.effect("takes a cluster for available only when OCM says so of it and of its agent", () =>
    Effect.gen(function* () {
      const { state } = yield* read({
        clusters: [
          cluster("east"),
          cluster("west", conditions("ManagedClusterConditionAvailable", "Unknown")),
          cluster("north"),
          cluster("south", { metadata: { name: "south", deletionTimestamp: "2026-01-05T08:00:00Z" } })
        ],
        addOns: [addOn("east", "True"), addOn("north", "Unknown")]
      })
      assert.deepStrictEqual(
        state.clusters.map(({ name, available, addOnAvailable, deleting }) => [
          name,
          available,
          addOnAvailable,
          deleting
        ]),
        [
          ["east", true, true, false],
          ["west", false, false, false],
          ["north", true, false, false],
          ["south", false, false, true]
        ]
      )
    })
  )

  it.effect("says where the add-on is not, or is about to leave; until then its agent counts", () =>
    Effect.gen(function* () {
      const leaving = addOn("west", "True")
      const { state } = yield* read({
        clusters: [cluster("east"), cluster("west"), cluster("north")],
        addOns: [
          addOn("east", "True"),
          { ...leaving, metadata: { ...leaving.metadata, deletionTimestamp: "2026-01-05T08:00:00Z" } }
        ]
      })
      assert.deepStrictEqual(
        state.clusters.map(({ name, addOn, addOnAvailable }) => [name, addOn, addOnAvailable]),
        [
          ["east", undefined, true],
          ["west", "Leaving", true],
          ["north", "Missing", false]
        ]
      )
    })
  )

  it.effect("names what does not decode, and hides nothing else by it", () =>
    Effect.gen(function* () {
      const good = { cluster: "east", controlPlane: { namespace: "mesh" }, meshProvider: "Openshift Service Mesh" }
      const { state } = yield* read({ meshes: [mesh("bad", { controlPlane: 1 }), mesh("good", good)] })
      assert.deepStrictEqual(
        state.meshes.map(({ metadata }) => metadata.name),
        ["good"]
      )
      assert.deepStrictEqual(
        state.malformed.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`),
        ["Mesh east/bad"]
      )
      assert.include(state.malformed[0]?.problem, "controlPlane")
    })
  )

  it.effect("takes over what an agent found on its own cluster, and says what it does not believe", () =>
    Effect.gen(function* () {
      const { state, refused } = yield* read({
        clusters: [cluster("east"), cluster("west")],
        addOns: [addOn("east", "True"), addOn("west", "True")],
        agents: [agent("east", [controlPlane(noCertificate)]), agent("nowhere", [controlPlane("")])]
      })
      assert.deepStrictEqual(
        state.found.map(({ cluster, discovered }) => [cluster, discovered.metadata.name]),
        [["east", "east-mesh-system-basic"]]
      )
      assert.deepStrictEqual(
        [...state.certificates].map(([pem, { _tag }]) => [pem, _tag]),
        [[noCertificate, "Unreadable"]]
      )
      assert.strictEqual(refused[0]?.cluster, "east")
    })
  )

  it.effect("sends no peer to an API server of the fleet, by name or by address", () =>
    Effect.gen(function* () {
      const addresses = ["API.west.example.com.", "203.0.113.7", "2001:DB8:0::7", "lb.east.example.com"]
      const gateway = { name: "west-ingress", direction: "Ingress", ready: true, addresses }
      const { state, refused } = yield* read({
        clusters: [
          withServer("east", "https://203.0.113.7:6443"),
          withServer("west", "https://api.west.example.com:6443"),
          withServer("local-cluster", "https://[2001:db8::7]:6443"),
          withServer("odd", "not a URL")
        ],
        addOns: [addOn("east", "True")],
        agents: [agent("east", [{ ...controlPlane(noCertificate), gateways: [gateway] }])]
      })
      assert.deepStrictEqual(state.found[0]?.report.gateways[0]?.addresses, ["lb.east.example.com"])
      assert.lengthOf(
        refused.filter(({ why }) => why === "is that of an API server"),
        3
      )
    })
  )
})
