import { byKey, isSameJson, keyOf, labels, names, type MeshPeering } from "@multicluster-mesh/mesh-model"
import type { HubState } from "./HubState.ts"
import { isSameList, isSameSet } from "./isSame.ts"
import { addOnOf, standingOf } from "./Knowledge.ts"
import { makeMemo } from "./Memo.ts"
import { listPairs, pairKey, type ListedPair } from "./listedPairs.ts"
import { peeringActions } from "./peeringActions.ts"
import type { HubAction } from "./Plan.ts"
import { peeringOf, type TakenNames } from "./peeringOf.ts"
import { endOf, goneSides, isFinished, recordedFederations } from "./peeringRemoval.ts"
import { rootsToRecord } from "./proof.ts"
import { sealed } from "./removalRecords.ts"
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
  const judged = judgement(state, "", [meshes], () => judge(state, meshes))
  const all = allWanted(state, "", [judged], () => wantedPeerings(state, judged))
  const going = allGoing(state, "", [all], () =>
    all.filter((wanted) => !isFinished(wanted)).map((wanted) => withRoots(state, wanted))
  )
  const pairs = allPairs(state, "", [judged, all], () => pairsOf(state, judged, all))
  return {
    peerings: going,
    pairs,
    ...resolveServices(state, pairs),
    actions: actions(state, "", [all, going], () => peeringActions(state, going, all.filter(isFinished)))
  }
}

const judgement = makeMemo<Judgement>()
const allWanted = makeMemo<ReadonlyArray<WantedPeering>>(isSameList)
const allGoing = makeMemo<ReadonlyArray<WantedPeering>>(isSameList)
const allPairs = makeMemo<ReadonlyMap<string, ReadonlyArray<Pair>>>()
const actions = makeMemo<ReadonlyArray<HubAction>>(isSameList)

/** All peerings that are there or shall be, sorted by name. */
const wantedPeerings = (state: HubState, judged: Judgement): ReadonlyArray<WantedPeering> => {
  const byPair = Map.groupBy(judged.pairs, ({ key }) => key)
  const ownersOf = (key: string, owns: (pair: JudgedPair) => boolean): ReadonlyArray<string> =>
    (byPair.get(key) ?? []).filter(owns).map(({ federation }) => keyOf(federation))
  const kept = [...judged.existing].map(([key, peering]) => {
    const owners = ownersOf(key, (pair) => wants(pair, peering))
    const sides = sideNames.map((name) => judged.wanted.get(names.meshKey(meshOf(peering.spec[name]))))
    return keptOnce(state, key, [peering, ...sides, ...owners], () => ({
      ...keptPeering(state, judged.wanted, peering, owners),
      gone: goneSides(state, peering)
    }))
  })
  const made = [...judged.accepted].map(([key, peering]) =>
    newPeering(
      peering,
      ownersOf(key, ({ refusal }) => refusal === undefined)
    )
  )
  return [...kept, ...made].sort(byKey(({ peering }) => peering.metadata.name))
}

/** With the roots to record, and without what belongs to others. */
const withRoots = (state: HubState, wanted: WantedPeering): WantedPeering =>
  goingOnce(state, wanted.peering.metadata.name, [wanted], () => ({
    ...wanted,
    peering: withAnnotations(wanted, rootsToRecord(state, wanted))
  }))

/** By federation. */
const pairsOf = (
  state: HubState,
  judged: Judgement,
  peerings: ReadonlyArray<WantedPeering>
): ReadonlyMap<string, ReadonlyArray<Pair>> => {
  const byPair = new Map(
    peerings.map((wanted) => [pairKey(meshOf(wanted.peering.spec.left), meshOf(wanted.peering.spec.right)), wanted])
  )
  const pairs = new Map<string, Array<Pair>>(state.federations.map((federation) => [keyOf(federation), []]))
  for (const { federation, key, left, refusal, right } of judged.pairs) {
    const peering = byPair.get(key)
    const pair = pairOnce(state, `${keyOf(federation)} ${key}`, [judged, peering], () => ({
      left,
      right,
      refusal,
      peering
    }))
    pairs.get(keyOf(federation))?.push(pair)
  }
  return pairs
}

