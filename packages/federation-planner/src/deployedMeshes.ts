import {
  byKey,
  byText,
  defaultOperator,
  isDeleting,
  isSameJson,
  keyOf,
  labels,
  names,
  type Mesh,
  type MeshDeployment,
  type MeshSpec,
  type Operator,
  type Removal,
  type Verdict
} from "@multicluster-mesh/mesh-model"
import { noManagedCluster, refused } from "./conditions.ts"
import type { HubState } from "./HubState.ts"
import { standingOf } from "./Knowledge.ts"
import { makeMemo } from "./Memo.ts"
import { sealed } from "./removalRecords.ts"
import type { RefusedCluster } from "./resolveMeshes.ts"
import type { WantedMesh } from "./WantedMesh.ts"

/** The meshes of all MeshDeployments: wished ones, and made ones whose wish has ended or cannot be read. */
export interface DeployedMeshes {
  readonly meshes: ReadonlyArray<WantedMesh>
  readonly refused: ReadonlyArray<RefusedCluster & { readonly deployment: string }>
}

/**
 * Decides over all MeshDeployments.
 *
 * A Mesh that was made for a deployment stays until that very deployment, readable, does not list its cluster any
 * more or is being deleted: then it gets its record of removal, which is never taken back. A cluster that returns to
 * the list meanwhile gets a new mesh once the old one is gone.
 */
export const deployedMeshes = (state: HubState): DeployedMeshes => all(state, "", [], () => decideAll(state))

const all = makeMemo<DeployedMeshes>()

const decideAll = (state: HubState): DeployedMeshes => {
  const onHub = new Map(state.meshes.map((mesh) => [keyOf(mesh), mesh]))
  const meshes = new Map<string, WantedMesh>()
  const refusals: Array<RefusedCluster & { readonly deployment: string }> = []
  const deployments = state.deployments.toSorted(byKey(keyOf))

  for (const deployment of deployments) {
    for (const cluster of [...new Set(deployment.spec.clusters)].sort(byText)) {
      if (isDeleting(deployment)) continue
      const key = keyOf(deployment)
      const name = names.deployedMeshName(cluster, deployment.metadata.name)
      const existing = onHub.get(`${cluster}/${name}`)
      const verdict = refusalOf(state, key, cluster, name, existing) ?? takenBy(meshes.get(`${cluster}/${name}`), key)
      if (verdict === undefined) {
        const wished = wishedOnce(state, `${cluster}/${name}`, [deployment, existing], () =>
          wishedMesh(deployment, cluster, name, existing)
        )
        meshes.set(`${cluster}/${name}`, wished)
      } else refusals.push({ deployment: key, cluster, mesh: name, verdict })
    }
  }

  const byDeployment = new Map(deployments.map((deployment) => [keyOf(deployment), deployment]))
  for (const existing of state.meshes) {
    const owner = deploymentOf(existing)
    if (owner === undefined || meshes.has(keyOf(existing))) continue
    if (standingOf(state, existing.metadata.namespace ?? "") === "Missing") continue
    const deployment = byDeployment.get(owner)
    const mesh = keptOnce(state, keyOf(existing), [existing, deployment], () =>
      keptMesh(existing, owner, deployment?.spec.operator, endOf(state, existing, owner, deployment))
    )
    meshes.set(keyOf(existing), mesh)
  }
  return { meshes: [...meshes.values()], refused: refusals }
}

const wishedOnce = makeMemo<WantedMesh>(isSameJson)
const keptOnce = makeMemo<WantedMesh>(isSameJson)

/** The MeshDeployment, `namespace/name`, for which the hub made a Mesh; undefined for every other Mesh. */
export const deploymentOf = (mesh: Mesh): string | undefined =>
  mesh.spec.managementPolicy === "Observe" ? undefined : mesh.metadata.annotations?.[labels.deploymentAnnotation]

/** The spec of a deployment's Mesh. Name and trust domain are written out: peers rely on them for good. */
const specOf = ({ metadata, spec }: MeshDeployment, cluster: string, name: string): MeshSpec => ({
  cluster,
  controlPlane: { ...spec.controlPlane, name: spec.controlPlane.name ?? metadata.name },
  ...(spec.meshMemberRoll === undefined ? {} : { meshMemberRoll: spec.meshMemberRoll }),
  meshProvider: spec.meshProvider,
  trustDomain: `${name}.local`
})

const wishedMesh = (
  deployment: MeshDeployment,
  cluster: string,
  name: string,
  existing: Mesh | undefined
): WantedMesh => {
  const owner = keyOf(deployment)
  const wished = specOf(deployment, cluster, name)
  const frozen = existing === undefined ? undefined : frozenField(existing.spec, wished)
  const removal = existing?.spec.removal
  const spec = existing !== undefined && (removal !== undefined || frozen !== undefined) ? existing.spec : wished
  return {
    ...wantedMesh(meshObject(cluster, name, owner, spec), existing, owner, deployment.spec.operator, removal),
    refused:
      frozen === undefined
        ? undefined
        : refused(
            "ImmutableField",
            `${frozen} of a mesh that is there cannot be changed: undo the change, or give the MeshDeployment another name`
          )
  }
}

