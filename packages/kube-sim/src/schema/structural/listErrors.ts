import { type FieldError, forbiddenValue, invalidValue, notSupported, requiredValue } from "../FieldError.ts"
import type { StructuralSchema } from "../StructuralSchema.ts"
import type { SchemaPlace } from "./SchemaPlace.ts"

/**
 * What is wrong with `x-kubernetes-list-type`, its keys and `x-kubernetes-map-type`.
 *
 * Source: apiextensions-apiserver `pkg/apis/apiextensions/validation`.
 */
export const listErrors = ({ schema, path, isNested }: SchemaPlace): ReadonlyArray<FieldError> =>
  isNested ? [] : [...kindErrors(schema, path), ...keyErrors(schema, path)]

const kindErrors = (schema: StructuralSchema, path: string): ReadonlyArray<FieldError> => {
  const { type = "", items } = schema
  const listType = schema["x-kubernetes-list-type"]
  const mapType = schema["x-kubernetes-map-type"]
  const errors: Array<FieldError> = []
  const requireType = (wanted: string, because: string) => {
    const why = `must be ${wanted} if ${because} is specified`
    if (type === "") errors.push(requiredValue(`${path}.type`, why))
    else if (type !== wanted) errors.push(invalidValue(`${path}.type`, type, why))
  }
  if (mapType !== undefined) {
    requireType("object", "x-kubernetes-map-type")
    if (!["atomic", "granular"].includes(mapType)) {
      errors.push(notSupported(`${path}.x-kubernetes-map-type`, mapType, ["atomic", "granular"]))
    }
  }
  if (listType === undefined) return errors
  requireType("array", "x-kubernetes-list-type")
  if (!["atomic", "set", "map"].includes(listType)) {
    errors.push(notSupported(`${path}.x-kubernetes-list-type`, listType, ["atomic", "set", "map"]))
  }
  const isGranularSet = listType === "set" && items?.type === "object" && items["x-kubernetes-map-type"] !== "atomic"
  if (isGranularSet) {
    const why = "must be atomic as item of a list with x-kubernetes-list-type=set"
    errors.push(invalidValue(`${path}.items.x-kubernetes-map-type`, null, why))
  }
  if (listType !== "atomic" && items?.nullable) {
    errors.push(
      forbiddenValue(`${path}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${listType}`)
    )
  }
  return errors
}

const keyErrors = (schema: StructuralSchema, path: string): ReadonlyArray<FieldError> => {
  const keys = schema["x-kubernetes-list-map-keys"] ?? []
  const listType = schema["x-kubernetes-list-type"]
  const errors: Array<FieldError> = []
  if (keys.length > 0 && listType !== "map") {
    const why = "must be map if x-kubernetes-list-map-keys is non-empty"
    const at = `${path}.x-kubernetes-list-type`
    errors.push(listType === undefined ? requiredValue(at, why) : invalidValue(at, listType, why))
  }
  if (listType !== "map") return errors
  if (keys.length === 0) {
    const why = "must not be empty if x-kubernetes-list-type is map"
    errors.push(requiredValue(`${path}.x-kubernetes-list-map-keys`, why))
  }
  const { items } = schema
  if (items === undefined) {
    errors.push(requiredValue(`${path}.items`, "must have a schema if x-kubernetes-list-type is map"))
    return errors
  }
  if (items.type !== "object") {
    const why = "must be object if parent array's x-kubernetes-list-type is map"
    errors.push(invalidValue(`${path}.items.type`, items.type ?? "", why))
    return errors
  }
  if (new Set(keys).size < keys.length) {
    errors.push(invalidValue(`${path}.x-kubernetes-list-map-keys`, keys, "must not contain duplicate entries"))
  }
  return [...errors, ...keys.flatMap((key) => oneKeyErrors(items, key, keys, path))]
}

const oneKeyErrors = (
  items: StructuralSchema,
  key: string,
  keys: ReadonlyArray<string>,
  path: string
): ReadonlyArray<FieldError> => {
  const field = items.properties?.[key]
  const at = `${path}.items.properties[${key}]`
  if (field === undefined) {
    return [invalidValue(`${path}.x-kubernetes-list-map-keys`, keys, "entries must all be names of item properties")]
  }
  const errors: Array<FieldError> = []
  if (field.type === "array" || field.type === "object") {
    const why = "must be a scalar type if parent array's x-kubernetes-list-type is map"
    errors.push(invalidValue(`${at}.type`, items.type, why))
  }
  if (items.required?.includes(key) !== true && field.default === undefined) {
    const why = "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property"
    errors.push(requiredValue(`${at}.default`, why))
  }
  if (field.nullable) {
    const why = "this property is in x-kubernetes-list-map-keys, so it cannot be nullable"
    errors.push(forbiddenValue(`${at}.nullable`, why))
  }
  return errors
}
