import { labels, resources, type ResourceType } from "@multicluster-mesh/mesh-model"
import type { Informer, KubeApi, ObjectRef } from "@multicluster-mesh/ocm-transport"
import type { AddOnApi } from "@multicluster-mesh/ocm-transport/addon"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** Copies of all objects on the hub that a plan depends on. */
export interface HubInformers {
  readonly meshes: Informer
  readonly deployments: Informer
  readonly federations: Informer
  readonly peerings: Informer
  readonly agents: Informer
  readonly clusters: Informer
  readonly addOns: Informer
  readonly works: Informer
}

const typeOf: { readonly [name in keyof HubInformers]: ResourceType } = {
  meshes: resources.meshes,
  deployments: resources.meshDeployments,
  federations: resources.meshFederations,
  peerings: resources.meshPeerings,
  agents: resources.meshAgents,
  clusters: resources.managedClusters,
  addOns: resources.managedClusterAddOns,
  works: resources.manifestWorks
}

/** Starts the copies; they live as long as the scope. */
export const startInformers = (api: KubeApi, fleetId: string, { addOnOf, typeOf: typeInAddOnApi }: AddOnApi) =>
  Effect.all(
    {
      meshes: api.informer(typeOf.meshes),
      deployments: api.informer(typeOf.deployments),
      federations: api.informer(typeOf.federations),
      peerings: api.informer(typeOf.peerings),
      agents: api.informer(typeOf.agents),
      clusters: api.informer(typeOf.clusters),
      addOns: api.informer(typeInAddOnApi(typeOf.addOns), {
        fieldSelector: `metadata.name=${labels.addonName}`,
        project: addOnOf
      }),
      works: api.informer(typeOf.works, { labelSelector: `${labels.fleetLabel}=${fleetId}` })
    },
    { concurrency: "unbounded" }
  )

const entries = (informers: HubInformers): ReadonlyArray<readonly [ResourceType, Informer]> => [
  [typeOf.meshes, informers.meshes],
  [typeOf.deployments, informers.deployments],
  [typeOf.federations, informers.federations],
  [typeOf.peerings, informers.peerings],
  [typeOf.agents, informers.agents],
  [typeOf.clusters, informers.clusters],
  [typeOf.addOns, informers.addOns],
  [typeOf.works, informers.works]
]

/** The copy of `type`. A kind without one is a defect of the caller. */
export const informerOf = (informers: HubInformers, type: ResourceType): Informer => {
  const byKind = copies.get(informers) ?? new Map(entries(informers).map(([{ plural }, one]) => [plural, one]))
  copies.set(informers, byKind)
  const informer = byKind.get(type.plural)
  if (informer === undefined) throw new Error(`no informer for ${type.kind} of ${type.group}`)
  return informer
}

const copies = new WeakMap<HubInformers, ReadonlyMap<string, Informer>>()

/** Waits until every copy has had its first complete list: before that, what is missing is unknown, not absent. */
export const complete = (informers: HubInformers): Effect.Effect<void> =>
  Effect.forEach(entries(informers), ([, informer]) => informer.list, { concurrency: "unbounded", discard: true })

/** The kinds whose copies may be stale now. */
export const staleKinds = (informers: HubInformers): Effect.Effect<ReadonlyArray<string>> =>
  Effect.map(
    Effect.forEach(entries(informers), ([type, informer]) =>
      Effect.map(informer.synced, (synced) => (synced ? [] : [type.plural]))
    ),
    (lists) => lists.flat()
  )

/** Whatever changes in any of the copies. */
export const changes = (informers: HubInformers): Stream.Stream<ObjectRef> =>
  Stream.mergeAll(
    entries(informers).map(([, informer]) => informer.changes),
    { concurrency: "unbounded" }
  )