const keptMesh = (
  existing: Mesh,
  owner: string,
  operator: Operator | undefined,
  end: { readonly removal: Removal | undefined; readonly heldBecause: string | undefined }
): WantedMesh => {
  const removal = existing.spec.removal ?? end.removal
  const { metadata, spec } = existing
  const object = meshObject(metadata.namespace ?? "", metadata.name, owner, {
    ...spec,
    ...(removal === undefined ? {} : { removal })
  })
  return {
    ...wantedMesh(object, existing, owner, operator, removal),
    heldBecause: removal === undefined ? end.heldBecause : undefined
  }
}

/** Why a Mesh whose cluster is not listed now is nevertheless kept, or the record of its end. */
const endOf = (state: HubState, existing: Mesh, owner: string, deployment: MeshDeployment | undefined) => {
  if (deployment === undefined) {
    const unreadable = state.malformed.some(
      ({ kind, name, namespace }) => kind === "MeshDeployment" && `${namespace}/${name}` === owner
    )
    return {
      removal: undefined,
      heldBecause: unreadable
        ? `MeshDeployment ${owner} cannot be read: correct it; until then nothing changes`
        : `MeshDeployment ${owner} is gone without a trace of its deletion: create it again, and delete it if the mesh shall go`
    }
  }
  const removal: Removal = isDeleting(deployment)
    ? { since: state.now, policy: deployment.spec.deletionPolicy, gracePeriod: "0s" }
    : { since: state.now, policy: "Delete", gracePeriod: deployment.spec.removalGracePeriod }
  return { removal: sealed(state.fleetId, existing, removal), heldBecause: undefined }
}

const wantedMesh = (
  mesh: Mesh,
  existing: Mesh | undefined,
  owner: string,
  operator: Operator | undefined,
  removal: Removal | undefined
): WantedMesh => ({
  cluster: mesh.metadata.namespace ?? "",
  name: mesh.metadata.name,
  mesh,
  existing,
  owner: { kind: "MeshDeployment", key: owner },
  operator: operator ?? defaultOperator,
  controlPlane: mesh.spec.controlPlane.name ?? mesh.metadata.name,
  namespace: mesh.spec.controlPlane.namespace,
  trustDomain: mesh.spec.trustDomain ?? `${mesh.metadata.name}.local`,
  removal,
  refused: undefined,
  heldBecause: undefined
})

const meshObject = (cluster: string, name: string, owner: string, spec: MeshSpec): Mesh => ({
  apiVersion: labels.apiVersion,
  kind: "Mesh",
  metadata: { name, namespace: cluster, annotations: { [labels.deploymentAnnotation]: owner } },
  spec
})

/** The first identity field in which a wish differs from what is there. */
const frozenField = (existing: MeshSpec, wished: MeshSpec): string | undefined => {
  if (existing.controlPlane.namespace !== wished.controlPlane.namespace) return "controlPlane.namespace"
  if (existing.controlPlane.name !== wished.controlPlane.name) return "controlPlane.name"
  return existing.meshProvider === wished.meshProvider ? undefined : "meshProvider"
}

const refusalOf = (
  state: HubState,
  deployment: string,
  cluster: string,
  name: string,
  existing: Mesh | undefined
): Verdict | undefined => {
  const standing = standingOf(state, cluster)
  if (standing === "Missing") {
    return refused("ClusterNotFound", noManagedCluster(cluster))
  }
  if (standing === "Detaching" && existing === undefined) {
    return refused("ClusterDetaching", `the cluster ${cluster} is being detached`)
  }
  const unreadable = state.malformed.find(
    (one) => one.kind === "Mesh" && one.namespace === cluster && one.name === name
  )
  if (unreadable !== undefined) {
    return refused("Unreadable", `Mesh ${cluster}/${name} cannot be read: ${unreadable.problem}`)
  }
  if (existing === undefined || deploymentOf(existing) === deployment) return undefined
  const other = deploymentOf(existing)
  const whose =
    other !== undefined
      ? `was made for MeshDeployment ${other}`
      : existing.spec.managementPolicy === "Observe"
        ? "is a mesh that was found there"
        : "was written by someone else"
  return refused("NameTaken", `Mesh ${cluster}/${name} ${whose}: give the MeshDeployment another name`)
}

const takenBy = (other: WantedMesh | undefined, deployment: string): Verdict | undefined =>
  other === undefined || other.owner.key === deployment
    ? undefined
    : refused(
        "NameTaken",
        `MeshDeployment ${other.owner.key} wishes Mesh ${other.cluster}/${other.name} as well: give this one another name`
      )
