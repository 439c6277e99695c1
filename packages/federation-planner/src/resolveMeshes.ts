import { byKey, byText, names, type Verdict } from "@multicluster-mesh/mesh-model"
import type { HubState } from "./HubState.ts"
import { meshActions } from "./meshActions.ts"
import type { HubAction } from "./Plan.ts"
import { refusalsOf } from "./rules/meshRules.ts"
import { deployedMeshes } from "./deployedMeshes.ts"
import { ownMeshes } from "./ownMeshes.ts"
import type { WantedMesh } from "./WantedMesh.ts"

/** A cluster that gets no Mesh for a MeshDeployment, and why. */
export interface RefusedCluster {
  readonly cluster: string
  /** Name that the Mesh would have. */
  readonly mesh: string
  readonly verdict: Verdict
}

/** What all MeshDeployments and Meshes together wish. */
export interface ResolvedMeshes {
  /** Sorted by cluster and name. */
  readonly meshes: ReadonlyArray<WantedMesh>
  /** By `namespace/name` of the MeshDeployment, sorted by cluster. */
  readonly refusedClusters: ReadonlyMap<string, ReadonlyArray<RefusedCluster>>
  /** Meshes to write, with their records of removal, and finalizers. */
  readonly actions: ReadonlyArray<HubAction>
}

/** Decides which meshes shall exist, who wishes each, and which cannot be. */
export const resolveMeshes = (state: HubState): ResolvedMeshes => {
  const deployed = deployedMeshes(state)
  const candidates = [...deployed.meshes, ...ownMeshes(state)].sort(
    (a, b) => byText(a.cluster, b.cluster) || byText(a.name, b.name)
  )
  const refusals = refusalsOf(state, candidates)
  const meshes = candidates.map((mesh): WantedMesh => {
    const refused = mesh.removal === undefined ? (mesh.refused ?? refusals.get(names.meshKey(mesh))) : undefined
    return refused === mesh.refused ? mesh : { ...mesh, refused }
  })
  const refusedClusters = new Map<string, Array<RefusedCluster>>()
  for (const { deployment, ...refused } of deployed.refused.toSorted(byKey(({ cluster }) => cluster))) {
    const list = refusedClusters.get(deployment)
    if (list === undefined) refusedClusters.set(deployment, [refused])
    else list.push(refused)
  }
  return { meshes, refusedClusters, actions: meshActions(state, meshes) }
}
