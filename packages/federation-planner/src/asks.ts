import {
  byKey,
  byText,
  isSameJson,
  identityKey,
  identityOf,
  labels,
  manifestsOf,
  resources,
  type MeshAgentSpec,
  type ObjectIdentity
} from "@multicluster-mesh/mesh-model"
import type { HubState } from "./HubState.ts"
import type { HubAction } from "./Plan.ts"
import { viewOf } from "./HubView.ts"
import { clusterNames, standingOf } from "./Knowledge.ts"
import { isSameList } from "./isSame.ts"
import { makeMemo } from "./Memo.ts"
import { leftoversOf } from "./leftovers.ts"
import { isDue } from "./removalTime.ts"
import type { Unit } from "./Unit.ts"
import type { ServiceOffer } from "./WantedPeering.ts"
import { worksOf } from "./works.ts"

type Ask = NonNullable<MeshAgentSpec["objects"]>[number]
type ServiceAsk = NonNullable<MeshAgentSpec["services"]>[number]

/** More than this is not asked: the report would be too large for its object. */
const maxAsks = 10_000

/**
 * What each cluster's agent is asked: everything that the units will put there, before it is delivered, and everything
 * that their works carry. What is under removal has to be looked at anew. What carries the mark of the fleet and belongs
 * to no unit is named on the MeshAgent.
 */
export const agentActions = (
  state: HubState,
  units: ReadonlyArray<Unit>,
  services: ReadonlyMap<string, ReadonlyArray<ServiceAsk>>
): ReadonlyArray<HubAction> =>
  actions(state, "", [units, services], () => {
    const unitsOf = Map.groupBy(units, (unit) => unit.cluster)
    return clusterNames(state)
      .filter((cluster) => standingOf(state, cluster) !== "Detaching")
      .map((cluster) => {
        const ofCluster = unitsOf.get(cluster) ?? []
        const asked = services.get(cluster) ?? []
        return actionOf(state, cluster, [...ofCluster, ...asked], () => agentAction(state, cluster, ofCluster, asked))
      })
  })

const actions = makeMemo<ReadonlyArray<HubAction>>(isSameList)
const actionOf = makeMemo<HubAction>(isSameJson)

const agentAction = (
  state: HubState,
  cluster: string,
  units: ReadonlyArray<Unit>,
  services: ReadonlyArray<ServiceAsk>
): HubAction => {
  const left = leftoversOf(state, viewOf(state).cluster(cluster)?.agent?.status?.report)
  const annotations = left === undefined ? {} : { annotations: { [labels.leftoversAnnotation]: left } }
  return {
    _tag: "ApplyObject",
    type: resources.meshAgents,
    object: {
      apiVersion: labels.apiVersion,
      kind: "MeshAgent",
      metadata: { name: labels.addonName, namespace: cluster, ...annotations },
      spec: asksOf(state, units, services)
    }
  }
}

/** The Services that offers speak of, by cluster: the offered one, and one that an importer may have already. */
export const servicesToAsk = (
  state: HubState,
  offers: ReadonlyArray<ServiceOffer>
): ReadonlyMap<string, ReadonlyArray<ServiceAsk>> => byCluster(state, "", [offers], () => servicesByCluster(offers))

const byCluster = makeMemo<ReturnType<typeof servicesByCluster>>()

const servicesByCluster = (offers: ReadonlyArray<ServiceOffer>): ReadonlyMap<string, ReadonlyArray<ServiceAsk>> =>
  new Map(
    [
      ...Map.groupBy(
        offers.flatMap(({ exported, exporter, importAs, importer, local }) => [
          { cluster: exporter.cluster, service: local },
          ...(importAs === "Local" ? [{ cluster: importer.cluster, service: exported }] : [])
        ]),
        ({ cluster }) => cluster
      )
    ].map(([cluster, asks]) => [cluster, asks.map(({ service }) => service)])
  )

const asksOf = (state: HubState, units: ReadonlyArray<Unit>, services: ReadonlyArray<ServiceAsk>): MeshAgentSpec => {
  const objects = new Map<string, Ask>()
  const namespaces = new Set<string>()
  for (const unit of units) {
    const isRemoved = unit.removal !== undefined && isDue(unit.removal, state.now)
    const carried = worksOf(state, unit.cluster, unit.key).flatMap(manifestsOf).map(identityOf)
    for (const identity of [...unit.stages.flatMap((stage) => stage.identities), ...carried]) {
      const key = identityKey(identity)
      objects.set(key, isRemoved || objects.get(key)?.confirm ? { ...identity, confirm: true } : bare(identity))
    }
    if (isRemoved && unit.removal?.policy === "Delete") {
      for (const identity of carried) if (identity.kind === "Namespace") namespaces.add(identity.name)
    }
  }
  const asked = [...objects.values()].sort(byKey(identityKey)).slice(0, maxAsks)
  const unique = new Map(services.map((service) => [`${service.namespace}/${service.name}`, service]))
  const matched = [...unique.keys()].sort(byText).slice(0, maxAsks)
  return {
    fleetId: state.fleetId,
    ...(asked.length === 0 ? {} : { objects: asked }),
    ...(matched.length === 0
      ? {}
      : {
          services: matched.flatMap((key) => unique.get(key) ?? []).map(({ name, namespace }) => ({ namespace, name }))
        }),
    ...(namespaces.size === 0 ? {} : { namespaces: [...namespaces].sort(byText) })
  }
}

const bare = ({ apiVersion, kind, name, namespace }: ObjectIdentity): Ask => ({ apiVersion, kind, namespace, name })
