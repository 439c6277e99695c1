import {
  names,
  type Mesh,
  type MeshKey,
  type Operator,
  type Removal,
  type Verdict
} from "@multicluster-mesh/mesh-model"

/** A mesh that someone wishes, or whose removal is under way. Discovered meshes are none. */
export interface WantedMesh {
  readonly cluster: string
  readonly name: string
  /** The Mesh as it shall be on the hub. */
  readonly mesh: Mesh
  /** The Mesh as it is on the hub; undefined before it is made. */
  readonly existing: Mesh | undefined
  /** Who wishes it: a MeshDeployment, or a person by the Mesh itself. `key` is `namespace/name`. */
  readonly owner: { readonly kind: "MeshDeployment" | "Mesh"; readonly key: string }
  readonly operator: Operator
  /** Name of its ServiceMeshControlPlane. */
  readonly controlPlane: string
  readonly namespace: string
  readonly trustDomain: string
  /** The record that it is being removed, as it is on the hub or is to be written now. */
  readonly removal: Removal | undefined
  /** Why it cannot be; nothing of it is delivered for the first time. */
  readonly refused: Verdict | undefined
  /** Why its unit must stay as it is: the owner is missing or unreadable. */
  readonly heldBecause: string | undefined
}

/** Key of the unit that carries a mesh's objects. */
export const meshUnitKey = (mesh: MeshKey): string => `mesh/${names.meshKey(mesh)}`
