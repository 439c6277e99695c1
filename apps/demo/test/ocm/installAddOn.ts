import { meshAddOn } from "@multicluster-mesh/hub-controller"
import { isTrue, labels, resources } from "@multicluster-mesh/mesh-model"
import { connectionTo, type KubeApi, makeKubeApi } from "@multicluster-mesh/ocm-transport"
import { keepLease, runAddOn } from "@multicluster-mesh/ocm-transport/addon"
import type { ControlPlane } from "@multicluster-mesh/testenv"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { statusOf } from "../../src/until.ts"
import { hubNamespaces, type World } from "../../src/World.ts"

const installNamespace = "open-cluster-management-agent-addon"
const group = { cluster: "cluster.open-cluster-management.io", addon: "addon.open-cluster-management.io" }
const placement = { namespace: hubNamespaces.users, name: "mesh-clusters" }
const config = { namespace: hubNamespaces.users, name: "mesh-agent" }

const placements = {
  group: group.cluster,
  version: "v1beta1",
  plural: "placements",
  kind: "Placement",
  namespaced: true
}
const bindings = {
  group: group.cluster,
  version: "v1beta2",
  plural: "managedclustersetbindings",
  kind: "ManagedClusterSetBinding",
  namespaced: true
}

/** Installs the mesh add-on as the chart does: on all clusters, by a Placement. */
export const installByPlacement = Effect.fnUntraced(function* (hub: KubeApi) {
  const manager = { fieldManager: "helm" }
  const tolerated = ["unreachable", "unavailable"].map((key) => ({
    key: `${group.cluster}/${key}`,
    operator: "Exists"
  }))
  yield* hub.apply(
    bindings,
    {
      apiVersion: `${group.cluster}/v1beta2`,
      kind: "ManagedClusterSetBinding",
      metadata: { namespace: placement.namespace, name: "global" },
      spec: { clusterSet: "global" }
    },
    manager
  )
  yield* hub.apply(
    placements,
    {
      apiVersion: `${group.cluster}/v1beta1`,
      kind: "Placement",
      metadata: placement,
      spec: { clusterSets: ["global"], tolerations: tolerated }
    },
    manager
  )
  yield* hub.apply(
    resources.addOnDeploymentConfigs,
    {
      apiVersion: `${group.addon}/v1alpha1`,
      kind: "AddOnDeploymentConfig",
      metadata: config,
      spec: { customizedVariables: [{ name: "AGENT_IMAGE", value: "quay.io/example/agent:test" }] }
    },
    manager
  )
  yield* hub.apply(
    resources.clusterManagementAddOns,
    {
      apiVersion: `${group.addon}/v1alpha1`,
      kind: "ClusterManagementAddOn",
      metadata: { name: labels.addonName },
      spec: {
        supportedConfigs: [{ group: group.addon, resource: "addondeploymentconfigs", defaultConfig: config }],
        installStrategy: { type: "Placements", placements: [placement] }
      }
    },
    manager
  )
})

/**
 * Runs the add-on's part of the hub controller, and for each cluster what the agent's Deployment would do where pods
 * run: it waits for the credentials that OCM gives it on the hub, and renews its lease. Returns the hub as each agent
 * sees it, once all are available.
 */
export const runAddOnOn = Effect.fnUntraced(function* (world: World<ControlPlane, unknown>) {
  yield* installByPlacement(world.hub)
  yield* Effect.forkScoped(runAddOn({ api: world.hub, addOn: meshAddOn }))
  const hubs = yield* Effect.forEach(
    world.clusters,
    Effect.fnUntraced(function* ({ api, name }) {
      const hub = yield* hubAsAgent(world.hubSim.server, api)
      const lease = { api, name: labels.addonName, namespace: installNamespace, isHealthy: Effect.succeed(true) }
      yield* Effect.forkScoped(keepLease(lease))
      return [name, hub] as const
    }),
    { concurrency: "unbounded" }
  )
  yield* Effect.forEach(world.clusters, ({ name }) => untilAvailable(world.hub, name), { concurrency: "unbounded" })
  return new Map(hubs)
})

const often = Schedule.max([Schedule.spaced("500 millis"), Schedule.recurs(180)])

/** The hub, with the credentials that OCM's registration agent has put beside the agent. */
const hubAsAgent = Effect.fnUntraced(function* (server: string, cluster: KubeApi) {
  const ref = { namespace: installNamespace, name: `${labels.addonName}-hub-kubeconfig` }
  const secret = yield* Effect.retry(cluster.get(resources.secrets, ref), often)
  const data: unknown = secret["data"]
  const text = (key: string): string => {
    const value: unknown = typeof data === "object" && data !== null ? Reflect.get(data, key) : undefined
    if (typeof value !== "string") throw new Error(`the Secret ${ref.name} has no ${key}`)
    return Buffer.from(value, "base64").toString()
  }
  const ca = /certificate-authority-data: (\S+)/u.exec(text("kubeconfig"))?.[1] ?? ""
  return yield* makeKubeApi(
    connectionTo(server, {
      ca: Buffer.from(ca, "base64").toString(),
      certificate: text("tls.crt"),
      key: text("tls.key")
    })
  )
})

const untilAvailable = (hub: KubeApi, cluster: string) =>
  hub.get(resources.managedClusterAddOns, { namespace: cluster, name: labels.addonName }).pipe(
    Effect.filterOrFail(
      (addOn) => isTrue(statusOf(addOn).conditions, "Available"),
      (addOn) => new Error(`the add-on on ${cluster} is not available: ${JSON.stringify(addOn["status"])}`)
    ),
    Effect.retry(often)
  )
