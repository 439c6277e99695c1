import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { isJsonArray, isJsonObject, type JsonObject } from "./json.ts"
import { fieldSchema, type StructuralSchema } from "./StructuralSchema.ts"

/**
 * Fills in the defaults of `schema`, at any depth of what is there.
 *
 * Shape: a missing object is not created for the sake of defaults inside it. A null where null is not allowed takes
 * the default, or is dropped when there is none; where null is allowed it stays.
 * Source: apiextensions-apiserver `pkg/apiserver/schema/defaulting`.
 */
export const applyDefaults = (schema: StructuralSchema, object: KubeObject): KubeObject => {
  const { apiVersion, kind, metadata } = object
  return { ...defaultedObject(schema, object), apiVersion, kind, metadata }
}

const defaulted = (schema: StructuralSchema | undefined, value: unknown): unknown => {
  if (schema === undefined) return value
  if (isJsonArray(value)) {
    return value.map((item) => defaulted(schema.items, refusesNull(schema.items, item) ? valueFor(schema.items) : item))
  }
  return isJsonObject(value) ? defaultedObject(schema, value) : value
}

const defaultedObject = (schema: StructuralSchema, value: JsonObject): JsonObject => {
  const filled: Record<string, unknown> = {}
  for (const [field, given] of Object.entries(value)) {
    const known = fieldSchema(schema, field)
    if (!refusesNull(known, given)) filled[field] = defaulted(known, given)
    else if (known?.default !== undefined) filled[field] = defaulted(known, known.default)
  }
  for (const [field, known] of Object.entries(schema.properties ?? {})) {
    if (known.default !== undefined && !Object.hasOwn(filled, field)) filled[field] = defaulted(known, known.default)
  }
  return filled
}

const refusesNull = (schema: StructuralSchema | undefined, value: unknown): boolean =>
  value === null && schema !== undefined && schema.nullable !== true

const valueFor = (schema: StructuralSchema | undefined): unknown => schema?.default ?? null
