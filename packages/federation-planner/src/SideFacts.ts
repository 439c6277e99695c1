import { addressProblem, isTrue, names, type ControlPlaneReport, type PeeringSide } from "@multicluster-mesh/mesh-model"
import type { PeeringWorld } from "./peeringWorld.ts"
import { meshOf } from "./WantedPeering.ts"

/** What is known of the control plane of one side of a peering. */
export type SideFacts =
  /** Nothing that was reported is a reason to act. */
  | { readonly _tag: "Unknown"; readonly because: string }
  /** There is none, or none of ours. */
  | { readonly _tag: "Missing"; readonly because: string }
  | {
      readonly _tag: "Found"
      readonly report: ControlPlaneReport
      /** Why the control plane is not ready; undefined when it is. */
      readonly notReady: string | undefined
      /** Why the gateways towards the peer are not ready; undefined when they are. */
      readonly gatewaysNotReady: string | undefined
      /** Where the peer reaches the ingress gateway; sorted, without what must not be told to another cluster. */
      readonly addresses: ReadonlyArray<string>
      readonly noAddress: string | undefined
    }

/** Reads what is known of `side`; `peer` is the other side. */
export const sideFacts = (world: PeeringWorld, side: PeeringSide, peer: PeeringSide): SideFacts => {
  const mesh = names.meshKey(meshOf(side))
  const cluster = world.know(side.cluster)
  if (cluster.facts === undefined)
    return { _tag: "Missing", because: `Cluster ${side.cluster} is not managed any more.` }
  if (!cluster.available) {
    return {
      _tag: "Unknown",
      because: `Cluster ${side.cluster} or its agent does not answer; everything stays as it is until it does.`
    }
  }
  const known = cluster.controlPlane(side.namespace, side.controlPlane)
  if (known.state === "Unknown") {
    return { _tag: "Unknown", because: `The agent of cluster ${side.cluster} has not reported on control planes yet.` }
  }
  if (known.state !== "Found") return { _tag: "Missing", because: `The control plane of ${mesh} is not there yet.` }
  const { report } = known.found
  if (report.mark?.fleetId !== world.state.fleetId) {
    return {
      _tag: "Missing",
      because: `The control plane ${side.namespace}/${side.controlPlane} on ${side.cluster} is not ours.`
    }
  }
  const addresses = addressesOf(report, side, peer)
  return {
    _tag: "Found",
    report,
    notReady: notReady(report, mesh),
    gatewaysNotReady: gatewaysNotReady(report, side, mesh),
    addresses: addresses.usable,
    noAddress: addresses.usable.length > 0 ? undefined : noAddress(addresses.refused, side, mesh)
  }
}

const notReady = (report: ControlPlaneReport, mesh: string): string | undefined =>
  report.current && !report.deleting && isTrue(report.conditions, "Ready")
    ? undefined
    : `The control plane of ${mesh} is not ready yet.`

const gatewaysNotReady = (report: ControlPlaneReport, side: PeeringSide, mesh: string): string | undefined => {
  const missing = [side.ingressGateway, side.egressGateway].filter(
    (name) => !report.gateways.some((gateway) => gateway.name === name && gateway.ready)
  )
  return missing.length === 0 ? undefined : `Gateway ${missing.join(" and ")} of ${mesh} is not ready yet.`
}

const addressesOf = (report: ControlPlaneReport, side: PeeringSide, peer: PeeringSide) => {
  const reported = report.gateways
    .filter(({ direction, name }) => name === side.ingressGateway && direction === "Ingress")
    .flatMap(({ addresses }) => addresses)
  const isUsable = (address: string) =>
    addressProblem(address) === undefined || (side.cluster === peer.cluster && isOwnService(address, side))
  return {
    usable: [...new Set(reported.filter(isUsable))].sort(),
    refused: reported.filter((address) => !isUsable(address))
  }
}

/** Two meshes of one cluster reach each other by the gateway's Service. */
const isOwnService = (address: string, side: PeeringSide): boolean =>
  address === `${side.ingressGateway}.${side.namespace}.svc.cluster.local`

const noAddress = (refused: ReadonlyArray<string>, side: PeeringSide, mesh: string): string => {
  const [first] = refused
  return first === undefined
    ? `Gateway ${side.ingressGateway} of ${mesh} has no address yet: its load balancer has to get one.`
    : `Address ${first} of gateway ${side.ingressGateway} of ${mesh} ${addressProblem(first) ?? "is not usable"} and is not passed on.`
}
