import { hashOf } from "./hash.ts"

/**
 * Names of derived objects: stable, unique, short enough for where they end up. This is the only place that makes
 * them, and nothing takes them apart again: what a name is made of is kept in fields.
 */

const hashLength = 8

/** `name` where it fits into `max` characters; else its beginning and a hash of `identity`. */
const fitted = (name: string, max: number, identity: string): string =>
  name.length <= max ? name : hashed(name, max, identity)

const hashed = (name: string, max: number, identity: string): string =>
  `${name.slice(0, max - hashLength - 1).replace(/[-.]+$/u, "")}-${hashOf(identity, hashLength)}`

/**
 * The Mesh that the hub makes for a control plane that it has found.
 *
 * `<cluster>-<namespace>-<control plane>`, with a hash if and only if the control plane's name contains a dash or the
 * result is longer than 63: cluster and namespace may contain dashes as well, and `a-b` + `c` must not meet `a` + `b-c`.
 */
export const discoveredMeshName = (cluster: string, namespace: string, controlPlane: string): string => {
  const name = `${cluster}-${namespace}-${controlPlane}`
  return controlPlane.includes("-")
    ? otherDiscoveredMeshName(cluster, namespace, controlPlane)
    : fitted(name, 63, `${cluster}/${namespace}/${controlPlane}`)
}

/** The same where that name belongs to another mesh already: always with a hash. */
export const otherDiscoveredMeshName = (cluster: string, namespace: string, controlPlane: string): string => {
  const name = `${cluster}-${namespace}-${controlPlane}`
  return hashed(name, Math.min(63, name.length + hashLength + 1), `${cluster}/${namespace}/${controlPlane}`)
}

/** The Mesh that a MeshDeployment wishes on a cluster. */
export const deployedMeshName = (cluster: string, deployment: string): string =>
  fitted(`${cluster}-${deployment}`, 63, `${cluster}/${deployment}`)

/** One side of a pair: a mesh by its cluster and name. */
export interface MeshKey {
  readonly cluster: string
  readonly name: string
}

/** `cluster/name`: what people read, and what tells meshes apart. */
export const meshKey = (mesh: MeshKey): string => `${mesh.cluster}/${mesh.name}`

/** The MeshPeering of two meshes; the same whichever is named first. */
export const peeringName = (one: MeshKey, other: MeshKey): string => {
  const [left, right] = meshKey(one) < meshKey(other) ? [one, other] : [other, one]
  const identity = `${meshKey(left)}|${meshKey(right)}`
  return hashed(`${left.name}-${right.name}`, 63, identity)
}

/**
 * The name under which a mesh knows `peer`: its ServiceMeshPeer, export set and import set.
 *
 * At most 55 characters (`<peer>-imports` is one DNS label, `network-<peer>` a label value), and none of `taken`: the
 * local cluster's name and `Kubernetes` are registries of their own in OSSM, and two peers may have one name on two
 * clusters.
 */
export const peerName = (peer: MeshKey, taken: ReadonlySet<string>): string =>
  taken.has(peer.name.toLowerCase()) || peer.name.includes(".")
    ? hashed(peer.name.replaceAll(".", "-"), 55, meshKey(peer))
    : fitted(peer.name, 55, meshKey(peer))

/** The gateways of a mesh towards `peer`: `<gateway>.<namespace>` is a label value, so both fit into 63 together. */
export const gatewayNames = (
  peer: string,
  namespace: string
): { readonly ingress: string; readonly egress: string } => ({
  ingress: gatewayName(peer, "ingress", namespace),
  egress: gatewayName(peer, "egress", namespace)
})

const gatewayName = (peer: string, direction: string, namespace: string): string => {
  const budget = 63 - 1 - namespace.length - 1 - direction.length
  return `${fitted(peer, Math.max(budget, hashLength + 2), peer)}-${direction}`
}

/** The ServiceAccount that OSSM makes for a gateway. */
export const gatewayServiceAccount = (gateway: string): string => `${gateway}-service-account`

/** The ManifestWork of a unit's stage; `unit` is the unit in words. At most 120 characters: OCM prefixes 65. */
export const workName = (unit: string, stage: string): string =>
  `${fitted(`mesh-${unit.toLowerCase().replaceAll(/[^a-z0-9.]+/gu, "-")}`, 119 - stage.length, unit)}-${stage}`
