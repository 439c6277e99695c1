import {
  byKey,
  isDeleting,
  keyOf,
  labels,
  resources,
  type KubeObject,
  type Mesh,
  type ObjectMeta,
  type ResourceType
} from "@multicluster-mesh/mesh-model"
import { deploymentOf } from "./deployedMeshes.ts"
import { isMadeByHub } from "./discoveredMeshes.ts"
import type { HubState } from "./HubState.ts"
import { isSameList } from "./isSame.ts"
import { keepActions } from "./keepActions.ts"
import { standingOf } from "./Knowledge.ts"
import { makeMemo } from "./Memo.ts"
import type { HubAction } from "./Plan.ts"
import { meshUnitKey, type WantedMesh } from "./WantedMesh.ts"
import { worksOf } from "./works.ts"
import { isDue } from "./removalTime.ts"

/**
 * What to change on the hub for the Meshes to be as wanted: first what holds on to a deletion, then what is wished or
 * recorded, then what may go because, as the hub has it, the record is written or the removal is complete.
 */
export const meshActions = (state: HubState, meshes: ReadonlyArray<WantedMesh>): ReadonlyArray<HubAction> =>
  actions(state, "", [meshes], () => keepActions(state, "meshes", actionsFor(state, meshes)))

const actions = makeMemo<ReadonlyArray<HubAction>>(isSameList)

const actionsFor = (state: HubState, meshes: ReadonlyArray<WantedMesh>): ReadonlyArray<HubAction> => {
  const deployments = state.deployments.toSorted(byKey(keyOf))
  const finished = meshes.filter((mesh) => isFinished(state, mesh))
  const goes = new Set(finished)
  const staying = meshes.filter((mesh) => !goes.has(mesh))
  return [
    ...deployments
      .filter((deployment) => !isDeleting(deployment))
      .flatMap((deployment) => finalizer(resources.meshDeployments, deployment, true)),
    ...staying.filter(holdsOn).flatMap((mesh) => finalizerOfMesh(mesh, true)),
    ...staying.flatMap(writes),
    ...finished.flatMap((mesh) => [...finalizerOfMesh(mesh, false), ...deletion(mesh.existing)]),
    ...ofLostClusters(state),
    ...deployments
      .filter((deployment) => isDeleting(deployment) && isRecorded(state, keyOf(deployment)))
      .flatMap((deployment) => finalizer(resources.meshDeployments, deployment, false))
  ]
}

/** Whether the removal of a mesh is recorded on the hub and nothing of it is carried any more. */
const isFinished = (state: HubState, mesh: WantedMesh): boolean =>
  mesh.existing?.spec.removal !== undefined &&
  isDue(mesh.existing.spec.removal, state.now) &&
  worksOf(state, mesh.cluster, meshUnitKey(mesh)).length === 0

/** Whether the Mesh must outlive its deletion: it is the wish, or the record of its end. */
const holdsOn = ({ existing, owner, removal, refused }: WantedMesh): boolean =>
  existing !== undefined &&
  (removal !== undefined || (owner.kind === "Mesh" && !isDeleting(existing) && refused?.reason !== "ClusterNotFound"))

const writes = (mesh: WantedMesh): ReadonlyArray<HubAction> => {
  if (mesh.owner.kind === "MeshDeployment") {
    return mesh.heldBecause === undefined
      ? [{ _tag: "ApplyObject", type: resources.meshes, object: asObject(mesh.mesh) }]
      : []
  }
  const { existing, removal } = mesh
  if (existing === undefined || removal === undefined || existing.spec.removal !== undefined) return []
  const { name, namespace = "", uid } = existing.metadata
  const metadata = { name, namespace, ...(uid === undefined ? {} : { uid }) }
  const object = { apiVersion: labels.apiVersion, kind: "Mesh", metadata, spec: { removal } }
  return [{ _tag: "ApplyObject", type: resources.meshes, object }]
}

const asObject = ({ apiVersion, kind, metadata, spec }: Mesh): KubeObject => ({ apiVersion, kind, metadata, spec })

/** Meshes whose cluster is not managed any more: nothing of theirs can be reached, so they go as they are. */
const ofLostClusters = (state: HubState): ReadonlyArray<HubAction> =>
  state.meshes
    .filter((mesh) => isOfLostCluster(state, mesh))
    .toSorted(byKey(keyOf))
    .flatMap((mesh) => {
      const isOfHub = deploymentOf(mesh) !== undefined || isMadeByHub(mesh)
      return [
        ...(isOfHub || isDeleting(mesh) ? finalizer(resources.meshes, mesh, false) : []),
        ...(isOfHub ? deletion(mesh) : [])
      ]
    })

const isOfLostCluster = (state: HubState, { metadata }: Mesh): boolean =>
  standingOf(state, metadata.namespace ?? "") === "Missing"

/** Whether every Mesh of a deployment, as the hub has it, carries its record of removal, or has lost its cluster. */
const isRecorded = (state: HubState, deployment: string): boolean =>
  state.meshes
    .filter((mesh) => deploymentOf(mesh) === deployment && !isOfLostCluster(state, mesh))
    .every((mesh) => mesh.spec.removal !== undefined) && !state.malformed.some(({ kind }) => kind === "Mesh")

const finalizerOfMesh = ({ existing }: WantedMesh, present: boolean): ReadonlyArray<HubAction> =>
  existing === undefined ? [] : finalizer(resources.meshes, existing, present)

/** The change of our finalizer, if it is one. A deleting object takes no new finalizer. */
const finalizer = (
  type: ResourceType,
  { metadata }: { readonly metadata: ObjectMeta },
  present: boolean
): ReadonlyArray<HubAction> => {
  const has = metadata.finalizers?.includes(labels.recordFinalizer) ?? false
  if (has === present || (present && metadata.deletionTimestamp !== undefined)) return []
  return [
    {
      _tag: "SetFinalizer",
      type,
      namespace: metadata.namespace ?? "",
      name: metadata.name,
      uid: metadata.uid ?? "",
      finalizer: labels.recordFinalizer,
      present
    }
  ]
}

const deletion = (mesh: Mesh | undefined): ReadonlyArray<HubAction> =>
  mesh === undefined || isDeleting(mesh)
    ? []
    : [
        {
          _tag: "DeleteObject",
          type: resources.meshes,
          namespace: mesh.metadata.namespace ?? "",
          name: mesh.metadata.name,
          uid: mesh.metadata.uid ?? ""
        }
      ]
