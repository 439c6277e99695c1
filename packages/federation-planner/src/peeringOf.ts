import { labels, names, type MeshKey, type MeshPeering, type PeeringSide } from "@multicluster-mesh/mesh-model"
import type { HubState } from "./HubState.ts"
import { knowledgeOf } from "./Knowledge.ts"
import type { WantedMesh } from "./WantedMesh.ts"

/** Names that a mesh gives to its peers already, in lower case, by `cluster/name` of the mesh. */
export type TakenNames = Map<string, Set<string>>

/**
 * OSSM's registry of a mesh's own services has the name of the cluster, which is `Kubernetes` unless the control
 * plane says otherwise; a peer of that name is refused.
 */
const ownRegistry = "kubernetes"

/**
 * Makes the MeshPeering of two meshes and fixes their names for each other.
 *
 * Adds the names to `taken`, so that the next peering of either mesh gets others.
 */
export const peeringOf = (state: HubState, left: WantedMesh, right: WantedMesh, taken: TakenNames): MeshPeering => ({
  apiVersion: labels.apiVersion,
  kind: "MeshPeering",
  metadata: { name: names.peeringName(left, right), namespace: state.addonNamespace },
  spec: {
    meshProvider: left.mesh.spec.meshProvider,
    trustType: "Limited",
    left: sideOf(state, left, right, taken),
    right: sideOf(state, right, left, taken)
  }
})

const sideOf = (state: HubState, mesh: WantedMesh, peer: MeshKey, taken: TakenNames): PeeringSide => {
  const known = knowledgeOf(state, mesh.cluster).controlPlane(mesh.namespace, mesh.controlPlane)
  const registry = known.state === "Found" ? known.found.report.clusterName : undefined
  const used = taken.get(names.meshKey(mesh)) ?? new Set()
  const peerName = names.peerName(
    { cluster: peer.cluster, name: peer.name },
    new Set([...used, ownRegistry, ...(registry === undefined ? [] : [registry.toLowerCase()])])
  )
  taken.set(names.meshKey(mesh), new Set([...used, peerName]))
  const { ingress, egress } = names.gatewayNames(peerName, mesh.namespace)
  return {
    cluster: mesh.cluster,
    mesh: mesh.name,
    namespace: mesh.namespace,
    controlPlane: mesh.controlPlane,
    trustDomain: mesh.trustDomain,
    peerName,
    ingressGateway: ingress,
    egressGateway: egress
  }
}
