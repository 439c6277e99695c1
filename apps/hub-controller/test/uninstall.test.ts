import { assert, describe } from "@effect/vitest"
import { makeKubeSim, ocmHubCrds } from "@multicluster-mesh/kube-sim"
import { customResourceDefinitions, labels, resources, type ResourceType } from "@multicluster-mesh/mesh-model"
import { type KubeApi, type KubeError, type KubeObject, makeKubeApi } from "@multicluster-mesh/ocm-transport"
import { addOnKeys } from "@multicluster-mesh/ocm-transport/addon"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { leadHub, leaseName } from "../src/leadHub.ts"
import { uninstall } from "../src/uninstall/uninstall.ts"
import { hubDeployment } from "../src/uninstall/uninstallRights.ts"
import { find, quietly, until } from "./addon/addOnWorld.ts"
import { eastWestPeering } from "./addon/eastWestPeering.ts"

const addonNamespace = "multicluster-mesh-addon"
const foreign = "example.com/keeps"
const addOnRef = (namespace: string) => ({ namespace, name: labels.addonName })

const peering: KubeObject = eastWestPeering(addonNamespace)

const federation: KubeObject = {
  apiVersion: labels.apiVersion,
  kind: "MeshFederation",
  metadata: { name: "mcsm", namespace: "default", finalizers: [labels.recordFinalizer, foreign] },
  spec: {
    meshPeers: [
      {
        peers: [
          { name: "mesh", cluster: "east" },
          { name: "mesh", cluster: "west" }
        ]
      }
    ]
  }
}

const addOnOn = (namespace: string, finalizers: ReadonlyArray<string>): KubeObject => ({
  apiVersion: "addon.open-cluster-management.io/v1alpha1",
  kind: "ManagedClusterAddOn",
  metadata: { ...addOnRef(namespace), finalizers },
  spec: {}
})

const definitionWith = (metadata: Partial<KubeObject["metadata"]>): KubeObject => ({
  apiVersion: "addon.open-cluster-management.io/v1alpha1",
  kind: "ClusterManagementAddOn",
  metadata: { name: labels.addonName, ...metadata },
  spec: {}
})
const ours = { labels: { "app.kubernetes.io/name": labels.addonName } }

const deployment: KubeObject = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: hubDeployment, namespace: addonNamespace },
  spec: {
    selector: { matchLabels: { app: "hub" } },
    template: { metadata: { labels: { app: "hub" } }, spec: { containers: [{ name: "hub", image: "hub" }] } }
  }
}

/** A hub with the add-on on two clusters, as a hub controller leaves it that was killed. */
const installedHub = Effect.gen(function* () {
  const sim = yield* makeKubeSim({ crds: [...customResourceDefinitions(), ...ocmHubCrds] })
  const hub = yield* makeKubeApi(sim.connection)
  const make = (type: ResourceType, object: KubeObject) => hub.create(type, object)
  for (const name of [addonNamespace, "east", "west"])
    yield* make(resources.namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name } })
  yield* make(resources.meshPeerings, peering)
  yield* make(resources.meshFederations, federation)
  yield* make(resources.managedClusterAddOns, addOnOn("east", [addOnKeys.preDeleteFinalizer]))
  yield* make(resources.managedClusterAddOns, addOnOn("west", [addOnKeys.preDeleteFinalizer, foreign]))
  return { hub, sim }
})

const run = (hub: KubeApi, options: { readonly limit?: Duration.Input; readonly patience?: Duration.Input } = {}) =>
  uninstall({ hub, addonNamespace, limit: "1 minute", patience: "100 millis", ...options })

/** What leads until its Deployment is gone, and does `work` meanwhile, as soon as the add-on leaves both clusters. */
const leads = (hub: KubeApi, work: Effect.Effect<unknown, KubeError>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { whileHeld } = yield* leadHub({ leaseApi: hub, addonNamespace, onReadiness: () => Effect.void })
      return yield* whileHeld(
        Effect.gen(function* () {
          const leaving = Effect.map(hub.list(resources.managedClusterAddOns), ({ items }) =>
            items.map(({ metadata }) => metadata.deletionTimestamp)
          )
          yield* until(leaving, (times) => times.every((time) => time !== undefined))
          yield* work
          const stopped = find(hub, resources.deployments, { namespace: addonNamespace, name: hubDeployment })
          yield* until(stopped, (found) => found === undefined)
        })
      )
    })
  )

