import * as Schema from "effect/Schema"
import { isTrue } from "./Condition.ts"
import { isDeleting, ObjectMeta } from "./ObjectMeta.ts"

const ObservedConditions = Schema.optionalKey(
  Schema.Array(
    Schema.Struct({
      type: Schema.String,
      status: Schema.String,
      reason: Schema.optionalKey(Schema.String),
      message: Schema.optionalKey(Schema.String),
      observedGeneration: Schema.optionalKey(Schema.Int)
    })
  )
)

/** What we read of OCM's ManagedCluster. */
export const ManagedCluster = Schema.Struct({
  apiVersion: Schema.String,
  kind: Schema.Literal("ManagedCluster"),
  metadata: ObjectMeta,
  spec: Schema.optionalKey(Schema.Struct({ hubAcceptsClient: Schema.optionalKey(Schema.Boolean) })),
  status: Schema.optionalKey(Schema.Struct({ conditions: ObservedConditions }))
})
export type ManagedCluster = typeof ManagedCluster.Type

/** What we read of OCM's ManagedClusterAddOn: the presence and health of the agent on one cluster. */
export const ManagedClusterAddOn = Schema.Struct({
  apiVersion: Schema.String,
  kind: Schema.Literal("ManagedClusterAddOn"),
  metadata: ObjectMeta,
  status: Schema.optionalKey(Schema.Struct({ conditions: ObservedConditions }))
})
export type ManagedClusterAddOn = typeof ManagedClusterAddOn.Type

export const decodeManagedCluster = Schema.decodeUnknownEffect(ManagedCluster)
export const decodeManagedClusterAddOn = Schema.decodeUnknownEffect(ManagedClusterAddOn)

/** Whether OCM sees the cluster alive. */
export const isClusterAvailable = (cluster: ManagedCluster): boolean =>
  !isDeleting(cluster) && isTrue(cluster.status?.conditions, "ManagedClusterConditionAvailable")

/** Whether OCM sees the agent alive; without it, what the agent last reported may be outdated. */
export const isAddOnAvailable = (addOn: ManagedClusterAddOn): boolean => isTrue(addOn.status?.conditions, "Available")
