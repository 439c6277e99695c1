import { byKey, keyOf, labels, names, type MeshPeering } from "@multicluster-mesh/mesh-model"
import type { HubState } from "./HubState.ts"
import { listPairs, pairKey, type ListedPair } from "./listedPairs.ts"
import { peeringActions } from "./peeringActions.ts"
import { peeringOf, type TakenNames } from "./peeringOf.ts"
import { endOf, goneSides, isFinished } from "./peeringRemoval.ts"
import { rootsToRecord } from "./proof.ts"
import { resolveServices } from "./resolveServices.ts"
import { refusalOf, type KnownPeer, type PairFacts } from "./rules/pairRules.ts"
import type { WantedMesh } from "./WantedMesh.ts"
import { meshOf, sideNames, otherSide, type Pair, type ResolvedPeerings, type WantedPeering } from "./WantedPeering.ts"

/**
 * Decides which pairs of meshes shall be federated, over all MeshFederations together.
 *
 * A pair that has a MeshPeering keeps it, with its names, until no federation that wanted it lists it any more; then it
 * gets a record of removal. Rules bind pairs that are new: one bad pair never stops another.
 */
export const resolvePeerings = (state: HubState, meshes: ReadonlyArray<WantedMesh>): ResolvedPeerings => {
  const listed = listPairs(state.federations)
  const existing = existingByPair(state.peerings)
  const facts = pairFactsOf(state, meshes, existing)
  const federationsOf = groupFederations(listed)

  const peerings = new Map<string, WantedPeering>()
  for (const [key, peering] of existing) {
    const wanted = keptPeering(state, meshes, peering, federationsOf.get(key) ?? [])
    peerings.set(key, { ...wanted, gone: goneSides(state, peering) })
  }

  const taken = takenNames(state.peerings)
  const refusals = new Map<ListedPair, Pair["refusal"]>()
  for (const pair of listed) {
    const refusal = refusalOf(facts.of(pair))
    refusals.set(pair, refusal)
    const [left, right] = [facts.wanted(pair.left), facts.wanted(pair.right)]
    if (refusal !== undefined || peerings.has(pair.key) || left === undefined || right === undefined) continue
    const peering = peeringOf(state, left, right, taken)
    facts.accept(peering)
    peerings.set(pair.key, newPeering(peering, federationsOf.get(pair.key) ?? []))
  }

  const pairs = new Map<string, Array<Pair>>()
  for (const federation of state.federations) pairs.set(keyOf(federation), [])
  for (const pair of listed) {
    const { left, right } = pair
    const entry = { left, right, refusal: refusals.get(pair), peering: peerings.get(pair.key) }
    pairs.get(keyOf(pair.federation))?.push(entry)
  }

  const all = [...peerings.values()].sort(byKey(({ peering }) => peering.metadata.name))
  const finished = all.filter((wanted) => isFinished(wanted))
  const left = all
    .filter((wanted) => !finished.includes(wanted))
    .map((wanted) => ({ ...wanted, peering: withAnnotations(wanted, rootsToRecord(state, wanted)) }))
  return {
    peerings: left,
    pairs,
    ...resolveServices(state, pairs),
    actions: peeringActions(state, left, finished)
  }
}

const groupFederations = (listed: ReadonlyArray<ListedPair>): ReadonlyMap<string, ReadonlyArray<string>> => {
  const federations = new Map<string, Array<string>>()
  for (const { key, federation } of listed) {
    const list = federations.get(key) ?? []
    list.push(keyOf(federation))
    federations.set(key, list)
  }
  return federations
}

/** The MeshPeering of each pair; of several for one pair, which only a person can have made, the first by name. */
const existingByPair = (peerings: ReadonlyArray<MeshPeering>): Map<string, MeshPeering> => {
  const byPair = new Map<string, MeshPeering>()
  for (const peering of peerings.toSorted(byKey(({ metadata }) => metadata.name))) {
    const key = pairKey(meshOf(peering.spec.left), meshOf(peering.spec.right))
    if (!byPair.has(key)) byPair.set(key, peering)
  }
  return byPair
}

