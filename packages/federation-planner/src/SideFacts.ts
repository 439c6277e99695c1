import {
  addressProblem,
  isSameJson,
  isTrue,
  names,
  type ControlPlaneReport,
  type PeeringSide
} from "@multicluster-mesh/mesh-model"
import type { HubState } from "./HubState.ts"
import { knowledgeOf } from "./Knowledge.ts"
import { makeMemo } from "./Memo.ts"
import { meshOf } from "./WantedPeering.ts"

/** What is known of the control plane of one side of a peering. What a side waits for reads on from "waits for". */
export type SideFacts =
  /** Nothing that was reported is a reason to act. */
  | { readonly _tag: "Unknown"; readonly because: string }
  /** There is none, or none of ours. */
  | { readonly _tag: "Missing"; readonly waitsFor: string }
  | {
      readonly _tag: "Found"
      readonly report: ControlPlaneReport
      /** Undefined when the control plane is ready. */
      readonly controlPlaneWaitsFor: string | undefined
      /** Undefined when the gateways towards the peer are ready. */
      readonly gatewaysWaitFor: string | undefined
      /** Where the peer reaches the ingress gateway; sorted, without what must not be told to another cluster. */
      readonly addresses: ReadonlyArray<string>
      /** Undefined when there are addresses. */
      readonly addressWaitsFor: string | undefined
    }

/** Reads what is known of `side`; `peer` is the other side. */
export const sideFacts = (state: HubState, side: PeeringSide, peer: PeeringSide): SideFacts =>
  facts(state, `${side.cluster}/${side.mesh} ${peer.cluster}/${peer.mesh}`, [side, peer], () =>
    readFacts(state, side, peer)
  )

const facts = makeMemo<SideFacts>(isSameJson)

const readFacts = (state: HubState, side: PeeringSide, peer: PeeringSide): SideFacts => {
  const mesh = names.meshKey(meshOf(side))
  const cluster = knowledgeOf(state, side.cluster)
  if (cluster.facts === undefined) {
    return { _tag: "Missing", waitsFor: `cluster ${side.cluster}, which is not managed any more` }
  }
  if (!cluster.available) {
    return { _tag: "Unknown", because: `cluster ${side.cluster} or its agent is not available` }
  }
  const known = cluster.controlPlane(side.namespace, side.controlPlane)
  if (known.state === "Unknown") {
    return { _tag: "Unknown", because: `the agent of cluster ${side.cluster} has not reported on control planes yet` }
  }
  if (known.state !== "Found") return { _tag: "Missing", waitsFor: `the control plane of ${mesh} to be there` }
  const { report } = known.found
  if (report.mark?.fleetId !== state.fleetId) {
    return {
      _tag: "Missing",
      waitsFor: `a control plane of ours: ${side.namespace}/${side.controlPlane} on ${side.cluster} was made by someone else`
    }
  }
  const { refused, usable } = addressesOf(report, side, peer)
  return {
    _tag: "Found",
    report,
    controlPlaneWaitsFor:
      report.current && !report.deleting && isTrue(report.conditions, "Ready")
        ? undefined
        : `the control plane of ${mesh} to be ready`,
    gatewaysWaitFor: gatewaysWaitFor(report, side, mesh),
    addresses: usable,
    addressWaitsFor: usable.length > 0 ? undefined : addressWaitsFor(refused, side, mesh)
  }
}

const gatewaysWaitFor = (report: ControlPlaneReport, side: PeeringSide, mesh: string): string | undefined => {
  const missing = [side.ingressGateway, side.egressGateway].find(
    (name) => !report.gateways.some((gateway) => gateway.name === name && gateway.ready)
  )
  return missing === undefined ? undefined : `gateway ${missing} of ${mesh} to be ready`
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

const addressWaitsFor = (refused: ReadonlyArray<string>, side: PeeringSide, mesh: string): string => {
  const [first] = refused
  return first === undefined
    ? `gateway ${side.ingressGateway} of ${mesh} to get an address from its load balancer`
    : `another address of gateway ${side.ingressGateway} of ${mesh}: ${first} ${addressProblem(first) ?? "is not usable"}`
}
