import { it } from "@effect/vitest"
import { makeKubeSim, simulateOcm } from "@multicluster-mesh/kube-sim"
import {
  decodeManagedClusterAddOn,
  isTrue,
  labels,
  type ManagedClusterAddOn,
  resources,
  type ResourceType
} from "@multicluster-mesh/mesh-model"
import { type KubeApi, type KubeObject, makeKubeApi, type ObjectRef } from "@multicluster-mesh/ocm-transport"
import {
  type AddOn,
  addOnApis,
  type AddOnApiVersion,
  type AddOnOptions,
  runAddOn,
  specHash
} from "@multicluster-mesh/ocm-transport/addon"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import type { Scope } from "effect/Scope"
import { meshAddOn } from "../../src/addon/meshAddOn.ts"

export const clusters = ["east", "west"]
export const deployWork = (namespace: string, addOn = labels.addonName) => ({
  namespace,
  name: `addon-${addOn}-deploy-0`
})

/** A hub and its clusters under OCM, simulated. What OCM's own add-on manager writes is written by `configure`. */
export const makeAddOnWorldWith = Effect.fnUntraced(function* (version: AddOnApiVersion) {
  const hubSim = yield* makeKubeSim({ name: "hub" })
  const hub = yield* makeKubeApi(hubSim.connection)
  const managed = yield* Effect.forEach(
    clusters,
    Effect.fnUntraced(function* (name) {
      const sim = yield* makeKubeSim({ name })
      return { name, api: yield* makeKubeApi(sim.connection) }
    })
  )
  const ocm = yield* simulateOcm({
    hub,
    clusters: managed,
    addOnApi: version,
    delays: { statusSync: Duration.millis(100), retry: Duration.millis(50) }
  })
  const on = (name: string): KubeApi => managed.find((cluster) => cluster.name === name)?.api ?? hub
  return { hub, hubSim, ocm, on, addOnApi: addOnApis[version] }
})
export const makeAddOnWorld = makeAddOnWorldWith("v1alpha1")
export type AddOnWorld = Effect.Success<typeof makeAddOnWorld>

export const start = ({ hub }: AddOnWorld, addOn: AddOn = meshAddOn, options: Partial<AddOnOptions> = {}) =>
  Effect.forkScoped(runAddOn({ api: hub, addOn, ...options }))

export const writeConfig = (
  { addOnApi, hub }: AddOnWorld,
  variables: Readonly<Record<string, string>>,
  more: { readonly name?: string; readonly proxyConfig?: unknown } = {}
) => {
  const type = addOnApi.typeOf(resources.addOnDeploymentConfigs)
  const { name = "mesh-default", ...spec } = more
  return hub.apply(
    type,
    {
      apiVersion: resources.apiVersionOf(type),
      kind: type.kind,
      metadata: { name, namespace: "default" },
      spec: { ...spec, customizedVariables: Object.entries(variables).map(([name, value]) => ({ name, value })) }
    },
    { fieldManager: "admin", force: true }
  )
}

/** Says, as OCM's add-on manager does, which configuration a cluster shall have, and in which state. */
export const configure = Effect.fnUntraced(
  function* (world: AddOnWorld, cluster: string, object?: KubeObject) {
    const ref = { namespace: cluster, name: labels.addonName }
    const addOn = yield* readAddOn(world, cluster)
    const before = addOn.status?.conditions ?? []
    const conditions = [
      ...before.filter(({ type }) => type !== "Configured"),
      {
        type: "Configured",
        status: "True",
        reason: "ConfigurationsConfigured",
        message: "Configurations configured",
        lastTransitionTime: "2026-01-01T00:00:00Z"
      }
    ]
    const { group, plural: resource } = resources.addOnDeploymentConfigs
    const config = object && { namespace: object.metadata.namespace, name: object.metadata.name }
    const references = object && [
      {
        group,
        resource,
        ...(world.addOnApi.version === "v1alpha1" && config),
        desiredConfig: { ...config, specHash: specHash(object) }
      }
    ]
    const { uid, resourceVersion } = addOn.metadata
    yield* world.hub.patch(
      world.addOnApi.typeOf(resources.managedClusterAddOns),
      ref,
      {
        metadata: { uid, resourceVersion },
        status: { conditions, ...(references && { configReferences: references }) }
      },
      { subresource: "status" }
    )
  },
  Effect.retry({ times: 20 })
)

/** A world in which the mesh add-on is configured on all clusters, and runs. */
export const makeRunningWorld = Effect.gen(function* () {
  const world = yield* makeAddOnWorld
  const written = yield* writeConfig(world, { AGENT_IMAGE: "example.test/agent:1" })
  for (const cluster of clusters) yield* configure(world, cluster, written)
  yield* start(world)
  return world
})

export const find = (api: KubeApi, type: ResourceType, ref: ObjectRef) =>
  Effect.catchReason(api.get(type, ref), "KubeError", "NotFound", () => Effect.undefined)

/** Waits until `look` finds what `holds` looks for, and returns it. */
export const until = <A, E>(look: Effect.Effect<A, E>, holds: (value: A) => boolean) =>
  look.pipe(Effect.delay("20 millis"), Effect.repeat({ until: holds }), Effect.timeout("10 seconds"))

export const readAddOn = ({ addOnApi, hub }: AddOnWorld, namespace: string, name: string = labels.addonName) =>
  Effect.flatMap(hub.get(addOnApi.typeOf(resources.managedClusterAddOns), { namespace, name }), (object) =>
    decodeManagedClusterAddOn(addOnApi.addOnOf(object))
  )

export const hasCondition =
  (type: string) =>
  ({ status }: ManagedClusterAddOn): boolean =>
    isTrue(status?.conditions, type)

export const conditionOf = ({ status }: ManagedClusterAddOn, type: string) =>
  status?.conditions?.find((condition) => condition.type === type)

/** On the real clock: an API server answers over HTTP. */
export const quietly = <E>(name: string, test: Effect.Effect<void, E, Scope>) =>
  it.live(name, () => Effect.provide(test, Logger.layer([])), 20_000)
