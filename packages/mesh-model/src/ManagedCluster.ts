import * as Schema from "effect/Schema"
import { hostOf } from "./addresses.ts"
import { isTrue } from "./Condition.ts"
import { isDeleting, ObjectMeta } from "./ObjectMeta.ts"
import { ObservedConditions } from "./ObservedConditions.ts"

/** What we read of OCM's ManagedCluster. */
export const ManagedCluster = Schema.Struct({
  apiVersion: Schema.String,
  kind: Schema.Literal("ManagedCluster"),
  metadata: ObjectMeta,
  spec: Schema.optionalKey(
    Schema.Struct({
      hubAcceptsClient: Schema.optionalKey(Schema.Boolean),
      managedClusterClientConfigs: Schema.optionalKey(
        Schema.NullOr(Schema.Array(Schema.Struct({ url: Schema.optionalKey(Schema.String) })))
      )
    })
  ),
  status: Schema.optionalKey(Schema.Struct({ conditions: ObservedConditions }))
})
export type ManagedCluster = typeof ManagedCluster.Type

export const decodeManagedCluster = Schema.decodeUnknownEffect(ManagedCluster)

/** Hosts of the cluster's API server as it is reached from the hub, each as `hostOf` writes it. */
export const apiServersOf = ({ spec }: ManagedCluster): ReadonlyArray<string> =>
  (spec?.managedClusterClientConfigs ?? []).flatMap(({ url = "" }) =>
    URL.canParse(url) ? [hostOf(new URL(url).hostname)] : []
  )

/** Whether OCM sees the cluster alive. */
export const isClusterAvailable = (cluster: ManagedCluster): boolean =>
  !isDeleting(cluster) && isTrue(cluster.status?.conditions, "ManagedClusterConditionAvailable")
