import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { numberAt, textAt, textsAt } from "../fields.ts"

/** What istiod takes from a ServiceMeshPeer (maistra/istio, pkg/servicemesh/federation). */
export interface PeerSpec {
  readonly addresses: ReadonlyArray<string>
  readonly discoveryPort: number
  readonly servicePort: number
  readonly ingress: string
  readonly egress: string
  readonly trustDomain: string
  readonly clientID: string
  readonly certificateKind: string
  readonly certificateName: string
}

export const discoveryPort = 8188
export const servicePort = 15443

export const peerSpec = (peer: KubeObject): PeerSpec => ({
  addresses: textsAt(peer, "spec", "remote", "addresses"),
  discoveryPort: numberAt(peer, "spec", "remote", "discoveryPort") || discoveryPort,
  servicePort: numberAt(peer, "spec", "remote", "servicePort") || servicePort,
  ingress: textAt(peer, "spec", "gateways", "ingress", "name") ?? "",
  egress: textAt(peer, "spec", "gateways", "egress", "name") ?? "",
  trustDomain: textAt(peer, "spec", "security", "trustDomain") ?? "",
  clientID: textAt(peer, "spec", "security", "clientID") ?? "",
  certificateKind: textAt(peer, "spec", "security", "certificateChain", "kind") ?? "",
  certificateName: textAt(peer, "spec", "security", "certificateChain", "name") ?? `${peer.metadata.name}-ca-root-cert`
})
