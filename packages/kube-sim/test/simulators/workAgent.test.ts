import { assert, it } from "@effect/vitest"
import { resources } from "@multicluster-mesh/mesh-model"
import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { maistraCrds, simulateOcm } from "../../src/index.ts"
import { listAt, numberAt, textAt } from "../../src/simulators/fields.ts"
import { cluster, conditionOf, configMap, namespace, tiny, until, untilGone } from "./support.ts"

const works = resources.manifestWorks

const work = (manifests: ReadonlyArray<KubeObject>, spec: Readonly<Record<string, unknown>> = {}): KubeObject => ({
  apiVersion: "work.open-cluster-management.io/v1",
  kind: "ManifestWork",
  metadata: { name: "one", namespace: "east" },
  spec: { workload: { manifests }, ...spec }
})

const orphaning = (...rules: ReadonlyArray<{ group: string; resource: string; name: string; namespace?: string }>) => ({
  deleteOption: { propagationPolicy: "SelectivelyOrphan", selectivelyOrphans: { orphaningRules: rules } }
})

const applying = (resource: string, name: string, type: string, serverSideApply?: unknown) => ({
  manifestConfigs: [
    {
      resourceIdentifier: { group: "", resource, name, namespace: resource === "namespaces" ? "" : "shop" },
      updateStrategy: { type, ...(serverSideApply === undefined ? {} : { serverSideApply }) }
    }
  ]
})

const ssa = { fieldManager: "work-agent-mesh", force: false }

/** A hub with one cluster that has a namespace `shop`. */
const fleet = Effect.fnUntraced(function* (reapply: Duration.Input = "1 hour") {
  const hub = yield* cluster("hub")
  const east = yield* cluster("east")
  yield* east.api.create(resources.namespaces, namespace("shop"))
  const ocm = yield* simulateOcm({
    hub: hub.api,
    clusters: [east],
    delays: {
      reapply: Duration.fromInputUnsafe(reapply),
      statusSync: tiny,
      retry: tiny,
      aggregation: tiny,
      evictionGrace: Duration.millis(100)
    }
  })
  yield* until(hub.api, resources.namespaces, { name: "east" }, () => true)
  const applied = until(hub.api, works, { name: "one", namespace: "east" }, (object) => {
    const condition = listAt(object, "status", "conditions").find((other) => textAt(other, "type") === "Applied")
    const isCurrent = numberAt(condition, "observedGeneration") === object.metadata.generation
    return isCurrent && textAt(condition, "status") === "True"
  })
  // the status of a work is written at every moment, so a conflict is read anew
  const replaceSpec = (spec: KubeObject) =>
    Effect.flatMap(hub.api.get(works, { name: "one", namespace: "east" }), (live) =>
      hub.api.replace(works, { ...live, spec: spec["spec"] })
    ).pipe(Effect.retry({ while: (error) => error.reason._tag === "Conflict" }))
  return { hub, east, ocm, applied, replaceSpec }
})

const hasText = (text: string) => (object: KubeObject) => textAt(object, "data", "text") === text

const shopMap = { name: "greeting", namespace: "shop" }
const mapRule = { group: "", resource: "configmaps", name: "greeting", namespace: "shop" }

it.live("delivers a work, and takes its objects away before the work vanishes", () =>
  Effect.gen(function* () {
    const { hub, east, applied } = yield* fleet()
    yield* hub.api.create(works, work([configMap("shop", "greeting")]))
    const delivered = yield* applied
    assert.deepStrictEqual(delivered.metadata.finalizers, ["cluster.open-cluster-management.io/manifest-work-cleanup"])
    assert.strictEqual(conditionOf(delivered, "Available"), "True")
    const object = yield* east.api.get(resources.configMaps, shopMap)
    assert.deepStrictEqual(
      object.metadata.ownerReferences?.map(({ kind }) => kind),
      ["AppliedManifestWork"]
    )
    yield* hub.api.delete(works, { name: "one", namespace: "east" })
    yield* untilGone(hub.api, works, { name: "one", namespace: "east" })
    yield* untilGone(east.api, resources.configMaps, shopMap)
    assert.deepStrictEqual((yield* east.api.list(resources.appliedManifestWorks)).items, [])
  })
)

it.live("deletes a namespace that was there before, whatever the update strategy", () =>
  Effect.gen(function* () {
    const { hub, east, applied } = yield* fleet()
    for (const [strategy, options] of [["Update"], ["CreateOnly"], ["ServerSideApply", ssa]] as const) {
      yield* east.api.create(resources.configMaps, configMap("shop", "own"))
      yield* hub.api.create(works, work([namespace("shop")], applying("namespaces", "shop", strategy, options)))
      yield* applied
      yield* hub.api.delete(works, { name: "one", namespace: "east" })
      yield* untilGone(east.api, resources.namespaces, { name: "shop" })
      yield* untilGone(hub.api, works, { name: "one", namespace: "east" })
      yield* untilGone(east.api, resources.configMaps, { name: "own", namespace: "shop" })
      yield* east.api.create(resources.namespaces, namespace("shop"))
    }
  })
)

