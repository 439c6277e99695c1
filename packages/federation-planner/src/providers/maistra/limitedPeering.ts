import {
  canonicalJson,
  labels,
  names,
  resources,
  type KubeObject,
  type ObjectIdentity,
  type PeeringSide,
  type ResourceType
} from "@multicluster-mesh/mesh-model"
import type { ServiceName } from "../../WantedPeering.ts"
import { discoveryPort, servicePort } from "./gateways.ts"

/** Key of the ConfigMap under which istiod looks for a peer's root. */
export const rootKey = "root-cert.pem"

const identity = (type: ResourceType, side: PeeringSide, name: string): ObjectIdentity => ({
  apiVersion: resources.apiVersionOf(type),
  kind: type.kind,
  namespace: side.namespace,
  name
})

/** The ConfigMap with the peer's root, under the name where istiod looks for it by itself. */
export const caIdentity = (side: PeeringSide): ObjectIdentity =>
  identity(resources.configMaps, side, `${side.peerName}-ca-root-cert`)
export const peerIdentity = (side: PeeringSide): ObjectIdentity =>
  identity(resources.serviceMeshPeers, side, side.peerName)
export const exportsIdentity = (side: PeeringSide): ObjectIdentity =>
  identity(resources.exportedServiceSets, side, side.peerName)
export const importsIdentity = (side: PeeringSide): ObjectIdentity =>
  identity(resources.importedServiceSets, side, side.peerName)

/** All that a side may have on its cluster. */
export const sideIdentities = (side: PeeringSide): ReadonlyArray<ObjectIdentity> => [
  caIdentity(side),
  peerIdentity(side),
  exportsIdentity(side),
  importsIdentity(side)
]

const objectOf = (
  { apiVersion, kind, name, namespace }: ObjectIdentity,
  fields: Record<string, unknown>
): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
  ...fields
})

/** The root of the peer. */
export const caConfigMap = (side: PeeringSide, pem: string): KubeObject =>
  objectOf(caIdentity(side), { data: { [rootKey]: pem } })

/** How a side reaches its peer and whom it lets in. */
export interface PeerConnection {
  /** Addresses of the peer's ingress gateway. */
  readonly addresses: ReadonlyArray<string>
  /** Fingerprint of the root in the ConfigMap. */
  readonly root: string
}

/**
 * The ServiceMeshPeer of `side` for `peer`.
 *
 * istiod does not watch the ConfigMap with the root; the annotation changes with the root, so that it reads it again.
 */
export const serviceMeshPeer = (
  side: PeeringSide,
  peer: PeeringSide,
  { addresses, root }: PeerConnection
): KubeObject => {
  const peerObject = objectOf(peerIdentity(side), {
    spec: {
      remote: { addresses, discoveryPort, servicePort },
      gateways: { ingress: { name: side.ingressGateway }, egress: { name: side.egressGateway } },
      security: {
        trustDomain: peer.trustDomain,
        clientID: clientIdOf(peer),
        certificateChain: { kind: "ConfigMap", name: caIdentity(side).name }
      }
    }
  })
  return {
    ...peerObject,
    metadata: { ...peerObject.metadata, annotations: { [labels.trustedRootAnnotation]: root } }
  }
}

/** The identity with which `peer` calls: that of its egress gateway. */
const clientIdOf = (peer: PeeringSide): string =>
  `${peer.trustDomain}/ns/${peer.namespace}/sa/${names.gatewayServiceAccount(peer.egressGateway)}`

/** A Service that is offered, and the name that the peer sees. */
export interface ExportRule {
  readonly local: ServiceName
  readonly exported: ServiceName
}

/** What a side offers to its peer; empty rules offer nothing. */
export const exportedServiceSet = (side: PeeringSide, rules: ReadonlyArray<ExportRule>): KubeObject =>
  objectOf(exportsIdentity(side), {
    spec: {
      exportRules: rules.map(({ exported, local }) => ({
        type: "NameSelector",
        nameSelector: {
          namespace: local.namespace,
          name: local.name,
          ...(exported.namespace === local.namespace && exported.name === local.name
            ? {}
            : { alias: { namespace: exported.namespace, name: exported.name } })
        }
      }))
    }
  })

/** A Service that a peer offers, by the name that it offers it under. */
export interface ImportRule {
  readonly exported: ServiceName
  readonly importAs: "Remote" | "Local"
}

/** What a side takes of its peer's offers. `importAsLocal` is skipped by istiod without a namespace in the alias. */
export const importedServiceSet = (side: PeeringSide, rules: ReadonlyArray<ImportRule>): KubeObject =>
  objectOf(importsIdentity(side), {
    spec: {
      importRules: rules.map(({ exported, importAs }) => ({
        type: "NameSelector",
        ...(importAs === "Local" ? { importAsLocal: true } : {}),
        nameSelector: {
          namespace: exported.namespace,
          name: exported.name,
          ...(importAs === "Local" ? { alias: { namespace: exported.namespace, name: exported.name } } : {})
        }
      }))
    }
  })

/** The name by which exporter and importer speak of an exported service; `peer` is the importer, as the exporter names it. */
export const exportedName = (exported: ServiceName, peer: string): string =>
  `${exported.name}.${exported.namespace}.svc.${peer}-exports.local`

/** The host under which the importer reaches an exported service; `peer` is the exporter, as the importer names it. */
export const importedHost = ({ exported, importAs }: ImportRule, peer: string): string =>
  importAs === "Local"
    ? `${exported.name}.${exported.namespace}.svc.cluster.local`
    : `${exported.name}.${exported.namespace}.svc.${peer}-imports.local`

/** The rules of a set, as text: two rules have one text if and only if they are the same. */
export const rulesOf = (set: KubeObject | undefined, rules: "exportRules" | "importRules"): ReadonlyArray<string> => {
  const spec = set?.["spec"]
  if (typeof spec !== "object" || spec === null) return []
  const list: unknown = Object.entries(spec).find(([key]) => key === rules)?.[1]
  return Array.isArray(list) ? list.map(canonicalJson) : []
}
