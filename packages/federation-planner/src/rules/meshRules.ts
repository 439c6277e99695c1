import { byText, clusterOf, isTrue, names, type Verdict } from "@multicluster-mesh/mesh-model"
import { noManagedCluster, refused } from "../conditions.ts"
import { ownsControlPlane } from "../discoveredMeshes.ts"
import type { HubState } from "../HubState.ts"
import { knowledgeOf, standingOf } from "../Knowledge.ts"
import { meshUnitKey, type WantedMesh } from "../WantedMesh.ts"
import { worksOf } from "../works.ts"

interface MeshFacts {
  readonly state: HubState
  readonly mesh: WantedMesh
  /** Meshes that are wished in the same namespace of the same cluster, this one included. */
  readonly neighbours: ReadonlyArray<WantedMesh>
}

type MeshRule = (facts: MeshFacts) => Verdict | undefined

const clusterMismatch: MeshRule = ({ mesh }) =>
  clusterOf(mesh.mesh.spec) === mesh.cluster
    ? undefined
    : refused(
        "ClusterMismatch",
        `a Mesh lives in the namespace of its cluster, and this one in ${mesh.cluster} names ${clusterOf(mesh.mesh.spec)}: delete it, and make it in namespace ${clusterOf(mesh.mesh.spec)}`
      )

const clusterNotFound: MeshRule = ({ mesh, state }) =>
  standingOf(state, mesh.cluster) === "Missing" ? refused("ClusterNotFound", noManagedCluster(mesh.cluster)) : undefined

const reservedNamespace: MeshRule = ({ mesh }) =>
  /^(kube|openshift|ibm)(-|$)/u.test(mesh.namespace)
    ? refused(
        "NamespaceReserved",
        `a control plane cannot be in ${mesh.namespace}, a namespace of the platform: choose another controlPlane.namespace`
      )
    : undefined

const reservedMember: MeshRule = ({ mesh }) => {
  const reserved = mesh.mesh.spec.meshMemberRoll?.filter((member) => /^(kube|openshift|ibm)(-|$)/u.test(member)) ?? []
  return reserved.length === 0
    ? undefined
    : refused(
        "MemberReserved",
        `namespaces of the platform cannot be in a mesh: take ${reserved.toSorted(byText).join(", ")} out of meshMemberRoll`
      )
}

const kialiNeedsPrometheus: MeshRule = ({ mesh }) => {
  const components = mesh.mesh.spec.controlPlane.components
  return components !== undefined && components.includes("kiali") && !components.includes("prometheus")
    ? refused("KialiNeedsPrometheus", "the component kiali needs prometheus: add prometheus, or take kiali out")
    : undefined
}

/** OSSM takes one control plane per namespace, the oldest. Who is there keeps it; among newcomers the first by name. */
const namespaceTaken: MeshRule = ({ mesh, neighbours, state }) => {
  if (isDelivered(state, mesh)) return undefined
  const found = knowledgeOf(state, mesh.cluster).controlPlanes.find(
    ({ report }) =>
      report.namespace === mesh.namespace && !(report.name === mesh.controlPlane && ownsControlPlane(state, mesh))
  )
  const taken = (by: string): Verdict =>
    refused(
      "NamespaceTaken",
      `a namespace holds one control plane, and ${mesh.namespace} on ${mesh.cluster} has ${by}: choose another controlPlane.namespace`
    )
  if (found !== undefined) return taken(`ServiceMeshControlPlane ${found.report.name} already`)
  const first = neighbours
    .toSorted((a, b) => rank(state, a) - rank(state, b) || byText(names.meshKey(a), names.meshKey(b)))
    .at(0)
  return first === undefined || first.name === mesh.name ? undefined : taken(`that of Mesh ${names.meshKey(first)}`)
}

/** In the order in which a person reads them: where, then what. */
const rules: ReadonlyArray<MeshRule> = [
  clusterMismatch,
  clusterNotFound,
  reservedNamespace,
  reservedMember,
  kialiNeedsPrometheus,
  namespaceTaken
]

/** Why a mesh cannot be; the first rule that refuses it speaks. */
export const refusalOf = (
  state: HubState,
  mesh: WantedMesh,
  neighbours: ReadonlyArray<WantedMesh>
): Verdict | undefined => {
  for (const rule of rules) {
    const refusal = rule({ state, mesh, neighbours })
    if (refusal !== undefined) return refusal
  }
  return undefined
}

const isDelivered = (state: HubState, mesh: WantedMesh): boolean =>
  worksOf(state, mesh.cluster, meshUnitKey(mesh)).length > 0

/** Who is there comes first: by what is delivered, then by what was accepted, then by what is on the hub. */
const rank = (state: HubState, mesh: WantedMesh): number => {
  if (isDelivered(state, mesh)) return 0
  if (isTrue(mesh.existing?.status?.conditions, "Accepted")) return 1
  return mesh.existing === undefined ? 3 : 2
}
