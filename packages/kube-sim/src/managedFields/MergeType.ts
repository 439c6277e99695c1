import { isJsonArray, isJsonObject } from "../schema/json.ts"
import type { StructuralSchema } from "../schema/StructuralSchema.ts"

/**
 * How values at one place merge: by a schema, or deduced from the value where there is none. Deduced maps merge key by
 * key, deduced lists are atomic.
 *
 * Source: kube-openapi `pkg/schemaconv`; structured-merge-diff `__untyped_deduced_`.
 */
export interface MergeType {
  readonly schema: StructuralSchema | undefined
  /** `x-kubernetes-preserve-unknown-fields` reaches everything below it. */
  readonly keepsUnknown: boolean
}

export const mergeTypeOf = (schema: StructuralSchema | undefined, above?: MergeType): MergeType => ({
  schema,
  keepsUnknown: above?.keepsUnknown === true || schema?.["x-kubernetes-preserve-unknown-fields"] === true
})

/** What a value is for a merge: its kind decides how far one looks into it. */
export type MergeKind = "scalar" | "list" | "map"

/** The kind of a value; a null is of the kind that its schema says. */
export const kindOf = (type: MergeType, value: unknown): MergeKind => {
  if (isJsonArray(value)) return "list"
  if (isJsonObject(value)) return "map"
  if (value !== null) return "scalar"
  return type.schema?.type === "object" ? "map" : type.schema?.type === "array" ? "list" : "scalar"
}

/** Whether a list or map has one owner as a whole. */
export const isAtomic = (type: MergeType, kind: MergeKind): boolean => {
  if (kind === "list") return keysOf(type) === undefined
  return kind === "map" && type.schema?.["x-kubernetes-map-type"] === "atomic"
}

/** The keys by which items of a list are told apart: none (`[]`) in a set; `undefined` for an atomic list. */
export const keysOf = ({ schema }: MergeType): ReadonlyArray<string> | undefined => {
  if (schema?.["x-kubernetes-list-type"] === "map") return schema["x-kubernetes-list-map-keys"] ?? []
  return schema?.["x-kubernetes-list-type"] === "set" ? [] : undefined
}

export const itemTypeOf = (type: MergeType): MergeType => mergeTypeOf(type.schema?.items, type)

/** Whether `field` is one that the schema names, not a key of a map. */
export const isNamedField = ({ schema }: MergeType, field: string): boolean =>
  schema?.properties !== undefined && Object.hasOwn(schema.properties, field)

/** The type of a field; `undefined` for a field that the schema does not allow. */
export const fieldTypeOf = (type: MergeType, field: string): MergeType | undefined => {
  const { schema } = type
  if (isNamedField(type, field)) return mergeTypeOf(schema?.properties?.[field], type)
  if (typeof schema?.additionalProperties === "object") return mergeTypeOf(schema.additionalProperties, type)
  const hasFields = Object.keys(schema?.properties ?? {}).length > 0
  const isFree = type.keepsUnknown || schema?.additionalProperties === true || !hasFields
  return isFree ? mergeTypeOf(undefined, type) : undefined
}

/** As `fieldTypeOf`, for an object that is there already: what it holds beyond its schema is deduced. */
export const presentFieldTypeOf = (type: MergeType, field: string): MergeType =>
  fieldTypeOf(type, field) ?? mergeTypeOf(undefined, type)
