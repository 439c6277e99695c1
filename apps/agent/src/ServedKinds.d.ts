import { type ResourceType } from "@multicluster-mesh/mesh-model";
import type { KubeApi, KubeError, ServedKind } from "@multicluster-mesh/ocm-transport";
import * as Effect from "effect/Effect";
/** What the API server of the cluster serves, asked once per API version until something may have changed. */
export interface ServedKinds {
    readonly of: (apiVersion: string) => Effect.Effect<ReadonlyArray<ServedKind>, KubeError>;
    /** Asks again, whatever is remembered. */
    readonly ask: (apiVersion: string) => Effect.Effect<ReadonlyArray<ServedKind>, KubeError>;
    readonly forget: Effect.Effect<void>;
}
export declare const makeServedKinds: (api: KubeApi) => ServedKinds;
/** Whether `kinds` has `type`. */
export declare const hasKind: (kinds: ReadonlyArray<ServedKind>, type: {
    readonly kind: string;
}) => boolean;
/** Where the objects of a kind are, by what the API server says; undefined when it does not serve the kind. */
export declare const typeOfServed: (kinds: ReadonlyArray<ServedKind>, object: {
    readonly apiVersion: string;
    readonly kind: string;
}) => ResourceType | undefined;
//# sourceMappingURL=ServedKinds.d.ts.map