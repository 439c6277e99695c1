import type { HubState } from "@multicluster-mesh/federation-planner"
import { clusterOf, deploymentOf, hubWith } from "@multicluster-mesh/federation-planner/testing"

/** A hub with these clusters, which the MeshDeployment `mesh` wishes a mesh for each; `given` comes on top. */
export const hubDeploying = (clusters: ReadonlyArray<string>, given: Partial<HubState> = {}): HubState =>
  hubWith({
    clusters: clusters.map((name) => clusterOf(name)),
    deployments: [deploymentOf("mesh", clusters)],
    ...given
  })
