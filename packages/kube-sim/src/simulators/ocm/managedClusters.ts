import { labels, resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError, KubeObject, ObjectRef } from "@multicluster-mesh/ocm-transport"
import type { AddOnApi } from "@multicluster-mesh/ocm-transport/addon"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { ensure, find, patchStatus } from "../calls.ts"
import { managedClusterSetBindings, managedClusterSets } from "../kinds.ts"
import { type Again, runController } from "../runController.ts"
import { listAt, textAt } from "../fields.ts"

const manager = "registration"
const addOnNamespace = "open-cluster-management-agent-addon"

/** The lives of the managed clusters and their add-ons, as OCM's registration shows them on the hub. */
export interface ManagedClusters {
  readonly setAvailable: (cluster: string, available: boolean) => Effect.Effect<void>
  readonly setAddOnAvailable: (cluster: string, available: boolean) => Effect.Effect<void>
  readonly setAddOnInstalled: (cluster: string, installed: boolean) => Effect.Effect<void, KubeError>
}

interface Life {
  available: boolean
  addOnAvailable: boolean
  addOnInstalled: boolean
}

/**
 * Keeps ManagedCluster, its namespace and the ManagedClusterAddOn of our add-on for each cluster, and their conditions.
 * A deleted add-on comes back while it is installed: a Placement still selects the cluster.
 */
export const runManagedClusters = Effect.fnUntraced(function* (
  hub: KubeApi,
  addOnApi: AddOnApi,
  clusters: ReadonlyArray<string>,
  retry: Duration.Duration
) {
  const addOnType = addOnApi.typeOf(resources.managedClusterAddOns)
  const lives = new Map<string, Life>(
    clusters.map((name) => [name, { available: true, addOnAvailable: true, addOnInstalled: true }])
  )

  const reconcile = Effect.fnUntraced(function* ({ name }: ObjectRef): Effect.fn.Return<Again, KubeError> {
    const life = lives.get(name)
    if (life === undefined) return undefined
    const cluster = yield* ensure(hub, resources.managedClusters, managedCluster(name), manager)
    yield* ensure(hub, resources.namespaces, clusterNamespace(name), manager)
    yield* patchStatus(hub, resources.managedClusters, cluster, clusterStatus(life.available), manager)
    const ref = { namespace: name, name: labels.addonName }
    const addOn = life.addOnInstalled
      ? yield* ensure(hub, addOnType, managedClusterAddOn(name, addOnApi), manager)
      : yield* find(hub, addOnType, ref)
    if (addOn === undefined) return undefined
    const others = listAt(addOn, "status", "conditions").filter((other) => textAt(other, "type") !== "Available")
    const status = {
      namespace: textAt(addOn, "status", "namespace") ?? addOnNamespace,
      conditions: [...others, addOnAvailable(life)]
    }
    yield* patchStatus(hub, addOnType, addOn, status, manager, "the version read")
    return undefined
  })

  const begin = (name: string) => Effect.retry(reconcile({ name }), { while: isConflict })
  yield* Effect.forEach(clusters, begin, { discard: true })
  const managed = yield* hub.informer(resources.managedClusters)
  const addOns = yield* hub.informer(addOnType)
  const ask = yield* runController({
    keys: Stream.mergeAll(
      [
        managed.changes,
        addOns.changes.pipe(
          Stream.filter(({ name }) => name === labels.addonName),
          Stream.map(({ namespace }) => ({ name: namespace ?? "" }))
        )
      ],
      { concurrency: "unbounded" }
    ),
    reconcile,
    retry
  })

  yield* runClusterSets(hub, retry)

  const change = (cluster: string, apply: (life: Life) => void) =>
    Effect.suspend(() => {
      const life = lives.get(cluster)
      if (life === undefined) return Effect.die(new Error(`no managed cluster ${cluster}`))
      apply(life)
      return ask({ name: cluster })
    })

  return {
    setAvailable: (cluster, available) => change(cluster, (life) => (life.available = available)),
    setAddOnAvailable: (cluster, available) => change(cluster, (life) => (life.addOnAvailable = available)),
    setAddOnInstalled: Effect.fnUntraced(function* (cluster, installed) {
      yield* change(cluster, (life) => (life.addOnInstalled = installed))
      const ref = { namespace: cluster, name: labels.addonName }
      if (!installed && (yield* find(hub, addOnType, ref)) !== undefined) {
        yield* hub.delete(addOnType, ref)
      }
    })
  } satisfies ManagedClusters
})

const isConflict = ({ reason }: KubeError): boolean => reason._tag === "Conflict"