const keptPeering = (
  state: HubState,
  meshes: ReadonlyArray<WantedMesh>,
  existing: MeshPeering,
  federations: ReadonlyArray<string>
): Omit<WantedPeering, "gone"> => {
  const end = endOf(state, meshes, existing, federations)
  const { removal: _, ...spec } = existing.spec
  return {
    peering: { ...existing, spec: { ...spec, ...(end.removal === undefined ? {} : { removal: end.removal }) } },
    existing,
    federations: end.federations,
    ownerMissing: end.ownerMissing
  }
}

const newPeering = (peering: MeshPeering, federations: ReadonlyArray<string>): WantedPeering => ({
  peering,
  existing: undefined,
  federations,
  ownerMissing: undefined,
  gone: new Set()
})

const withAnnotations = ({ federations, peering }: WantedPeering, provenRoots: string | undefined): MeshPeering => ({
  apiVersion: peering.apiVersion,
  kind: peering.kind,
  metadata: {
    name: peering.metadata.name,
    namespace: peering.metadata.namespace ?? "",
    annotations: {
      [labels.federationsAnnotation]: federations.join(","),
      ...(provenRoots === undefined ? {} : { [labels.provenRootsAnnotation]: provenRoots })
    }
  },
  spec: peering.spec
})

const takenNames = (peerings: ReadonlyArray<MeshPeering>): TakenNames => {
  const taken: TakenNames = new Map()
  for (const { spec } of peerings) {
    for (const side of [spec.left, spec.right]) {
      const key = names.meshKey(meshOf(side))
      taken.set(key, new Set([...(taken.get(key) ?? []), side.peerName]))
    }
  }
  return taken
}

const pairFactsOf = (
  state: HubState,
  meshes: ReadonlyArray<WantedMesh>,
  existing: ReadonlyMap<string, MeshPeering>
) => {
  const clusters = new Set(state.clusters.map(({ name }) => name))
  const wantedByKey = new Map(meshes.map((mesh) => [names.meshKey(mesh), mesh]))
  const observed = new Set(
    state.meshes
      .filter(
        ({ metadata, spec }) => spec.managementPolicy === "Observe" || labels.discoveredLabel in (metadata.labels ?? {})
      )
      .map(({ metadata }) => names.meshKey({ cluster: metadata.namespace ?? "", name: metadata.name }))
  )
  const peers = new Map<string, Array<KnownPeer>>()
  const accept = (peering: MeshPeering): void => {
    for (const name of sideNames) {
      const own = names.meshKey(meshOf(peering.spec[name]))
      const other = peering.spec[otherSide(name)]
      peers.set(own, [...(peers.get(own) ?? []), { mesh: meshOf(other), trustDomain: other.trustDomain }])
    }
  }
  for (const peering of existing.values()) accept(peering)
  return {
    accept,
    wanted: (mesh: PairFacts["left"]) => wantedByKey.get(names.meshKey(mesh)),
    of: (pair: ListedPair): PairFacts => ({
      federation: pair.federation,
      left: pair.left,
      right: pair.right,
      listed: pair.listed,
      incumbent: existing.has(pair.key),
      removing: existing.get(pair.key)?.spec.removal !== undefined,
      hasCluster: (cluster) => clusters.has(cluster),
      wanted: (mesh) => wantedByKey.get(names.meshKey(mesh)),
      isObserved: (mesh) => observed.has(names.meshKey(mesh)) && !wantedByKey.has(names.meshKey(mesh)),
      clustersWith: (mesh) =>
        meshes
          .filter(({ name }) => name === mesh)
          .map(({ cluster }) => cluster)
          .sort(),
      peersOf: (mesh) => peers.get(names.meshKey(mesh)) ?? []
    })
  }
}
