import * as Schema from "effect/Schema"

/** Conditions as others write them. */
export const ObservedConditions = Schema.optionalKey(
  Schema.Array(
    Schema.Struct({
      type: Schema.String,
      status: Schema.String,
      reason: Schema.optionalKey(Schema.String),
      message: Schema.optionalKey(Schema.String),
      lastTransitionTime: Schema.optionalKey(Schema.NullOr(Schema.String)),
      observedGeneration: Schema.optionalKey(Schema.Int)
    })
  )
)
