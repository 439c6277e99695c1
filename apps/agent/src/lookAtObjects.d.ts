import type { ObjectLook } from "@multicluster-mesh/discovery";
import { type MeshAgentSpec } from "@multicluster-mesh/mesh-model";
import type { KubeApi } from "@multicluster-mesh/ocm-transport";
import * as Effect from "effect/Effect";
import type { MarkedObjects } from "./ClusterWatch.ts";
import { type ServedKinds } from "./ServedKinds.ts";
/** Looks up objects by name and remembers what no watch covers: the unmarked and the absent ones. */
export interface ObjectLooks {
    /** What is known of the `asked` objects, and of all others that are marked. */
    readonly look: (asked: NonNullable<MeshAgentSpec["objects"]>, marked: MarkedObjects) => Effect.Effect<ReadonlyArray<ObjectLook>>;
    readonly forget: Effect.Effect<void>;
}
export declare const makeObjectLooks: (api: KubeApi, served: ServedKinds) => ObjectLooks;
//# sourceMappingURL=lookAtObjects.d.ts.map