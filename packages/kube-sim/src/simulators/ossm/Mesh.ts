import type { PeerSpec } from "./peerSpec.ts"

/** A gateway of one mesh towards other meshes, as the network sees it. */
export interface Gateway {
  readonly name: string
  readonly direction: "Ingress" | "Egress"
  /** Whether its pods run. */
  readonly ready: boolean
  /** Ports on which it listens. */
  readonly ports: ReadonlyArray<number>
  /** Where it answers, from inside and outside its cluster. */
  readonly endpoints: ReadonlyArray<Endpoint>
  readonly requestedNetworkView: ReadonlyArray<string>
}

export interface Endpoint {
  readonly address: string
  /** The port to call there for each port on which the gateway listens. */
  readonly portOf: Readonly<Record<number, number>>
  /** Only callers in the same cluster reach it. */
  readonly localOnly: boolean
}

/** A Service that a mesh offers to one of its peers. */
export interface ExportedService {
  readonly namespace: string
  readonly name: string
  /** After the exporter's alias. */
  readonly exportedNamespace: string
  readonly exportedAs: string
  readonly exportedName: string
}

/** What istiod holds in memory, and loses when its pods restart (maistra/istio, pkg/servicemesh/federation/server). */
export interface Istiod {
  readonly pods: ReadonlyArray<string>
  /** `first` is what AddPeer saw and never looks at again; `current` is the object as it is. */
  readonly peers: Map<string, { readonly first: PeerSpec; readonly current: PeerSpec }>
  /** Roots by trust domain; a deleted peer leaves its root behind. */
  readonly roots: Map<string, string>
  /** The client that may use port 15443, by peer and ingress: set once, never changed or deleted. */
  readonly exportPolicies: Map<string, string>
  readonly exported: Map<string, ReadonlyArray<ExportedService>>
  /** The `spec` of the import sets as they were last loaded. */
  readonly importRules: Map<string, unknown>
  /** When the watch of a peer was established, in milliseconds. */
  readonly connectedAt: Map<string, number>
}

/** One running control plane. */
export interface Mesh {
  readonly cluster: string
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly trustDomain: string
  /** `spec.cluster.name`: the name of its own registry. */
  readonly clusterName: string
  readonly root: string
  readonly members: ReadonlyArray<string>
  readonly gateways: ReadonlyArray<Gateway>
  readonly istiod: Istiod
}

export const meshKey = (mesh: {
  readonly cluster: string
  readonly namespace: string
  readonly name: string
}): string => `${mesh.cluster}/${mesh.namespace}/${mesh.name}`

export const freshIstiod = (pods: ReadonlyArray<string>): Istiod => ({
  pods,
  peers: new Map(),
  roots: new Map(),
  exportPolicies: new Map(),
  exported: new Map(),
  importRules: new Map(),
  connectedAt: new Map()
})

/** The SPIFFE identity of a gateway, without `spiffe://`. */
export const principalOf = (mesh: Mesh, gateway: string): string =>
  `${mesh.trustDomain}/ns/${mesh.namespace}/sa/${gateway}-service-account`
