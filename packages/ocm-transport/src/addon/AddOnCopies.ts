import { resources, type ResourceType } from "@multicluster-mesh/mesh-model"
import * as Effect from "effect/Effect"
import type { Informer } from "../Informer.ts"
import type { KubeApi, KubeObject } from "../KubeApi.ts"
import { dropManagedFields } from "../objects.ts"
import type { AddOn } from "./AddOn.ts"
import type { AddOnApi } from "./AddOnApi.ts"
import { configKey, type FindConfig } from "./desiredConfigs.ts"
import { addOnNameLabel } from "./keys.ts"

/** Copies of all on the hub that one add-on depends on. */
export interface AddOnCopies {
  readonly definition: Informer
  readonly addOns: Informer
  readonly clusters: Informer
  readonly works: Informer
  readonly roles: Informer
  readonly roleBindings: Informer
  readonly csrs: Informer
  readonly configs: ReadonlyArray<{ readonly type: ResourceType; readonly informer: Informer }>
}

export const supportedConfigsOf = (addOn: AddOn): ReadonlyArray<ResourceType> =>
  addOn.supportedConfigs ?? [resources.addOnDeploymentConfigs]

/** Starts the copies; they live as long as the scope. */
export const startCopies = Effect.fnUntraced(function* (api: KubeApi, addOnApi: AddOnApi, addOn: AddOn) {
  const named = { fieldSelector: `metadata.name=${addOn.name}`, project: dropManagedFields }
  const labelled = { labelSelector: `${addOnNameLabel}=${addOn.name}`, project: dropManagedFields }
  const copies: AddOnCopies = yield* Effect.all(
    {
      definition: api.informer(addOnApi.typeOf(resources.clusterManagementAddOns), named),
      addOns: api.informer(addOnApi.typeOf(resources.managedClusterAddOns), named),
      clusters: api.informer(resources.managedClusters, { project: dropManagedFields }),
      works: api.informer(resources.manifestWorks, labelled),
      roles: api.informer(resources.roles, labelled),
      roleBindings: api.informer(resources.roleBindings, labelled),
      csrs: api.informer(resources.certificateSigningRequests, labelled),
      configs: Effect.forEach(supportedConfigsOf(addOn), (type) =>
        Effect.map(api.informer(addOnApi.typeOf(type), { project: dropManagedFields }), (informer) => ({
          type,
          informer
        }))
      )
    },
    { concurrency: "unbounded" }
  )
  return copies
})

const all = (copies: AddOnCopies): ReadonlyArray<readonly [string, Informer]> => [
  ["clustermanagementaddons", copies.definition],
  ["managedclusteraddons", copies.addOns],
  ["managedclusters", copies.clusters],
  ["manifestworks", copies.works],
  ["roles", copies.roles],
  ["rolebindings", copies.roleBindings],
  ["certificatesigningrequests", copies.csrs],
  ...copies.configs.map(({ type, informer }) => [type.plural, informer] as const)
]

/** Waits until every copy has had its first complete list: before that, what is missing is unknown, not absent. */
export const complete = (copies: AddOnCopies): Effect.Effect<void> =>
  Effect.forEach(all(copies), ([, informer]) => informer.list, { concurrency: "unbounded", discard: true })

/** The kinds whose copies may be stale now. */
export const staleKinds = (copies: AddOnCopies): Effect.Effect<ReadonlyArray<string>> =>
  Effect.map(
    Effect.forEach(all(copies), ([kind, informer]) => Effect.map(informer.synced, (synced) => (synced ? [] : [kind]))),
    (kinds) => kinds.flat()
  )

/** Makes the look-up of configurations in the copies as they are now. */
export const configsIn = Effect.fnUntraced(function* (copies: AddOnCopies) {
  const found = new Map<string, KubeObject>()
  for (const { type, informer } of copies.configs) {
    for (const object of yield* informer.list) {
      const { name, namespace = "" } = object.metadata
      found.set(configKey({ group: type.group, resource: type.plural, namespace, name }), object)
    }
  }
  const find: FindConfig = (id) => found.get(configKey(id))
  return find
})
