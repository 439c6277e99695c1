import { defaultOperator, isDeleting, isSameJson, keyOf, type Mesh, type Removal } from "@multicluster-mesh/mesh-model"
import { deploymentOf } from "./deployedMeshes.ts"
import type { HubState } from "./HubState.ts"
import { makeMemo } from "./Memo.ts"
import { sealed } from "./removalRecords.ts"
import type { WantedMesh } from "./WantedMesh.ts"

/** The meshes that people wish by writing a Mesh themselves: each is a MeshDeployment of one. */
export const ownMeshes = (state: HubState): ReadonlyArray<WantedMesh> =>
  state.meshes
    .filter(isOwnMesh)
    .map((existing) => wanted(state, keyOf(existing), [existing], () => wantedMesh(state, existing)))

const wanted = makeMemo<WantedMesh>(isSameJson)

const wantedMesh = (state: HubState, existing: Mesh): WantedMesh => {
  const { metadata, spec } = existing
  const removal = spec.removal ?? endOf(state, existing)
  return {
    cluster: metadata.namespace ?? "",
    name: metadata.name,
    mesh: { ...existing, spec: { ...spec, ...(removal === undefined ? {} : { removal }) } },
    existing,
    owner: { kind: "Mesh", key: keyOf(existing) },
    operator: defaultOperator,
    controlPlane: spec.controlPlane.name ?? metadata.name,
    namespace: spec.controlPlane.namespace,
    trustDomain: spec.trustDomain ?? `${metadata.name}.local`,
    removal,
    refused: undefined,
    heldBecause: undefined
  }
}

/** Whether a person wrote a Mesh to wish it: neither found by the hub nor made for a MeshDeployment. */
const isOwnMesh = (mesh: Mesh): boolean => mesh.spec.managementPolicy !== "Observe" && deploymentOf(mesh) === undefined

const endOf = (state: HubState, existing: Mesh): Removal | undefined =>
  isDeleting(existing)
    ? sealed(state.fleetId, existing, { since: state.now, policy: "Delete", gracePeriod: "0s" })
    : undefined
