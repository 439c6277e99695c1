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
  const mismatch = otherType(type, value)
  if (mismatch !== undefined) return [`${path}: ${mismatch}`]
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

const otherType = ({ schema }: MergeType, value: unknown): string | undefined => {
  if (value === null || schema === undefined || schema["x-kubernetes-int-or-string"]) return undefined
  switch (schema.type) {
    case "object":
      return isJsonObject(value) ? undefined : `expected map, got &{${asGo(value)}}`
    case "array":
      return isJsonArray(value) ? undefined : `expected list, got &{${asGo(value)}}`
    case "string":
      return typeof value === "string"
        ? undefined
        : `expected string, got &value.valueUnstructured{Value:${asGo(value)}}`
    case "boolean":
      return typeof value === "boolean" ? undefined : `expected boolean, got &{${asGo(value)}}`
    case "integer":
    case "number":
      return typeof value === "number" ? undefined : `expected numeric (int or float), got ${goTypeOf(value)}`
    default:
      return undefined
  }
}

/** As Go prints a value with `%v`. */
const asGo = (value: unknown): string => {
  if (isJsonArray(value)) return `[${value.map(asGo).join(" ")}]`
  if (!isJsonObject(value)) return String(value)
  const fields = Object.keys(value).toSorted()
  return `map[${fields.map((field) => `${field}:${asGo(value[field])}`).join(" ")}]`
}

const goTypeOf = (value: unknown): string => {
  if (isJsonArray(value)) return "[]interface {}"
  if (isJsonObject(value)) return "map[string]interface {}"
  return typeof value === "boolean" ? "bool" : typeof value
}
