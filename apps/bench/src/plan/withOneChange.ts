import type { ClusterFacts, FoundControlPlane, HubState } from "@multicluster-mesh/federation-planner"
import * as DateTime from "effect/DateTime"

/** `state` a second after the load balancers of one cluster got other addresses; all other objects are the very same. */
export const withOneChange = (state: HubState, change: number): HubState => {
  const cluster = state.clusters[(change * 997) % state.clusters.length]
  const agent = cluster?.agent
  const report = agent?.status?.report
  if (cluster === undefined || agent === undefined || report === undefined) return { ...state }
  const rename = (address: string): string => `moved-${change}.${address.split(".").slice(-3).join(".")}`
  const moved = <A extends FoundControlPlane["report"]>(controlPlane: A): A => ({
    ...controlPlane,
    gateways: controlPlane.gateways.map((gateway) => ({ ...gateway, addresses: gateway.addresses.map(rename) }))
  })
  const facts: ClusterFacts = {
    ...cluster,
    agent: {
      ...agent,
      status: { ...agent.status, report: { ...report, controlPlanes: report.controlPlanes.map(moved) } }
    }
  }
  return {
    ...state,
    now: DateTime.formatIso(DateTime.add(DateTime.makeUnsafe(state.now), { seconds: 1 })),
    clusters: state.clusters.map((one) => (one === cluster ? facts : one)),
    found: state.found.map((one) => (one.cluster === cluster.name ? { ...one, report: moved(one.report) } : one))
  }
}
