import { canonicalJson, isJsonArray, isJsonObject } from "./json.ts"
import type { StructuralSchema } from "./StructuralSchema.ts"

/** Finds the old value of a field. */
export const oldField = (old: unknown, field: string): unknown =>
  isJsonObject(old) && Object.hasOwn(old, field) ? old[field] : undefined

/**
 * Finds the old item of a list by its keys; only lists of type map know which item is which.
 *
 * Source: apiextensions-apiserver `pkg/apiserver/schema/cel/maplist.go`.
 */
export const oldItem = (schema: StructuralSchema, old: unknown): ((item: unknown) => unknown) => {
  const keys = schema["x-kubernetes-list-map-keys"]
  if (schema["x-kubernetes-list-type"] !== "map" || keys === undefined || !isJsonArray(old)) return () => undefined
  const byKey = new Map(old.map((item) => [keyText(keys, schema.items, item), item]))
  return (item) => byKey.get(keyText(keys, schema.items, item))
}

const keyText = (keys: ReadonlyArray<string>, items: StructuralSchema | undefined, item: unknown): string =>
  canonicalJson(
    keys.map((key) => (isJsonObject(item) ? (item[key] ?? items?.properties?.[key]?.default ?? null) : null))
  )
