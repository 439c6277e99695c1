import { byKey, keyOf, labels, names, type MeshPeering, type Removal } from "@multicluster-mesh/mesh-model"
import type { HubState } from "./HubState.ts"
import { addOnOf, knowledgeOf } from "./Knowledge.ts"
import { isSameSet } from "./isSame.ts"
import { makeMemo } from "./Memo.ts"
import { isOnCluster } from "./sideObjects.ts"
import { sideIdentities } from "./providers/maistra/limitedPeering.ts"
import type { WantedMesh } from "./WantedMesh.ts"
import { meshOf, sideNames, sideUnitKey, type SideName, type WantedPeering } from "./WantedPeering.ts"
import { worksOf } from "./works.ts"

/** Whether the wish for a peering has ended. */
export interface PeeringEnd {
  readonly removal: Removal | undefined
  readonly federations: ReadonlyArray<string>
  readonly ownerMissing: string | undefined
}

/**
 * Decides whether the wish for `existing` has ended; `listing` are the federations that want its pair now, `meshes` the
 * wanted meshes by `cluster/name`.
 *
 * Only a federation that can be read and does not list the pair, or that is being deleted, ends a wish; one that is
 * missing or unreadable does not, so losing federations removes nothing. The removal of one of the meshes ends it too,
 * and so does the removal of the add-on from one of the clusters.
 */
export const endOf = (
  state: HubState,
  meshes: ReadonlyMap<string, WantedMesh>,
  existing: MeshPeering,
  listing: ReadonlyArray<string>
): PeeringEnd => {
  const recorded = recordedFederations(existing)
  if (existing.spec.removal !== undefined) {
    return { removal: existing.spec.removal, federations: recorded, ownerMissing: undefined }
  }
  if (isUnpicked(state, existing)) return { removal: atOnce(state), federations: recorded, ownerMissing: undefined }
  const withMesh = removalOfMesh(meshes, existing)
  if (withMesh !== undefined) return { removal: withMesh, federations: recorded, ownerMissing: undefined }

  const readable = readableFederations(state)
  const unreadable = recorded.filter((federation) => !readable.has(federation))
  const federations = [...new Set([...listing, ...unreadable])].sort()
  if (listing.length > 0) return { removal: undefined, federations, ownerMissing: undefined }
  if (recorded.length === 0) {
    return { removal: undefined, federations, ownerMissing: "It is not recorded which MeshFederation wanted it." }
  }
  return unreadable.length > 0
    ? { removal: undefined, federations, ownerMissing: missingMessage(state, unreadable) }
    : {
        removal: atOnce(state),
        federations: recorded,
        ownerMissing: undefined
      }
}

const atOnce = (state: HubState): Removal => ({ since: state.now, policy: "Delete", gracePeriod: "0s" })

/**
 * Whether the add-on leaves one of the clusters, and can still undo the peering there. The federations go on wishing
 * for the pair: it is federated anew once the add-on is back. Where the agent does not answer, the peering stays.
 */
const isUnpicked = (state: HubState, { spec }: MeshPeering): boolean =>
  sideNames.some((name) => {
    const { cluster } = spec[name]
    return addOnOf(state, cluster) === "Leaving" && knowledgeOf(state, cluster).available
  })

/** The federations that can be read, each `namespace/name`. */
const readableFederations = (state: HubState): ReadonlySet<string> =>
  readable(state, "", [], () => new Set(state.federations.map(keyOf)))

const readable = makeMemo<ReadonlySet<string>>(isSameSet)

/** The federations that the MeshPeering names as the ones that want it. */
export const recordedFederations = (peering: MeshPeering | undefined): ReadonlyArray<string> => {
  const annotation = peering?.metadata.annotations?.[labels.federationsAnnotation]
  return (annotation === undefined ? (peering?.status?.federations ?? []) : annotation.split(","))
    .filter((federation) => federation !== "")
    .toSorted()
}

const missingMessage = (state: HubState, missing: ReadonlyArray<string>): string => {
  const malformed = new Set(
    state.malformed.filter(({ kind }) => kind === "MeshFederation").map(({ name, namespace }) => `${namespace}/${name}`)
  )
  const [first = ""] = missing
  return malformed.has(first)
    ? `MeshFederation ${first} cannot be read. Correct it; until then nothing is removed.`
    : `MeshFederation ${first} is gone without a trace of its deletion. To remove the peering, create the MeshFederation again and delete it.`
}

/** A mesh takes its peerings with it, after the same time of grace; the peering is always undone on both sides. */
const removalOfMesh = (meshes: ReadonlyMap<string, WantedMesh>, { spec }: MeshPeering): Removal | undefined => {
  const [first] = sideNames
    .flatMap((name) => meshes.get(names.meshKey(meshOf(spec[name])))?.removal ?? [])
    .sort(byKey(({ gracePeriod, since }) => `${since} ${gracePeriod}`))
  return first === undefined ? undefined : { since: first.since, policy: "Delete", gracePeriod: first.gracePeriod }
}

/**
 * The sides of which nothing is left on their cluster: no work carries anything of them, and the agent has confirmed
 * every object absent. A cluster that is not managed any more has no side.
 */
export const goneSides = (state: HubState, existing: MeshPeering): ReadonlySet<SideName> => {
  const { removal } = existing.spec
  if (removal === undefined) return new Set()
  return new Set(
    sideNames.filter((name) => {
      const side = existing.spec[name]
      const cluster = knowledgeOf(state, side.cluster)
      if (cluster.facts === undefined) return true
      if (worksOf(state, side.cluster, sideUnitKey(existing, name)).length > 0) return false
      return (
        removal.policy === "Orphan" ||
        sideIdentities(side).every(
          (identity) => cluster.object(identity).state !== "Unknown" && !isOnCluster(state, existing, name, identity)
        )
      )
    })
  )
}

/** Whether the MeshPeering itself can go: its removal is recorded and done on both sides. */
export const isFinished = ({ existing, gone }: WantedPeering): boolean =>
  existing?.spec.removal !== undefined && gone.size === sideNames.length
