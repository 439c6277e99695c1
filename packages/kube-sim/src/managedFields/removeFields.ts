import { isJsonArray, isJsonObject } from "../schema/json.ts"
import { below, type FieldSet, isEmptySet } from "./FieldSet.ts"
import { namedItems } from "./items.ts"
import { isAtomic, itemTypeOf, kindOf, type MergeType, presentFieldTypeOf } from "./MergeType.ts"
import { fieldElement } from "./pathElement.ts"

/**
 * Takes the fields of a set out of an object.
 *
 * Shape: a list or map that ends up empty is null; the sets that are removed in practice name it as well.
 * Source: structured-merge-diff `typed/remove.go`.
 */
export const removeFields = (type: MergeType, value: unknown, fields: FieldSet): unknown => {
  const kind = kindOf(type, value)
  if (kind === "scalar") return value
  if (isAtomic(type, kind)) return null
  if (isJsonArray(value)) {
    const kept = namedItems(type, value).flatMap(({ element, item }) => {
      if (fields.members.has(element)) return []
      const inner = below(fields, element)
      return [isEmptySet(inner) ? item : removeFields(itemTypeOf(type), item, inner)]
    })
    return kept.length === 0 ? null : kept
  }
  if (!isJsonObject(value)) return null
  const kept = Object.entries(value).flatMap(([field, inner]): ReadonlyArray<readonly [string, unknown]> => {
    const element = fieldElement(field)
    if (fields.members.has(element)) return []
    const removed = below(fields, element)
    return [[field, isEmptySet(removed) ? inner : removeFields(presentFieldTypeOf(type, field), inner, removed)]]
  })
  return kept.length === 0 ? null : Object.fromEntries(kept)
}
