import type { KubeApi, Readiness } from "@multicluster-mesh/ocm-transport";
import * as Duration from "effect/Duration";
import * as Effect from "effect/Effect";
import type { Scope } from "effect/Scope";
export interface AgentOptions {
    readonly hub: KubeApi;
    /** The cluster that the agent runs on. */
    readonly local: KubeApi;
    /** Name of the cluster, and so of its namespace on the hub. */
    readonly cluster: string;
    readonly version?: string;
    /** How often it looks again at what no watch covers; 30 s when absent. */
    readonly resync?: Duration.Input;
    /** Learns, whenever that changes, whether the agent does its work. */
    readonly onReadiness?: (readiness: Readiness) => Effect.Effect<void>;
}
/**
 * Answers the MeshAgent of the cluster: looks at the cluster whenever something in it or in the question changes, and
 * writes what it found where that differs from what the hub has. Failed calls are repeated for as long as it runs.
 */
export declare const runAgent: (options: AgentOptions) => Effect.Effect<never, never, Scope>;
//# sourceMappingURL=runAgent.d.ts.map