/** A binding is bound once its set exists; `default` and `global` always do. */
const runClusterSets = Effect.fnUntraced(function* (hub: KubeApi, retry: Duration.Duration) {
  const bindings = yield* hub.informer(managedClusterSetBindings)
  const sets = yield* hub.informer(managedClusterSets)
  yield* Effect.forEach(builtInSets, (set) => ensure(hub, managedClusterSets, set, manager))

  const ofSet = (set: ObjectRef) =>
    Effect.map(bindings.list, (all) =>
      all.filter((binding) => textAt(binding, "spec", "clusterSet") === set.name).map(({ metadata }) => metadata)
    )

  yield* runController({
    keys: Stream.merge(
      bindings.changes,
      sets.changes.pipe(
        Stream.mapEffect(ofSet),
        Stream.flatMap((refs) => Stream.fromIterable(refs))
      )
    ),
    retry,
    reconcile: Effect.fnUntraced(function* (ref): Effect.fn.Return<Again, KubeError> {
      const binding = yield* find(hub, managedClusterSetBindings, ref)
      if (binding === undefined) return undefined
      const set = yield* find(hub, managedClusterSets, { name: textAt(binding, "spec", "clusterSet") ?? "" })
      const bound =
        set === undefined
          ? { status: "False", reason: "ClusterSetNotFound", message: "The cluster set is not found" }
          : { status: "True", reason: "ClusterSetBound", message: "" }
      yield* patchStatus(
        hub,
        managedClusterSetBindings,
        binding,
        { conditions: [{ type: "Bound", ...bound }] },
        manager
      )
      return undefined
    })
  })
})

const builtInSets: ReadonlyArray<KubeObject> = [
  clusterSet("default", { selectorType: "ExclusiveClusterSetLabel" }),
  clusterSet("global", { selectorType: "LabelSelector", labelSelector: {} })
]

function clusterSet(name: string, clusterSelector: unknown): KubeObject {
  return {
    apiVersion: "cluster.open-cluster-management.io/v1beta2",
    kind: "ManagedClusterSet",
    metadata: { name },
    spec: { clusterSelector }
  }
}

const managedCluster = (name: string): KubeObject => ({
  apiVersion: "cluster.open-cluster-management.io/v1",
  kind: "ManagedCluster",
  metadata: {
    name,
    labels: { "cluster.open-cluster-management.io/clusterset": "default", name, vendor: "OpenShift" }
  },
  spec: { hubAcceptsClient: true, leaseDurationSeconds: 60 }
})

const clusterNamespace = (name: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels: { "open-cluster-management.io/cluster-name": name } }
})

const managedClusterAddOn = (cluster: string, { typeOf, version }: AddOnApi): KubeObject => ({
  apiVersion: resources.apiVersionOf(typeOf(resources.managedClusterAddOns)),
  kind: "ManagedClusterAddOn",
  metadata: { name: labels.addonName, namespace: cluster },
  spec: version === "v1alpha1" ? { installNamespace: addOnNamespace } : {}
})

const condition = (type: string, status: "True" | "False" | "Unknown", reason: string, message: string) => ({
  type,
  status,
  reason,
  message
})

const clusterStatus = (available: boolean) => ({
  conditions: [
    condition("HubAcceptedManagedCluster", "True", "HubClusterAdminAccepted", "Accepted by hub cluster admin"),
    condition("ManagedClusterJoined", "True", "ManagedClusterJoined", "Managed cluster joined"),
    available
      ? condition("ManagedClusterConditionAvailable", "True", "ManagedClusterAvailable", "Managed cluster is available")
      : condition(
          "ManagedClusterConditionAvailable",
          "Unknown",
          "ManagedClusterLeaseUpdateStopped",
          "Registration agent stopped updating its lease."
        )
  ],
  version: { kubernetes: "v1.32.0" }
})

/**
 * An unreachable cluster makes its add-ons Unknown; an agent that stopped makes its own False
 * (open-cluster-management-io/ocm, pkg/registration).
 */
const addOnAvailable = ({ available, addOnAvailable }: Life) => {
  const name = labels.addonName
  if (!available) {
    return condition(
      "Available",
      "Unknown",
      "ManagedClusterLeaseUpdateStopped",
      "Registration agent stopped updating its lease."
    )
  }
  return addOnAvailable
    ? condition("Available", "True", "ManagedClusterAddOnLeaseUpdated", `${name} add-on is available.`)
    : condition("Available", "False", "ManagedClusterAddOnLeaseUpdateStopped", `${name} add-on is not available.`)
}
