import { byText, identityOf, manifestsOf, resources, type KubeObject } from "@multicluster-mesh/mesh-model"
import * as Predicate from "effect/Predicate"
import type { HubState } from "./HubState.ts"
import { type ClusterKnowledge, knowledgeOf } from "./Knowledge.ts"
import { meshUnitKey, type WantedMesh } from "./WantedMesh.ts"
import { sideNames, sideUnitKey, type WantedPeering } from "./WantedPeering.ts"
import { stageOf, unitHash, worksOf } from "./works.ts"

/**
 * Why the control plane of a mesh must stay as it is, in words: it may have gateways that `controlPlane`, as it would be
 * delivered, lacks, for a peering that is on the cluster and not on the hub, because its MeshPeering was lost or is not
 * restored yet. What such a peering is made of names its unit, and not its gateways; without them the traffic of a peering
 * would end that nobody has ended.
 */
export const lostPeering = (
  state: HubState,
  mesh: WantedMesh,
  peerings: ReadonlyArray<WantedPeering>,
  controlPlane: KubeObject
): string | undefined => {
  const cluster = knowledgeOf(state, mesh.cluster)
  if (!mayLoseGateways(state, mesh, cluster, controlPlane)) return undefined
  const lost = unknownPeer(state, mesh, peerings, cluster)
  if (lost !== undefined) {
    return `the MeshPeering of ServiceMeshPeer ${mesh.namespace}/${lost}, which is on the cluster and carries our mark: create its MeshFederation again, or delete it if the peering shall go`
  }
  return cluster.complete("Objects") ? undefined : "the agent to say whether there is a peering that needs its gateways"
}

const mayLoseGateways = (
  state: HubState,
  mesh: WantedMesh,
  cluster: ClusterKnowledge,
  controlPlane: KubeObject
): boolean => {
  const works = worksOf(state, mesh.cluster, meshUnitKey(mesh))
  const carried = works.filter((work) => stageOf(work) === "control-plane").flatMap(manifestsOf)
  const wanted = new Set(gatewayNames(controlPlane))
  if (carried.length > 0) return carried.flatMap(gatewayNames).some((name) => !wanted.has(name))
  return cluster.object(identityOf(controlPlane)).state === "Present"
}

/** Names of the additional gateways of a control plane. */
const gatewayNames = ({ spec }: KubeObject): ReadonlyArray<string> => {
  const gateways = Predicate.isReadonlyObject(spec) ? spec["gateways"] : undefined
  if (!Predicate.isReadonlyObject(gateways)) return []
  return ["additionalIngress", "additionalEgress"].flatMap((field) => {
    const named = gateways[field]
    return Predicate.isReadonlyObject(named) ? Object.keys(named) : []
  })
}

/** The first ServiceMeshPeer of ours in the namespace of the mesh that belongs to none of its peerings on the hub. */
const unknownPeer = (
  state: HubState,
  mesh: WantedMesh,
  peerings: ReadonlyArray<WantedPeering>,
  { facts }: ClusterKnowledge
): string | undefined => {
  const units = new Set(
    peerings.flatMap(({ existing }) =>
      existing === undefined ? [] : sideNames.map((side) => unitHash(sideUnitKey(existing, side)))
    )
  )
  const [first] = (facts?.agent?.status?.report?.objects ?? [])
    .filter(
      ({ kind, mark, namespace, state: is }) =>
        kind === resources.serviceMeshPeers.kind &&
        namespace === mesh.namespace &&
        is === "Present" &&
        mark?.fleetId === state.fleetId &&
        !units.has(mark.unit)
    )
    .map(({ name }) => name)
    .sort(byText)
  return first
}