const events = (hub: KubeApi, namespace: string) =>
  Effect.map(hub.list(resources.events, { namespace }), ({ items }) => items.map((event) => String(event["message"])))

describe.concurrent("uninstall", () => {
  quietly(
    "takes our finalizers off where no hub controller works, others' never, and names the peerings that are left",
    Effect.gen(function* () {
      const { hub, sim } = yield* installedHub
      yield* hub.create(resources.clusterManagementAddOns, definitionWith(ours))
      yield* hub.create(resources.deployments, deployment)
      yield* run(hub)
      assert.isUndefined(yield* find(hub, resources.clusterManagementAddOns, { name: labels.addonName }))
      assert.isUndefined(yield* find(hub, resources.managedClusterAddOns, addOnRef("east")))
      const west = yield* hub.get(resources.managedClusterAddOns, addOnRef("west"))
      assert.isDefined(west.metadata.deletionTimestamp)
      assert.deepStrictEqual(west.metadata.finalizers, [foreign])
      const wish = yield* hub.get(resources.meshFederations, { namespace: "default", name: "mcsm" })
      assert.deepStrictEqual(wish.metadata.finalizers, [foreign])
      assert.isUndefined(wish.metadata.deletionTimestamp)
      assert.isUndefined(yield* find(hub, resources.deployments, { namespace: addonNamespace, name: hubDeployment }))
      for (const cluster of ["east", "west"]) {
        const told = yield* events(hub, cluster)
        assert.lengthOf(told, 1)
        assert.include(told[0], "MeshPeering east-west between east/mesh and west/mesh")
      }
      const before = (yield* sim.writes).length
      yield* run(hub)
      assert.strictEqual((yield* sim.writes).length, before, "a second run writes nothing")
    })
  )

  quietly(
    "waits for a hub controller that works, takes its place, and leaves no lease",
    Effect.gen(function* () {
      const { hub } = yield* installedHub
      yield* hub.create(resources.clusterManagementAddOns, definitionWith(ours))
      yield* hub.create(resources.deployments, deployment)
      const undo = Effect.forEach(["east", "west"], (cluster) =>
        hub.patch(resources.managedClusterAddOns, addOnRef(cluster), { metadata: { finalizers: [] } })
      )
      const controller = yield* Effect.forkChild(leads(hub, undo))
      // longer than between two renewals of the lease
      yield* run(hub, { patience: "10 seconds" })
      yield* Fiber.join(controller)
      assert.lengthOf([...(yield* events(hub, "east")), ...(yield* events(hub, "west"))], 0)
      assert.isUndefined(yield* find(hub, resources.leases, { namespace: addonNamespace, name: leaseName }))
      const wish = yield* hub.get(resources.meshFederations, { namespace: "default", name: "mcsm" })
      assert.deepStrictEqual(wish.metadata.finalizers, [foreign])
    })
  )

  quietly(
    "waits no longer than its limit for a hub controller that works and comes to no end",
    Effect.gen(function* () {
      const { hub } = yield* installedHub
      yield* hub.create(resources.deployments, deployment)
      const controller = yield* Effect.forkChild(leads(hub, Effect.void))
      yield* run(hub, { limit: "1 second", patience: "10 seconds" })
      yield* Fiber.join(controller)
      assert.isUndefined(yield* find(hub, resources.managedClusterAddOns, addOnRef("east")))
      assert.lengthOf(yield* events(hub, "east"), 1)
    })
  )

  quietly(
    "touches nothing of another installation",
    Effect.gen(function* () {
      const { hub, sim } = yield* installedHub
      for (const metadata of [{}, { ...ours, annotations: { "meta.helm.sh/release-namespace": "elsewhere" } }]) {
        yield* hub.create(resources.clusterManagementAddOns, definitionWith(metadata))
        const before = (yield* sim.writes).length
        const refused = yield* Effect.flip(run(hub))
        assert.strictEqual(refused._tag, "UninstallRefused")
        assert.strictEqual((yield* sim.writes).length, before)
        yield* hub.delete(resources.clusterManagementAddOns, { name: labels.addonName })
      }
    })
  )

  quietly(
    "has nothing to do where the hub has lost all kinds",
    Effect.gen(function* () {
      const sim = yield* makeKubeSim({ crds: [] })
      yield* run(yield* makeKubeApi(sim.connection))
      assert.lengthOf(yield* sim.writes, 0)
    })
  )
})
