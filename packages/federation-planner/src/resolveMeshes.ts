import { byKey, byText, isSameJson, names, type Verdict } from "@multicluster-mesh/mesh-model"
import type { HubState } from "./HubState.ts"
import { meshActions } from "./meshActions.ts"
import type { HubAction } from "./Plan.ts"
import { isSameList } from "./isSame.ts"
import { makeMemo } from "./Memo.ts"
import { refusalOf } from "./rules/meshRules.ts"
import { deployedMeshes, type DeployedMeshes } from "./deployedMeshes.ts"
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
  const meshes = wantedMeshes(state)
  return {
    meshes,
    refusedClusters: allRefused(state, "", [], () => refusedClusters(deployedMeshes(state))),
    actions: meshActions(state, meshes)
  }
}

/** All meshes that shall exist or are being removed, sorted by cluster and name. */
export const wantedMeshes = (state: HubState): ReadonlyArray<WantedMesh> =>
  allMeshes(state, "", [], () => judgedMeshes(state))

const allMeshes = makeMemo<ReadonlyArray<WantedMesh>>(isSameList)
const allRefused = makeMemo<ResolvedMeshes["refusedClusters"]>()

const judgedMeshes = (state: HubState): ReadonlyArray<WantedMesh> => {
  const candidates = [...deployedMeshes(state).meshes, ...ownMeshes(state)].sort(
    (a, b) => byText(a.cluster, b.cluster) || byText(a.name, b.name)
  )
  const byNamespace = Map.groupBy(candidates, (mesh) => `${mesh.cluster}/${mesh.namespace}`)
  return candidates.map((mesh) => {
    const neighbours = byNamespace.get(`${mesh.cluster}/${mesh.namespace}`) ?? []
    return judged(state, names.meshKey(mesh), [mesh, ...neighbours], (): WantedMesh => {
      if (mesh.removal !== undefined) return mesh.refused === undefined ? mesh : { ...mesh, refused: undefined }
      const refused = mesh.refused ?? refusalOf(state, mesh, neighbours)
      return refused === mesh.refused ? mesh : { ...mesh, refused }
    })
  })
}

const judged = makeMemo<WantedMesh>(isSameJson)

const refusedClusters = ({ refused }: DeployedMeshes): ResolvedMeshes["refusedClusters"] => {
  const byDeployment = new Map<string, Array<RefusedCluster>>()
  for (const { deployment, ...one } of refused.toSorted(byKey(({ cluster }) => cluster))) {
    const list = byDeployment.get(deployment)
    if (list === undefined) byDeployment.set(deployment, [one])
    else list.push(one)
  }
  return byDeployment
}
