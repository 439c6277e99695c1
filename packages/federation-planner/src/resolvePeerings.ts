import { byKey, keyOf, labels, names, type MeshPeering } from "@multicluster-mesh/mesh-model"
import type { HubState } from "./HubState.ts"
import { makeKeeper } from "./Memo.ts"
import { listPairs, pairKey, type ListedPair } from "./listedPairs.ts"
import { peeringActions } from "./peeringActions.ts"
import { peeringOf, type TakenNames } from "./peeringOf.ts"
import { endOf, goneSides, isFinished, recordedFederations } from "./peeringRemoval.ts"
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
  const existing = existingByPair(state.peerings)
  const judged = judge(state, meshes, existing, listPairs(state.federations))
  const byPair = Map.groupBy(judged.pairs, ({ key }) => key)
  const ownersOf = (key: string, owns: (pair: JudgedPair) => boolean): ReadonlyArray<string> =>
    (byPair.get(key) ?? []).filter(owns).map(({ federation }) => keyOf(federation))
  const wanted = new Map(meshes.map((mesh) => [names.meshKey(mesh), mesh]))
  const peerings = new Map<string, WantedPeering>()
  for (const [key, peering] of existing) {
    const owners = ownersOf(key, (pair) => wants(pair, peering))
    const kept = { ...keptPeering(state, wanted, peering, owners), gone: goneSides(state, peering) }
    peerings.set(key, keepWanted(state, keyWithGone(kept), kept))
  }
  for (const [key, peering] of judged.accepted) {
    const owners = ownersOf(key, ({ refusal }) => refusal === undefined)
    peerings.set(key, newPeering(peering, owners))
  }

  const pairs = new Map<string, Array<Pair>>(state.federations.map((federation) => [keyOf(federation), []]))
  for (const { federation, key, left, refusal, right } of judged.pairs) {
    const pair = { left, right, refusal, peering: peerings.get(key) }
    pairs.get(keyOf(federation))?.push(keepPair(state, `${keyOf(federation)} ${key}`, pair))
  }
  const all = [...peerings.values()].sort(byKey(({ peering }) => peering.metadata.name))
  const going = all
    .filter((wanted) => !isFinished(wanted))
    .map((wanted) => ({ ...wanted, peering: withAnnotations(wanted, rootsToRecord(state, wanted)) }))
    .map((wanted) => keepGoing(state, keyWithGone(wanted), wanted))
  return {
    peerings: going,
    pairs,
    ...resolveServices(state, pairs),
    actions: peeringActions(state, going, all.filter(isFinished))
  }
}

const keepWanted = makeKeeper<WantedPeering>()
const keepGoing = makeKeeper<WantedPeering>()
const keepPair = makeKeeper<Pair>()

/** A set has no JSON, so what is gone is part of the key. */
const keyWithGone = ({ gone, peering }: WantedPeering): string =>
  `${peering.metadata.name} ${[...gone].sort().join(" ")}`

/** A federation that is refused does not come to own a peering; one that owns it already does not lose it by that. */
const wants = ({ federation, refusal }: JudgedPair, peering: MeshPeering): boolean =>
  refusal === undefined || recordedFederations(peering).includes(keyOf(federation))

interface JudgedPair extends ListedPair {
  readonly refusal: Pair["refusal"]
}

/** Applies the rules to all pairs, in their order: of two new pairs that exclude each other the first is accepted. */
const judge = (
  state: HubState,
  meshes: ReadonlyArray<WantedMesh>,
  existing: ReadonlyMap<string, MeshPeering>,
  listed: ReadonlyArray<ListedPair>
): { readonly pairs: ReadonlyArray<JudgedPair>; readonly accepted: ReadonlyMap<string, MeshPeering> } => {
  const facts = pairFactsOf(state, meshes, existing)
  const taken = takenNames(state.peerings)
  const accepted = new Map<string, MeshPeering>()
  const pairs = listed.map((pair): JudgedPair => {
    const refusal = refusalOf(facts.of(pair))
    const [left, right] = [facts.wanted(pair.left), facts.wanted(pair.right)]
    const isNew = !existing.has(pair.key) && !accepted.has(pair.key)
    if (refusal === undefined && isNew && left !== undefined && right !== undefined) {
      const peering = peeringOf(state, left, right, taken)
      facts.accept(peering)
      accepted.set(pair.key, peering)
    }
    return { ...pair, refusal }
  })
  return { pairs, accepted }
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
  meshes: ReadonlyMap<string, WantedMesh>,
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
      owned: recordedFederations(existing.get(pair.key)).includes(keyOf(pair.federation)),
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