const isSameWanted = ({ gone, ...one }: WantedPeering, { gone: alsoGone, ...other }: WantedPeering): boolean =>
  isSameSet(gone, alsoGone) && isSameJson(one, other)

const isSamePair = ({ peering, ...one }: Pair, { peering: its, ...other }: Pair): boolean =>
  peering === its && isSameJson(one, other)

const keptOnce = makeMemo<WantedPeering>(isSameWanted)
const goingOnce = makeMemo<WantedPeering>(isSameWanted)
const pairOnce = makeMemo<Pair>(isSamePair)

/** A federation that is refused does not come to own a peering; one that owns it already does not lose it by that. */
const wants = ({ federation, refusal }: JudgedPair, peering: MeshPeering): boolean =>
  refusal === undefined || recordedFederations(peering).includes(keyOf(federation))

interface JudgedPair extends ListedPair {
  readonly refusal: Pair["refusal"]
}

/** What all lists of peers together come to. */
interface Judgement {
  readonly pairs: ReadonlyArray<JudgedPair>
  /** The MeshPeerings that are there, by pair. */
  readonly existing: ReadonlyMap<string, MeshPeering>
  /** New ones, by pair. */
  readonly accepted: ReadonlyMap<string, MeshPeering>
  /** The wanted meshes by `cluster/name`. */
  readonly wanted: ReadonlyMap<string, WantedMesh>
}

/** Applies the rules to all pairs, in their order: of two new pairs that exclude each other the first is accepted. */
const judge = (state: HubState, meshes: ReadonlyArray<WantedMesh>): Judgement => {
  const existing = existingByPair(state.peerings)
  const wanted = new Map(meshes.map((mesh) => [names.meshKey(mesh), mesh]))
  const facts = pairFactsOf(state, meshes, wanted, existing)
  const taken = takenNames(state.peerings)
  const accepted = new Map<string, MeshPeering>()
  const pairs = listPairs(state.federations).map((pair): JudgedPair => {
    const refusal = refusalOf(facts.of(pair))
    const [left, right] = [wanted.get(names.meshKey(pair.left)), wanted.get(names.meshKey(pair.right))]
    const isNew = !existing.has(pair.key) && !accepted.has(pair.key)
    if (refusal === undefined && isNew && left !== undefined && right !== undefined) {
      const peering = peeringOf(state, left, right, taken)
      facts.accept(peering)
      accepted.set(pair.key, peering)
    }
    return { ...pair, refusal }
  })
  return { pairs, existing, accepted, wanted }
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
  const removal = end.removal && sealed(state.fleetId, existing, end.removal)
  const { removal: _, ...spec } = existing.spec
  return {
    peering: { ...existing, spec: { ...spec, ...(removal === undefined ? {} : { removal }) } },
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
  wanted: ReadonlyMap<string, WantedMesh>,
  existing: ReadonlyMap<string, MeshPeering>
) => {
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
    of: (pair: ListedPair): PairFacts => ({
      federation: pair.federation,
      left: pair.left,
      right: pair.right,
      listed: pair.listed,
      incumbent: existing.has(pair.key),
      owned: recordedFederations(existing.get(pair.key)).includes(keyOf(pair.federation)),
      removing: existing.get(pair.key)?.spec.removal !== undefined,
      hasCluster: (cluster) => standingOf(state, cluster) !== "Missing",
      withoutAddOn: (cluster) => addOnOf(state, cluster),
      wanted: (mesh) => wanted.get(names.meshKey(mesh)),
      isObserved: (mesh) => observed.has(names.meshKey(mesh)) && !wanted.has(names.meshKey(mesh)),
      clustersWith: (mesh) =>
        meshes
          .filter(({ name }) => name === mesh)
          .map(({ cluster }) => cluster)
          .sort(),
      peersOf: (mesh) => peers.get(names.meshKey(mesh)) ?? []
    })
  }
}
