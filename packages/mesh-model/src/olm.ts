import * as Schema from "effect/Schema"
import { ObjectMeta } from "./ObjectMeta.ts"

/** What we read of Operator Lifecycle Manager's Subscription. */
export const Subscription = Schema.Struct({
  apiVersion: Schema.String,
  kind: Schema.Literal("Subscription"),
  metadata: ObjectMeta,
  spec: Schema.optionalKey(
    Schema.Struct({
      name: Schema.optionalKey(Schema.String),
      channel: Schema.optionalKey(Schema.String),
      source: Schema.optionalKey(Schema.String),
      sourceNamespace: Schema.optionalKey(Schema.String),
      installPlanApproval: Schema.optionalKey(Schema.String)
    })
  ),
  status: Schema.optionalKey(
    Schema.Struct({
      state: Schema.optionalKey(Schema.String),
      installedCSV: Schema.optionalKey(Schema.String),
      conditions: Schema.optionalKey(
        Schema.Array(
          Schema.Struct({
            type: Schema.String,
            status: Schema.String,
            reason: Schema.optionalKey(Schema.String),
            message: Schema.optionalKey(Schema.String)
          })
        )
      )
    })
  )
})
export type Subscription = typeof Subscription.Type

/** What we read of a ClusterServiceVersion: one installed version of an operator. */
export const ClusterServiceVersion = Schema.Struct({
  apiVersion: Schema.String,
  kind: Schema.Literal("ClusterServiceVersion"),
  metadata: ObjectMeta,
  status: Schema.optionalKey(
    Schema.Struct({
      phase: Schema.optionalKey(Schema.String),
      reason: Schema.optionalKey(Schema.String),
      message: Schema.optionalKey(Schema.String)
    })
  )
})
export type ClusterServiceVersion = typeof ClusterServiceVersion.Type
