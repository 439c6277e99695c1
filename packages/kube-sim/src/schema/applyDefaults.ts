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
export const applyDefaults = (schema: StructuralSchema, object: KubeObject): KubeObject =>
  defaultedRoot(schema, object, "dropped")

/**
 * As `applyDefaults`, for what a server-side apply gives: a null that has no default stays, for validation to refuse.
 *
 * A real server drops nulls when it reads a request; the null of an apply comes later, from taking away the last key
 * of a map that the manager still applies.
 */
export const applyDefaultsToApplied = (schema: StructuralSchema, object: KubeObject): KubeObject =>
  defaultedRoot(schema, object, "kept")

/** What becomes of a null that is not allowed and has no default. */
type Nulls = "dropped" | "kept"

const defaultedRoot = (schema: StructuralSchema, object: KubeObject, nulls: Nulls): KubeObject => {
  const { apiVersion, kind, metadata } = object
  return { ...defaultedObject(schema, object, nulls), apiVersion, kind, metadata }
}

const defaulted = (schema: StructuralSchema | undefined, value: unknown, nulls: Nulls): unknown => {
  if (schema === undefined) return value
  if (isJsonArray(value)) {
    const { items } = schema
    return value.map((item) => defaulted(items, refusesNull(items, item) ? (items?.default ?? null) : item, nulls))
  }
  return isJsonObject(value) ? defaultedObject(schema, value, nulls) : value
}

const defaultedObject = (schema: StructuralSchema, value: JsonObject, nulls: Nulls): JsonObject => {
  const filled: Record<string, unknown> = {}
  for (const [field, given] of Object.entries(value)) {
    const known = fieldSchema(schema, field)
    if (!refusesNull(known, given)) filled[field] = defaulted(known, given, nulls)
    else if (known?.default !== undefined) filled[field] = defaulted(known, known.default, nulls)
    else if (nulls === "kept") filled[field] = null
  }
  for (const [field, known] of Object.entries(schema.properties ?? {})) {
    const isMissing = known.default !== undefined && !Object.hasOwn(filled, field)
    if (isMissing) filled[field] = defaulted(known, known.default, nulls)
  }
  return filled
}

const refusesNull = (schema: StructuralSchema | undefined, value: unknown): boolean =>
  value === null && schema !== undefined && schema.nullable !== true
