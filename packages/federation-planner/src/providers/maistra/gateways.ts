import { names, type MeshKey, type PeeringSide } from "@multicluster-mesh/mesh-model"
import { meshOf, sideNames, type WantedPeering } from "../../WantedPeering.ts"

/** Ports that istiod's generated configuration is made for; only what a peer sees of them may differ. */
export const discoveryPort = 8188
export const servicePort = 15443

/** The entries of `spec.gateways` of a control plane that serve its peerings. */
export interface PeeringGateways {
  readonly additionalIngress: Readonly<Record<string, unknown>>
  readonly additionalEgress: Readonly<Record<string, unknown>>
}

/**
 * Returns the gateways of `mesh` towards all its peers.
 *
 * A peering counts from the moment its names are fixed on the hub until nothing of its side is left on the mesh's
 * cluster: gateways are the first thing that a peering needs and the last that it gives back.
 */
export const gatewaysFor = (mesh: MeshKey, peerings: ReadonlyArray<WantedPeering>): PeeringGateways => {
  const sides = peerings
    .flatMap(({ existing, gone }) =>
      existing === undefined ? [] : sideNames.filter((name) => !gone.has(name)).map((name) => existing.spec[name])
    )
    .filter((side) => names.meshKey(meshOf(side)) === names.meshKey(mesh))
  return {
    additionalIngress: Object.fromEntries(sides.map((side) => [side.ingressGateway, ingressGateway(side)])),
    additionalEgress: Object.fromEntries(sides.map((side) => [side.egressGateway, egressGateway(side)]))
  }
}

/** Without `enabled: true` the operator skips an additional gateway and says nothing. */
const ingressGateway = (side: PeeringSide) => ({
  enabled: true,
  routerMode: "sni-dnat",
  service: {
    type: "LoadBalancer",
    metadata: { labels: { "federation.maistra.io/ingress-for": side.peerName } },
    ports: [
      { name: "tls", port: servicePort },
      { name: "https-discovery", port: discoveryPort }
    ]
  }
})

/** The egress gateway speaks http on the discovery port: it is the gateway that adds TLS. */
const egressGateway = (side: PeeringSide) => ({
  enabled: true,
  routerMode: "sni-dnat",
  requestedNetworkView: [`network-${side.peerName}`],
  service: {
    metadata: { labels: { "federation.maistra.io/egress-for": side.peerName } },
    ports: [
      { name: "tls", port: servicePort },
      { name: "http-discovery", port: discoveryPort }
    ]
  }
})
