import type { KubeApi, KubeError } from "@multicluster-mesh/ocm-transport"
import { addOnApis, type AddOnApiVersion } from "@multicluster-mesh/ocm-transport/addon"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import { ocmClusterCrds, ocmHubCrdsWith } from "../../crds/ocmCrds.ts"
import { installCrds } from "../installCrds.ts"
import { type ManagedClusters, runManagedClusters } from "./managedClusters.ts"
import { runWorkAgent, type WorkAgent, type WorkAgentDelays } from "./workAgent.ts"

export interface OcmOptions {
  readonly hub: KubeApi
  readonly clusters: ReadonlyArray<{ readonly name: string; readonly api: KubeApi }>
  /** The version of the add-on API that the hub serves; v1alpha1 when absent. */
  readonly addOnApi?: AddOnApiVersion
  readonly delays?: Partial<WorkAgentDelays>
}

/**
 * What tests do to a fleet. A cluster that is not available is cut off from its hub: its work agent does nothing. An
 * add-on that is installed comes back when it is deleted.
 */
export interface OcmSim extends ManagedClusters {}

/** Those of OCM's own defaults that matter here (open-cluster-management-io/ocm, pkg/work/spoke). */
export const ocmDelays: WorkAgentDelays = {
  reapply: Duration.minutes(4),
  statusSync: Duration.seconds(10),
  retry: Duration.millis(500),
  aggregation: Duration.millis(200),
  evictionGrace: Duration.minutes(60)
}

/** Plays Open Cluster Management for a hub and its managed clusters; ends with the scope. */
export const simulateOcm = Effect.fnUntraced(function* ({
  hub,
  clusters,
  addOnApi: version = "v1alpha1",
  delays: given
}: OcmOptions): Effect.fn.Return<OcmSim, KubeError, Scope> {
  const delays = { ...ocmDelays, ...given }
  yield* installCrds(hub, ocmHubCrdsWith(version), "cluster-manager")
  const managed = yield* runManagedClusters(
    hub,
    addOnApis[version],
    clusters.map(({ name }) => name),
    delays.retry
  )
  const agents = new Map<string, WorkAgent>()
  for (const { name, api } of clusters) {
    yield* installCrds(api, ocmClusterCrds, "klusterlet")
    agents.set(name, yield* runWorkAgent(hub, name, api, delays))
  }
  return {
    ...managed,
    setAvailable: (cluster, available) =>
      Effect.andThen(
        managed.setAvailable(cluster, available),
        agents.get(cluster)?.setConnected(available) ?? Effect.void
      )
  }
})
