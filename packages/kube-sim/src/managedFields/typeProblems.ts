import { isJsonArray, isJsonObject } from "../schema/json.ts"
import { fieldTypeOf, itemTypeOf, keysOf, type MergeType } from "./MergeType.ts"
import { fieldElement, itemElement, renderElement } from "./pathElement.ts"

/**
 * Says what keeps an object from being applied: fields that its schema does not have, items of a keyed list that come
 * twice or have no key. Each problem with its path, as the real server words it.
 *
 * Source: structured-merge-diff `typed/validate.go`.
 */
export const typeProblems = (type: MergeType, value: unknown, path = ""): ReadonlyArray<string> => {
  if (isJsonArray(value)) {
    const keys = keysOf(type)
    const itemType = itemTypeOf(type)
    const seen = new Set<string>()
    return value.flatMap((item, index) => {
      const element = keys === undefined ? `i:${index}` : itemElement(keys, itemType.schema, item)
      if (typeof element !== "string") return [`${path}: element ${index}: ${element.problem}`]
      const itemPath = path + renderElement(element)
      const isRepeated = seen.has(element)
      seen.add(element)
      return isRepeated
        ? [`${path}: duplicate entries for key ${renderElement(element)}`]
        : typeProblems(itemType, item, itemPath)
    })
  }
  if (!isJsonObject(value)) return []
  return Object.entries(value).flatMap(([field, inner]) => {
    const fieldPath = path + renderElement(fieldElement(field))
    const fieldType = fieldTypeOf(type, field)
    return fieldType === undefined
      ? [`${fieldPath}: field not declared in schema`]
      : typeProblems(fieldType, inner, fieldPath)
  })
}
