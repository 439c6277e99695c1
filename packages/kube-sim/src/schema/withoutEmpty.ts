import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { isJsonArray, isJsonObject, type JsonObject } from "./json.ts"
import { fieldSchema, type StructuralSchema } from "./StructuralSchema.ts"

/** Lists that a Go struct does not leave out when they are empty: they are null. */
const keptAsNull = new Set(["rules"])

/**
 * Drops from an object of a built-in kind the empty maps and lists that its schema names: on their way through Go they
 * cannot be told from absent ones. Structs stay, also empty ones; so do empty texts, which some kinds keep apart.
 */
export const withoutEmpty = (schema: StructuralSchema, object: KubeObject): KubeObject => {
  const { apiVersion, kind, metadata } = object
  return { ...cleaned(schema, object), apiVersion, kind, metadata }
}

const cleaned = (schema: StructuralSchema, object: JsonObject): JsonObject => {
  const kept: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(object)) {
    const known = fieldSchema(schema, field)
    const isNamed = schema.properties?.[field] !== undefined
    if (!isNamed || known === undefined || !saysNothing(known, value)) kept[field] = cleanedValue(known, value)
    else if (keptAsNull.has(field)) kept[field] = null
  }
  return kept
}

const cleanedValue = (schema: StructuralSchema | undefined, value: unknown): unknown => {
  if (schema === undefined || schema["x-kubernetes-int-or-string"]) return value
  if (isJsonArray(value)) return value.map((item) => cleanedValue(schema.items, item))
  return isJsonObject(value) && schema.properties !== undefined ? cleaned(schema, value) : value
}

const saysNothing = (schema: StructuralSchema, value: unknown): boolean => {
  if (isJsonArray(value)) return value.length === 0
  return isJsonObject(value) && schema.additionalProperties !== undefined && Object.keys(value).length === 0
}
