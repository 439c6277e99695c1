import type { FederatedService, MeshKey, MeshPeering, PeeringSide } from "@multicluster-mesh/mesh-model"
import type { HubAction } from "./Plan.ts"

/** The two sides of a peering: `left` comes first by `cluster/name`. */
export type SideName = "left" | "right"
export const sideNames: ReadonlyArray<SideName> = ["left", "right"]

/** The other side. */
export const otherSide = (side: SideName): SideName => (side === "left" ? "right" : "left")

/** A pair of meshes that someone wants to federate, or whose removal is under way. */
export interface WantedPeering {
  /** The MeshPeering as it shall be on the hub. */
  readonly peering: MeshPeering
  /** As it is on the hub. Nothing is delivered before it is there: its names are fixed by then. */
  readonly existing: MeshPeering | undefined
  /** The MeshFederations that want it, or wanted it, each `namespace/name`, sorted. */
  readonly federations: ReadonlyArray<string>
  /** Why it stays as it is although no MeshFederation that we can read wants it. */
  readonly ownerMissing: string | undefined
  /** Sides of a removal of which nothing is left on their cluster. */
  readonly gone: ReadonlySet<SideName>
}

/** Why something cannot be, and what to do. */
export interface Refusal {
  readonly reason: string
  readonly message: string
}

/** A pair that one MeshFederation lists. */
export interface Pair {
  readonly left: MeshKey
  readonly right: MeshKey
  readonly refusal: Refusal | undefined
  /** The peering of the pair, whoever wanted it first. */
  readonly peering: WantedPeering | undefined
}

/** A service that one mesh offers to another, as one entry of one MeshFederation says. */
export interface ServiceOffer {
  /** The MeshFederation, `namespace/name`. */
  readonly federation: string
  readonly entry: string
  readonly exporter: MeshKey
  readonly importer: MeshKey
  readonly local: ServiceName
  /** What the peer sees. */
  readonly exported: ServiceName
  readonly importAs: "Remote" | "Local"
  /** Undefined while the pair is not federated at all. */
  readonly peering: WantedPeering | undefined
  /** The exporter's side of `peering`. */
  readonly side: SideName
  readonly refusal: Refusal | undefined
  /** What the import waits for before it can be wished at all: an answer of the importer's agent. */
  readonly unknown: string | undefined
}

/** A Service by namespace and name. */
export interface ServiceName {
  readonly namespace: string
  readonly name: string
}

/** `namespace/name`. */
export const serviceKey = (service: ServiceName): string => `${service.namespace}/${service.name}`

/** What all MeshFederations together wish. */
export interface ResolvedPeerings {
  /** Sorted by name; without those whose removal is finished. */
  readonly peerings: ReadonlyArray<WantedPeering>
  /** By `namespace/name` of the MeshFederation, sorted by pair. A federation that is being deleted has none. */
  readonly pairs: ReadonlyMap<string, ReadonlyArray<Pair>>
  readonly offers: ReadonlyArray<ServiceOffer>
  /** Entries of `services` that name no pair of their federation, by `namespace/name` of the federation. */
  readonly strayServices: ReadonlyMap<string, ReadonlyArray<FederatedService>>
  /** Finalizers, MeshPeerings with their records of removal, and those that are finished. */
  readonly actions: ReadonlyArray<HubAction>
}

/** Key of the unit that carries the objects of one side. */
export const sideUnitKey = (peering: MeshPeering, side: SideName): string => `peering/${peering.metadata.name}/${side}`

/** The mesh of one side. */
export const meshOf = (side: PeeringSide): MeshKey => ({ cluster: side.cluster, name: side.mesh })
