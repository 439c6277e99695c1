import {
  byKey,
  isDeleting,
  isSameJson,
  keyOf,
  labels,
  names,
  resources,
  type Mesh
} from "@multicluster-mesh/mesh-model"
import type { FoundControlPlane, HubState } from "./HubState.ts"
import { viewOf } from "./HubView.ts"
import { isSameList } from "./isSame.ts"
import { makeMemo } from "./Memo.ts"
import { clusterNames, knowledgeOf, standingOf } from "./Knowledge.ts"
import type { HubAction } from "./Plan.ts"
import { meshUnitKey, type WantedMesh } from "./WantedMesh.ts"
import { isOurs } from "./works.ts"

/**
 * The Meshes to make for control planes that were found, and those to take away again.
 *
 * One is made when a control plane belongs to no Mesh; its spec is never touched afterwards. Where its name belongs to
 * a mesh that someone wishes, it gets another one; a wish that comes later is refused the name (`NameTaken`). It goes
 * when its agent, alive and with a complete list, does not report the control plane any more, or once that is ours.
 */
export const discoveredMeshActions = (state: HubState, wanted: ReadonlyArray<WantedMesh>): ReadonlyArray<HubAction> =>
  actions(state, "", [wanted], () => {
    const byCluster = Map.groupBy(wanted, ({ cluster }) => cluster)
    const changes = clusterNames(state).map((cluster) => {
      const here = byCluster.get(cluster) ?? []
      return onCluster(state, cluster, here, () => ({
        made: madeOn(state, cluster, here),
        gone: goneFrom(state, cluster, here)
      }))
    })
    return [...changes.flatMap(({ made }) => made), ...changes.flatMap(({ gone }) => gone)]
  })

const actions = makeMemo<ReadonlyArray<HubAction>>(isSameList)
const onCluster = makeMemo<{ readonly made: ReadonlyArray<HubAction>; readonly gone: ReadonlyArray<HubAction> }>(
  isSameJson
)

const madeOn = (state: HubState, cluster: string, wanted: ReadonlyArray<WantedMesh>): ReadonlyArray<HubAction> => {
  if (standingOf(state, cluster) !== "Managed") return []
  const here = viewOf(state).meshesOn(cluster)
  const taken = new Set([...here.map(keyOf), ...wanted.map(names.meshKey)])
  const unreadable = new Set(
    state.malformed.filter(({ kind }) => kind === "Mesh").map(({ name, namespace }) => `${namespace}/${name}`)
  )
  const represented = new Set(here.filter(isDiscovered).map(placeOf))
  const owned = ownedPlaces(state, wanted)
  return viewOf(state)
    .foundOn(cluster)
    .filter((found) => !represented.has(placeOfFound(found)) && !owned.has(placeOfFound(found)))
    .filter(({ report }) => !report.deleting)
    .map((found) => (taken.has(keyOf(found.discovered)) ? renamed(found) : found.discovered))
    .filter((mesh) => !taken.has(keyOf(mesh)) && !unreadable.has(keyOf(mesh)))
    .toSorted(byKey(keyOf))
    .map(({ apiVersion, kind, metadata, spec }): HubAction => {
      const labelled = { ...metadata, labels: { ...metadata.labels, [labels.discoveredLabel]: "true" } }
      return { _tag: "ApplyObject", type: resources.meshes, object: { apiVersion, kind, metadata: labelled, spec } }
    })
}

const goneFrom = (state: HubState, cluster: string, wanted: ReadonlyArray<WantedMesh>): ReadonlyArray<HubAction> => {
  const owned = ownedPlaces(state, wanted)
  return viewOf(state)
    .meshesOn(cluster)
    .filter((mesh) => isMadeByHub(mesh) && !isDeleting(mesh))
    .filter((mesh) => owned.has(placeOf(mesh)) || isAbsent(state, mesh))
    .map(({ metadata }): HubAction => ({
      _tag: "DeleteObject",
      type: resources.meshes,
      namespace: metadata.namespace ?? "",
      name: metadata.name,
      uid: metadata.uid ?? ""
    }))
}

/** Where the control planes of wished meshes are, as far as they are there. */
const ownedPlaces = (state: HubState, wanted: ReadonlyArray<WantedMesh>): ReadonlySet<string> =>
  new Set(
    wanted
      .filter((mesh) => ownsControlPlane(state, mesh))
      .map((mesh) => place(mesh.cluster, mesh.namespace, mesh.controlPlane))
  )

const renamed = ({ cluster, discovered, report }: FoundControlPlane): Mesh => ({
  ...discovered,
  metadata: {
    ...discovered.metadata,
    name: names.otherDiscoveredMeshName(cluster, report.namespace, report.name)
  }
})

/** Whether a Mesh stands for something that was found, and nobody wished for. */
export const isDiscovered = (mesh: Mesh): boolean => mesh.spec.managementPolicy === "Observe"

/** Whether the hub made such a Mesh: one that a person wrote is theirs. */
export const isMadeByHub = (mesh: Mesh): boolean =>
  isDiscovered(mesh) && mesh.metadata.labels?.[labels.discoveredLabel] !== undefined

const isAbsent = (state: HubState, mesh: Mesh): boolean => {
  const { namespace, name } = mesh.spec.controlPlane
  const knowledge = knowledgeOf(state, mesh.metadata.namespace ?? "")
  return name !== undefined && knowledge.controlPlane(namespace, name).state === "Absent"
}

/** Whether the control plane in the place of a wished mesh carries that mesh's mark. */
export const ownsControlPlane = (state: HubState, mesh: WantedMesh): boolean =>
  owns(state, `${names.meshKey(mesh)} ${mesh.namespace}/${mesh.controlPlane}`, [], () => isItsOwn(state, mesh))

const owns = makeMemo<boolean>()

const isItsOwn = (state: HubState, mesh: WantedMesh): boolean => {
  const known = knowledgeOf(state, mesh.cluster).controlPlane(mesh.namespace, mesh.controlPlane)
  if (known.state !== "Found") return false
  const { deleting, mark, uid } = known.found.report
  return isOurs({ state: "Present", mark, uid, deleting, confirmed: false }, state.fleetId, meshUnitKey(mesh))
}

const place = (cluster: string, namespace: string, name: string): string => `${cluster}/${namespace}/${name}`

const placeOf = ({ metadata, spec }: Mesh): string =>
  place(metadata.namespace ?? "", spec.controlPlane.namespace, spec.controlPlane.name ?? metadata.name)

const placeOfFound = ({ cluster, report }: FoundControlPlane): string => place(cluster, report.namespace, report.name)
