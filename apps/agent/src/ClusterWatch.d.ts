import { type SnapshotKindName } from "@multicluster-mesh/discovery";
import { type ResourceType } from "@multicluster-mesh/mesh-model";
import type { Informer, KubeApi, KubeObject } from "@multicluster-mesh/ocm-transport";
import * as Effect from "effect/Effect";
/** The copy of one kind. It begins anew when the definition of the kind changes: an operator has brought it. */
export interface KindWatch {
    readonly type: ResourceType;
    readonly informer: Effect.Effect<Informer>;
}
/** Copies of what the agent watches on its cluster. */
export interface ClusterWatch {
    readonly snapshot: ReadonlyMap<SnapshotKindName, KindWatch>;
    /** The objects with the mark of the fleet, by metadata alone. */
    readonly marked: ReadonlyArray<KindWatch>;
}
/**
 * Watches the cluster while the scope lives. `onChange` runs at each change, `onNewKinds` when the kinds that are
 * served may have changed.
 */
export declare const watchCluster: (api: KubeApi, fleetId: string, onChange: Effect.Effect<void, never, never>, onNewKinds: Effect.Effect<void, never, never>) => Effect.Effect<ClusterWatch, never, import("effect/Scope").Scope>;
/** The objects with the mark of the fleet, as far as they are known. */
export interface MarkedObjects {
    readonly objects: ReadonlyArray<KubeObject>;
    /** Whether the copy of that kind may lack something. */
    readonly isBehind: (object: {
        readonly apiVersion: string;
        readonly kind: string;
    }) => boolean;
}
/** Reads the copies of marked objects that are in step with the API server. */
export declare const markedObjects: (watch: ClusterWatch) => Effect.Effect<MarkedObjects, never, never>;
//# sourceMappingURL=ClusterWatch.d.ts.map