it.live("leaves an object under an orphaning rule without owner, also when the work goes", () =>
  Effect.gen(function* () {
    const { hub, east, applied } = yield* fleet()
    const rule = { group: "", resource: "namespaces", name: "shop" }
    yield* hub.api.create(works, work([namespace("shop"), configMap("shop", "greeting")], orphaning(rule, mapRule)))
    yield* applied
    assert.isUndefined((yield* east.api.get(resources.configMaps, shopMap)).metadata.ownerReferences)
    yield* hub.api.delete(works, { name: "one", namespace: "east" })
    yield* untilGone(hub.api, works, { name: "one", namespace: "east" })
    assert.isUndefined((yield* east.api.get(resources.namespaces, { name: "shop" })).metadata.deletionTimestamp)
    yield* east.api.get(resources.configMaps, shopMap)
  })
)

it.live("deletes a dropped object once its rule has been lifted, and keeps it before", () =>
  Effect.gen(function* () {
    const { hub, east, applied, replaceSpec } = yield* fleet()
    const both = [configMap("shop", "greeting"), configMap("shop", "other")]
    yield* hub.api.create(works, work(both, orphaning(mapRule)))
    yield* applied
    yield* replaceSpec(work(both))
    yield* applied
    assert.lengthOf((yield* east.api.get(resources.configMaps, shopMap)).metadata.ownerReferences ?? [], 1)
    yield* replaceSpec(work([configMap("shop", "other")]))
    yield* untilGone(east.api, resources.configMaps, shopMap)
    yield* replaceSpec(work(both, orphaning(mapRule)))
    yield* applied
    yield* replaceSpec(work([configMap("shop", "other")]))
    yield* applied
    yield* east.api.get(resources.configMaps, shopMap)
  })
)

it.live("creates a partial object that is absent, and creates it anew when it is deleted", () =>
  Effect.gen(function* () {
    const { hub, east, applied } = yield* fleet("50 millis")
    const spec = applying("configmaps", "greeting", "ServerSideApply", ssa)
    yield* hub.api.create(works, work([configMap("shop", "greeting", { part: "ours" })], spec))
    yield* applied
    const first = yield* east.api.get(resources.configMaps, shopMap)
    yield* east.api.delete(resources.configMaps, shopMap)
    const second = yield* until(east.api, resources.configMaps, shopMap, () => true)
    assert.notStrictEqual(second.metadata.uid, first.metadata.uid)
  })
)

it.live("repairs drift on its timer alone", () =>
  Effect.gen(function* () {
    const { hub, east, applied, replaceSpec } = yield* fleet()
    const wanted = work([configMap("shop", "greeting", { text: "hello" })])
    yield* hub.api.create(works, wanted)
    yield* applied
    yield* east.api.patch(resources.configMaps, shopMap, { data: { text: "drifted" } })
    yield* Effect.sleep("100 millis")
    assert.isTrue(hasText("drifted")(yield* east.api.get(resources.configMaps, shopMap)))
    yield* replaceSpec(work([configMap("shop", "greeting", { text: "hello" }), configMap("shop", "more")]))
    yield* until(east.api, resources.configMaps, shopMap, hasText("hello"))
  })
)

it.live("names field and manager when it meets the fields of others", () =>
  Effect.gen(function* () {
    const { hub, east } = yield* fleet()
    yield* east.api.apply(resources.configMaps, configMap("shop", "greeting", { text: "mine" }), {
      fieldManager: "user"
    })
    const spec = applying("configmaps", "greeting", "ServerSideApply", ssa)
    yield* hub.api.create(works, work([configMap("shop", "greeting", { text: "theirs" })], spec))
    const ref = { name: "one", namespace: "east" }
    const refused = yield* until(hub.api, works, ref, (object) => conditionOf(object, "Applied") === "False")
    assert.match(JSON.stringify(refused["status"]), /conflict.*user.*\.data\.text/u)
    assert.strictEqual(conditionOf(refused, "Available"), "True")
  })
)

it.live("reads an object under ReadOnly and never makes it", () =>
  Effect.gen(function* () {
    const { hub, east, applied } = yield* fleet("50 millis")
    yield* hub.api.create(
      works,
      work([configMap("shop", "greeting", { text: "ours" })], applying("configmaps", "greeting", "ReadOnly"))
    )
    const ref = { name: "one", namespace: "east" }
    yield* until(hub.api, works, ref, (object) => conditionOf(object, "Applied") === "False")
    yield* east.api.create(resources.configMaps, configMap("shop", "greeting", { text: "theirs" }))
    yield* applied
    const object = yield* east.api.get(resources.configMaps, shopMap)
    assert.deepStrictEqual(object["data"], { text: "theirs" })
    assert.isUndefined(object.metadata.ownerReferences)
  })
)

