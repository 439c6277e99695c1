import { type ClusterSnapshot } from "@multicluster-mesh/discovery";
import { type MeshAgentSpec } from "@multicluster-mesh/mesh-model";
import type { KubeApi } from "@multicluster-mesh/ocm-transport";
import * as Effect from "effect/Effect";
import { type ClusterWatch } from "./ClusterWatch.ts";
/** Reads the cluster as one value. */
export interface SnapshotReader {
    readonly read: (watch: ClusterWatch, asked: MeshAgentSpec) => Effect.Effect<ClusterSnapshot>;
    /** What no watch covers is read anew the next time. */
    readonly forget: Effect.Effect<void>;
    readonly forgetKinds: Effect.Effect<void>;
}
export declare const makeSnapshotReader: (api: KubeApi) => SnapshotReader;
//# sourceMappingURL=readSnapshot.d.ts.map