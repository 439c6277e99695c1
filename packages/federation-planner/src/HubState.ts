import type {
  CertificateFacts,
  ControlPlaneReport,
  ManifestWork,
  Mesh,
  MeshAgent,
  MeshDeployment,
  MeshFederation,
  MeshPeering,
  MeshStatus
} from "@multicluster-mesh/mesh-model"

/** A managed cluster as OCM sees it. */
export interface ClusterFacts {
  readonly name: string
  /** Whether OCM sees the cluster alive. */
  readonly available: boolean
  readonly deleting: boolean
  /** Whether the add-on is there, if only until it has left, and its agent alive: without, what the agent last reported may be outdated. */
  readonly addOnAvailable: boolean
  /** Set where the add-on is not there, or is on its way off the cluster: nothing new begins there. */
  readonly addOn?: "Leaving" | "Missing"
  /**
   * Set where the agent is of another minor release than the hub controller: of the one before or after, with which it
   * works, or of one with which it does not.
   */
  readonly agentAge?: "Previous" | "Next" | "TooOld" | "TooNew"
  /** What was asked of the agent and what it answered; absent before the hub asked for the first time. */
  readonly agent: MeshAgent | undefined
}

/** The part of a Mesh's status that comes from its cluster. */
export type MeshFacts = Pick<
  MeshStatus,
  "version" | "chartVersion" | "controlPlane" | "readiness" | "members" | "trust" | "gateways"
>

/** A control plane that an agent reports, checked: bounded, about its own cluster, addresses and PEM well-formed. */
export interface FoundControlPlane {
  readonly cluster: string
  readonly report: ControlPlaneReport
  readonly facts: MeshFacts
  /** The Mesh that the hub makes for it when it belongs to no Mesh yet. */
  readonly discovered: Mesh
}

/** What a certificate in PEM is, or what is wrong with it. */
export type CertificateAnswer =
  | { readonly _tag: "Facts"; readonly facts: CertificateFacts }
  | { readonly _tag: "Unreadable"; readonly problem: string }

/** An object of ours that does not decode: it gets a verdict of its own and hides nothing else. */
export interface Malformed {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly problem: string
  /** Its uid, where it could be read: the object then says in its own status that it cannot be read. */
  readonly uid?: string | undefined
}

/** All that a plan depends on, as one value. Order has no meaning in any list. */
export interface HubState {
  readonly fleetId: string
  /** Namespace of the add-on on the hub: where MeshPeerings live. */
  readonly addonNamespace: string
  /** RFC 3339. Enters a plan only where a rule needs it: grace periods, expiry, the start of a removal. */
  readonly now: string
  readonly clusters: ReadonlyArray<ClusterFacts>
  readonly meshes: ReadonlyArray<Mesh>
  readonly deployments: ReadonlyArray<MeshDeployment>
  readonly federations: ReadonlyArray<MeshFederation>
  readonly peerings: ReadonlyArray<MeshPeering>
  /** The works with the mark of this fleet, as received from the API server. */
  readonly works: ReadonlyArray<ManifestWork>
  readonly found: ReadonlyArray<FoundControlPlane>
  /** By PEM text, for every root certificate in `found`. */
  readonly certificates: ReadonlyMap<string, CertificateAnswer>
  readonly malformed: ReadonlyArray<Malformed>
}
