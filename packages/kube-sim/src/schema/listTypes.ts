import { duplicateValue, type FieldError, invalidValue } from "./FieldError.ts"
import { canonicalJson, isJsonArray, isJsonObject } from "./json.ts"
import { fieldSchema, type StructuralSchema } from "./StructuralSchema.ts"

/**
 * Says which items of lists of type `set` and `map` come twice, at any depth; each once, at its second place.
 *
 * Source: apiextensions-apiserver `pkg/apiserver/schema/listtype`.
 */
export const duplicateItems = (
  schema: StructuralSchema | undefined,
  value: unknown,
  path: string
): ReadonlyArray<FieldError> => {
  if (schema === undefined) return []
  if (isJsonArray(value)) {
    return [
      ...(schema["x-kubernetes-list-type"] === "set" ? repeated(value, path, (item) => item) : []),
      ...(schema["x-kubernetes-list-type"] === "map" ? repeatedKeys(schema, value, path) : []),
      ...value.flatMap((item, index) => duplicateItems(schema.items, item, `${path}[${index}]`))
    ]
  }
  if (!isJsonObject(value)) return []
  return Object.entries(value).flatMap(([field, inner]) => {
    const isField = schema.properties !== undefined && Object.hasOwn(schema.properties, field)
    const fieldPath = path === "" ? field : `${path}.${field}`
    return duplicateItems(fieldSchema(schema, field), inner, isField ? fieldPath : `${path}[${field}]`)
  })
}

const repeatedKeys = (
  schema: StructuralSchema,
  list: ReadonlyArray<unknown>,
  path: string
): ReadonlyArray<FieldError> => {
  const stray = list.findIndex((item) => item !== null && !isJsonObject(item))
  if (stray >= 0) {
    return [invalidValue(`${path}[${stray}]`, list[stray], "must be an object for an array of list-type map")]
  }
  return repeated(list, path, (item) =>
    Object.fromEntries(
      (schema["x-kubernetes-list-map-keys"] ?? []).flatMap((key) =>
        isJsonObject(item) && Object.hasOwn(item, key) ? [[key, item[key]]] : []
      )
    )
  )
}

const repeated = (
  list: ReadonlyArray<unknown>,
  path: string,
  identity: (item: unknown) => unknown
): ReadonlyArray<FieldError> => {
  const seen = new Map<string, number>()
  return list.flatMap((item, index) => {
    const text = canonicalJson(identity(item))
    const times = (seen.get(text) ?? 0) + 1
    seen.set(text, times)
    return times === 2 ? [duplicateValue(`${path}[${index}]`, identity(item))] : []
  })
}
