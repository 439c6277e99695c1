import { type ClusterSnapshot, reportCluster } from "@multicluster-mesh/discovery"
import { type MeshAgent, type MeshAgentStatus, resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError, KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { fitReport } from "./fitReport.ts"
import { mergePatch } from "./mergePatch.ts"

const fieldManager = "multicluster-mesh-agent"

/** What this agent can do, for a hub that serves agents of several versions. */
const capabilities = ["ConfirmAbsence", "NamespaceContents"]

/** What the agent answers to `agent`, of which it took `snapshot`. */
export const statusOf = (agent: MeshAgent, snapshot: ClusterSnapshot, version: string): MeshAgentStatus => ({
  ...(agent.metadata.generation === undefined ? {} : { observedGeneration: agent.metadata.generation }),
  agentVersion: version,
  capabilities,
  report: fitReport(reportCluster(snapshot, agent.spec))
})

/**
 * Writes `status` where it differs from that of `received`, and returns the MeshAgent as the hub has it then;
 * undefined when there was nothing to write.
 */
export const reportToHub = (
  hub: KubeApi,
  received: KubeObject,
  status: MeshAgentStatus
): Effect.Effect<KubeObject | undefined, KubeError> => {
  const { name, namespace = "" } = received.metadata
  const patch = mergePatch(received["status"] ?? {}, status)
  return patch === undefined
    ? Effect.undefined
    : hub.patch(resources.meshAgents, { name, namespace }, { status: patch }, { subresource: "status", fieldManager })
}
