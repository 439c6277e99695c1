import type { StructuralSchema } from "../StructuralSchema.ts"

/** The words in which the schemas of built-in kinds are written. */
export const text: StructuralSchema = { type: "string" }
export const flag: StructuralSchema = { type: "boolean" }
export const int32: StructuralSchema = { type: "integer", format: "int32" }
export const int64: StructuralSchema = { type: "integer", format: "int64" }
export const time: StructuralSchema = { type: "string", format: "date-time" }
/** A time to the microsecond, with all six digits. */
export const microTime: StructuralSchema = { type: "string", format: "micro-time" }
export const intOrString: StructuralSchema = { "x-kubernetes-int-or-string": true }
export const texts: StructuralSchema = { type: "array", items: text }
export const textMap: StructuralSchema = { type: "object", additionalProperties: text }

export const withDefault = (schema: StructuralSchema, value: unknown): StructuralSchema => ({
  ...schema,
  default: value
})
export const atomic = (schema: StructuralSchema): StructuralSchema => ({ ...schema, "x-kubernetes-map-type": "atomic" })
export const listOf = (items: StructuralSchema): StructuralSchema => ({ type: "array", items })

/** A struct that we know whole: other fields are unknown to it. */
export const structOf = (
  properties: Readonly<Record<string, StructuralSchema>>,
  required: ReadonlyArray<string> = []
): StructuralSchema => ({ type: "object", properties, ...(required.length === 0 ? {} : { required }) })

/** A struct of which we name the fields that we know; others are kept. */
export const partOf = (
  properties: Readonly<Record<string, StructuralSchema>>,
  required: ReadonlyArray<string> = []
): StructuralSchema => ({
  type: "object",
  properties,
  ...(required.length === 0 ? {} : { required }),
  "x-kubernetes-preserve-unknown-fields": true
})

/** A struct that we do not look into. */
export const anyObject: StructuralSchema = { type: "object", "x-kubernetes-preserve-unknown-fields": true }

export const mapList = (keys: ReadonlyArray<string>, items: StructuralSchema): StructuralSchema => ({
  type: "array",
  items,
  "x-kubernetes-list-type": "map",
  "x-kubernetes-list-map-keys": keys
})

/** An object with a spec, or with other fields, beside its metadata. */
export const kindSchema = (
  description: string,
  fields: Readonly<Record<string, StructuralSchema>>,
  required: ReadonlyArray<string> = []
): StructuralSchema => ({
  ...structOf({ apiVersion: text, kind: text, metadata: { type: "object" }, ...fields }, required),
  description
})

/** Conditions with the fields that all have, and those that only this kind's have. */
export const conditionsWith = (more: Readonly<Record<string, StructuralSchema>>): StructuralSchema =>
  mapList(
    ["type"],
    structOf({ type: text, status: text, reason: text, message: text, lastTransitionTime: time, ...more }, [
      "type",
      "status"
    ])
  )
export const labelSelector: StructuralSchema = atomic(
  structOf({
    matchLabels: textMap,
    matchExpressions: listOf(structOf({ key: text, operator: text, values: texts }, ["key", "operator"]))
  })
)
export const objectReference: StructuralSchema = atomic(
  structOf({
    apiVersion: text,
    kind: text,
    namespace: text,
    name: text,
    uid: text,
    resourceVersion: text,
    fieldPath: text
  })
)
export const localReference: StructuralSchema = atomic(structOf({ name: text }))