const meshRole: KubeObject = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  metadata: { name: "mesh-work", labels: { "open-cluster-management.io/aggregate-to-work": "true" } },
  rules: [
    {
      apiGroups: ["maistra.io"],
      resources: ["servicemeshcontrolplanes"],
      verbs: ["get", "list", "watch", "create", "update", "patch", "delete"]
    }
  ]
}

const controlPlane: KubeObject = {
  apiVersion: "maistra.io/v2",
  kind: "ServiceMeshControlPlane",
  metadata: { name: "mesh", namespace: "shop" },
  spec: {}
}

it.live("is forbidden to touch a kind until an aggregated role grants it, and heals by itself", () =>
  Effect.gen(function* () {
    const { hub, east, applied } = yield* fleet()
    const crds = Effect.forEach(maistraCrds, (crd) => east.api.create(resources.customResourceDefinitions, crd))
    yield* hub.api.create(works, work([controlPlane]))
    const ref = { name: "one", namespace: "east" }
    yield* until(hub.api, works, ref, (object) =>
      JSON.stringify(object["status"] ?? "").includes("no matches for kind")
    )
    yield* crds
    const refused = yield* until(hub.api, works, ref, (object) =>
      JSON.stringify(object["status"] ?? "").includes("is forbidden")
    )
    assert.strictEqual(conditionOf(refused, "Available"), "Unknown")
    yield* east.api.create(resources.clusterRoles, meshRole)
    yield* applied
    yield* east.api.get(resources.controlPlanes, { name: "mesh", namespace: "shop" })
  })
)

it.live("keeps what a vanished work owns for a grace period, and an orphan for ever", () =>
  Effect.gen(function* () {
    const { hub, east, applied } = yield* fleet()
    const rule = { ...mapRule, name: "kept" }
    yield* hub.api.create(works, work([configMap("shop", "greeting"), configMap("shop", "kept")], orphaning(rule)))
    yield* applied
    const ref = { name: "one", namespace: "east" }
    // as after the loss of a hub: gone without the agent having cleaned up
    yield* hub.api.patch(works, ref, { metadata: { finalizers: null } })
    yield* hub.api.delete(works, ref)
    yield* untilGone(east.api, resources.configMaps, shopMap)
    yield* east.api.get(resources.configMaps, { name: "kept", namespace: "shop" })
  }).pipe(Effect.scoped)
)

it.live("does nothing while its cluster is cut off, and shows cluster and add-on as Unknown", () =>
  Effect.gen(function* () {
    const { hub, east, ocm, applied } = yield* fleet()
    const addOn = { name: "multicluster-mesh", namespace: "east" }
    yield* until(
      hub.api,
      resources.managedClusterAddOns,
      addOn,
      (object) => conditionOf(object, "Available") === "True"
    )
    yield* ocm.setAvailable("east", false)
    yield* until(hub.api, resources.managedClusters, { name: "east" }, (object) => {
      return conditionOf(object, "ManagedClusterConditionAvailable") === "Unknown"
    })
    yield* until(
      hub.api,
      resources.managedClusterAddOns,
      addOn,
      (object) => conditionOf(object, "Available") === "Unknown"
    )
    yield* hub.api.create(works, work([configMap("shop", "greeting")]))
    yield* Effect.sleep("80 millis")
    assert.deepStrictEqual((yield* east.api.list(resources.configMaps, { namespace: "shop" })).items, [])
    yield* ocm.setAvailable("east", true)
    yield* applied
    yield* ocm.setAddOnAvailable("east", false)
    yield* until(
      hub.api,
      resources.managedClusterAddOns,
      addOn,
      (object) => conditionOf(object, "Available") === "False"
    )
  })
)

it.live("brings a deleted add-on back while it is installed", () =>
  Effect.gen(function* () {
    const { hub, ocm } = yield* fleet()
    const ref = { name: "multicluster-mesh", namespace: "east" }
    const first = yield* until(hub.api, resources.managedClusterAddOns, ref, () => true)
    yield* hub.api.delete(resources.managedClusterAddOns, ref)
    yield* until(hub.api, resources.managedClusterAddOns, ref, ({ metadata }) => metadata.uid !== first.metadata.uid)
    yield* ocm.setAddOnInstalled("east", false)
    yield* untilGone(hub.api, resources.managedClusterAddOns, ref)
  })
)

it.live("writes nothing while nothing changes", () =>
  Effect.gen(function* () {
    const { hub, east, applied } = yield* fleet("30 millis")
    yield* hub.api.create(works, work([configMap("shop", "greeting", { text: "hello" })]))
    yield* applied
    yield* Effect.sleep("100 millis")
    const before = [(yield* hub.writes).length, (yield* east.writes).length]
    yield* Effect.sleep("200 millis")
    assert.deepStrictEqual([(yield* hub.writes).length, (yield* east.writes).length], before)
  })
)
