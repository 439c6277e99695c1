import * as Schema from "effect/Schema"
import { isTrue } from "./Condition.ts"
import { isDeleting, ObjectMeta } from "./ObjectMeta.ts"
import { ObservedConditions } from "./ObservedConditions.ts"

/** What we read of OCM's ManagedCluster. */
export const ManagedCluster = Schema.Struct({
  apiVersion: Schema.String,
  kind: Schema.Literal("ManagedCluster"),
  metadata: ObjectMeta,
  spec: Schema.optionalKey(Schema.Struct({ hubAcceptsClient: Schema.optionalKey(Schema.Boolean) })),
  status: Schema.optionalKey(Schema.Struct({ conditions: ObservedConditions }))
})
export type ManagedCluster = typeof ManagedCluster.Type

export const decodeManagedCluster = Schema.decodeUnknownEffect(ManagedCluster)

/** Whether OCM sees the cluster alive. */
export const isClusterAvailable = (cluster: ManagedCluster): boolean =>
  !isDeleting(cluster) && isTrue(cluster.status?.conditions, "ManagedClusterConditionAvailable")
