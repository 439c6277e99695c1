import { byKey, isDeleting, keyOf, names, type MeshFederation, type MeshKey } from "@multicluster-mesh/mesh-model"

/** A pair of meshes as one MeshFederation lists it. */
export interface ListedPair {
  /** The same whichever mesh the list names first. */
  readonly key: string
  readonly left: MeshKey
  readonly right: MeshKey
  readonly federation: MeshFederation
  /** Length of the shortest list of peers that names both. */
  readonly listed: number
}

/** A string that two pairs share if and only if they are of the same meshes, in whichever order. */
export const pairKey = (one: MeshKey, other: MeshKey): string => {
  const [left, right] = inOrder(one, other)
  return `${names.meshKey(left)}|${names.meshKey(right)}`
}

const inOrder = (one: MeshKey, other: MeshKey): readonly [MeshKey, MeshKey] =>
  names.meshKey(one) < names.meshKey(other) ? [one, other] : [other, one]

/**
 * Returns all pairs that `federations` list, each once per federation, sorted by pair and federation.
 *
 * A federation that is being deleted lists none.
 */
export const listPairs = (federations: ReadonlyArray<MeshFederation>): ReadonlyArray<ListedPair> =>
  federations
    .filter((federation) => !isDeleting(federation))
    .flatMap(pairsOf)
    .sort(byKey((pair) => `${pair.key} ${keyOf(pair.federation)}`))

const pairsOf = (federation: MeshFederation): ReadonlyArray<ListedPair> => {
  const pairs = new Map<string, ListedPair>()
  for (const { peers } of federation.spec.meshPeers) {
    for (const [index, one] of peers.entries()) {
      for (const other of peers.slice(index + 1)) {
        if (names.meshKey(one) === names.meshKey(other)) continue
        const [left, right] = inOrder(one, other)
        const key = pairKey(left, right)
        const listed = Math.min(peers.length, pairs.get(key)?.listed ?? peers.length)
        pairs.set(key, { key, left: plain(left), right: plain(right), federation, listed })
      }
    }
  }
  return [...pairs.values()]
}

const plain = ({ cluster, name }: MeshKey): MeshKey => ({ cluster, name })
