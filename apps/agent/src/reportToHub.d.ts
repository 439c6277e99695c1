import { type ClusterSnapshot } from "@multicluster-mesh/discovery";
import { type MeshAgent, type MeshAgentStatus } from "@multicluster-mesh/mesh-model";
import type { KubeApi, KubeError, KubeObject } from "@multicluster-mesh/ocm-transport";
import * as Effect from "effect/Effect";
/** What the agent answers to `agent`, of which it took `snapshot`. */
export declare const statusOf: (agent: MeshAgent, snapshot: ClusterSnapshot, version: string) => MeshAgentStatus;
/**
 * Writes `status` where it differs from that of `received`, and returns the MeshAgent as the hub has it then;
 * undefined when there was nothing to write.
 */
export declare const reportToHub: (hub: KubeApi, received: KubeObject, status: MeshAgentStatus) => Effect.Effect<KubeObject | undefined, KubeError>;
//# sourceMappingURL=reportToHub.d.ts.map