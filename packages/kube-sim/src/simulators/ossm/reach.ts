import { meshKey, principalOf, type Gateway, type Mesh } from "./Mesh.ts"
import type { OssmWorld } from "./OssmWorld.ts"
import { discoveryPort, type PeerSpec, servicePort } from "./peerSpec.ts"

/** How a call of one mesh to a peer ends. */
export type Reached =
  | { readonly _tag: "Reached"; readonly mesh: Mesh; readonly peer: string }
  /** `status` is what istiod writes down. */
  | { readonly _tag: "Failed"; readonly status: string }

const failed = (status: string): Reached => ({ _tag: "Failed", status })
const unavailable = failed("503 Service Unavailable")
const forbidden = failed("403 Forbidden")

/**
 * Whether istiod of `mesh` gets through to the discovery service of its peer `name` (maistra/istio,
 * pkg/servicemesh/federation).
 */
export const reachDiscovery = (world: OssmWorld, mesh: Mesh, name: string): Reached => {
  const peer = mesh.istiod.peers.get(name)?.current
  if (peer === undefined) return unavailable
  const way = wayTo(world, mesh, name, peer, discoveryPort, peer.discoveryPort)
  if (way === undefined) return unavailable
  const { remote, gateway } = way
  // the ingress serves discovery for the peers that AddPeer saw with it
  const served = [...remote.istiod.peers].filter(([, known]) => known.first.ingress === gateway.name)
  if (served.length === 0) return failed("404 Not Found")
  const caller = principalOf(mesh, peer.egress)
  // one DENY policy per peer on the same ingress: two peers there block each other
  if (served.some(([, known]) => known.current.clientID !== caller)) return forbidden
  const [served0] = served
  return served0 === undefined ? forbidden : { _tag: "Reached", mesh: remote, peer: served0[0] }
}

/** Whether a request of `mesh` on the service port gets through to a service that peer `name` exports. */
export const reachServices = (world: OssmWorld, mesh: Mesh, name: string): Reached => {
  const peer = mesh.istiod.peers.get(name)?.current
  const discovery = reachDiscovery(world, mesh, name)
  if (peer === undefined || discovery._tag === "Failed") return discovery
  const way = wayTo(world, mesh, name, peer, servicePort, peer.servicePort)
  if (way === undefined || way.remote !== discovery.mesh) return unavailable
  const allowed = policiesOn(way.remote, way.gateway.name)
  const caller = principalOf(mesh, peer.egress)
  return allowed.some((client) => client !== caller) ? forbidden : discovery
}

/** All policies on an ingress, those of deleted peers too. */
const policiesOn = (mesh: Mesh, ingress: string): ReadonlyArray<string> =>
  [...mesh.istiod.exportPolicies].filter(([key]) => key.endsWith(` ${ingress}`)).map(([, client]) => client)

export const policyKey = (peer: string, ingress: string): string => `${peer} ${ingress}`

/** Who watches `mesh` under its peer `name`: the peers that got through. */
export const watchersOf = (world: OssmWorld, mesh: Mesh, name: string): ReadonlyArray<Mesh> =>
  [...world.meshes.values()].filter((other) =>
    [...other.istiod.connectedAt.keys()].some((peer) => {
      const reached = reachDiscovery(world, other, peer)
      return reached._tag === "Reached" && reached.mesh === mesh && reached.peer === name
    })
  )

/** The gateway at the other end, if the own egress leads there and both sides trust each other's certificates. */
const wayTo = (
  world: OssmWorld,
  mesh: Mesh,
  name: string,
  peer: PeerSpec,
  port: number,
  remotePort: number
): { readonly remote: Mesh; readonly gateway: Gateway } | undefined => {
  const egress = mesh.gateways.find((gateway) => gateway.name === peer.egress && gateway.direction === "Egress")
  if (egress === undefined || !egress.ready || !egress.ports.includes(port)) return undefined
  if (!egress.requestedNetworkView.includes(`network-${name}`)) return undefined
  for (const remote of world.meshes.values()) {
    for (const gateway of remote.gateways) {
      const answers = gateway.endpoints.some(
        (endpoint) =>
          peer.addresses.includes(endpoint.address) &&
          endpoint.portOf[port] === remotePort &&
          (!endpoint.localOnly || remote.cluster === mesh.cluster)
      )
      if (!answers || !gateway.ready || gateway.direction !== "Ingress" || meshKey(remote) === meshKey(mesh)) continue
      const trusted = trusts(mesh, peer.trustDomain, remote) && isTrustedBy(remote, mesh)
      return trusted ? { remote, gateway } : undefined
    }
  }
  return undefined
}

/** The peer's root is only loaded for a trust domain of its own. */
const trusts = (mesh: Mesh, trustDomain: string, remote: Mesh): boolean =>
  trustDomain === remote.trustDomain && rootFor(mesh, remote.trustDomain) === remote.root

const isTrustedBy = (remote: Mesh, mesh: Mesh): boolean => rootFor(remote, mesh.trustDomain) === mesh.root

const rootFor = (mesh: Mesh, trustDomain: string): string | undefined =>
  trustDomain === mesh.trustDomain ? mesh.root : mesh.istiod.roots.get(trustDomain)
