import { isJsonArray, isJsonObject, type JsonObject } from "../schema/json.ts"
import { fieldSchema, type StructuralSchema } from "../schema/StructuralSchema.ts"

/**
 * Kubernetes' own patch for built-in kinds: like a merge patch, but lists with keys are merged item by item, as the
 * schema's list types say, and `$patch`, `$retainKeys` and `$deleteFromPrimitiveList` are directives.
 *
 * `$setElementOrder` is read as what to keep in which order; items that it does not name go last.
 */
export const strategicMergePatch = (schema: StructuralSchema | undefined, target: unknown, patch: unknown): unknown => {
  if (!isJsonObject(patch)) return patch
  if (patch["$patch"] === "replace") return plain(patch)
  if (patch["$patch"] === "delete") return {}
  const before: JsonObject = isJsonObject(target) ? target : {}
  const result: Record<string, unknown> = retained(before, patch["$retainKeys"])
  for (const [field, value] of Object.entries(patch)) {
    if (field.startsWith("$deleteFromPrimitiveList/")) {
      const name = field.slice("$deleteFromPrimitiveList/".length)
      if (isJsonArray(value)) result[name] = itemsOf(result[name]).filter((item) => !value.includes(item))
    } else if (!field.startsWith("$")) {
      const known = fieldSchema(schema, field)
      if (value === null) delete result[field]
      else if (isJsonArray(value)) result[field] = mergedList(known, itemsOf(result[field]), value)
      else result[field] = strategicMergePatch(known, result[field], value)
    }
  }
  for (const [field, order] of Object.entries(patch)) {
    if (!field.startsWith("$setElementOrder/") || !isJsonArray(order)) continue
    const name = field.slice("$setElementOrder/".length)
    if (isJsonArray(result[name])) result[name] = ordered(fieldSchema(schema, name), result[name], order)
  }
  return result
}

const retained = (before: JsonObject, keys: unknown): Record<string, unknown> =>
  isJsonArray(keys)
    ? Object.fromEntries(Object.entries(before).filter(([field]) => keys.includes(field)))
    : { ...before }

const mergedList = (
  schema: StructuralSchema | undefined,
  before: ReadonlyArray<unknown>,
  patch: ReadonlyArray<unknown>
): ReadonlyArray<unknown> => {
  if (schema?.["x-kubernetes-list-type"] === "set") return [...new Set([...before, ...patch])]
  const keyOf = itemKey(schema)
  if (keyOf === undefined || patch.some((item) => isJsonObject(item) && item["$patch"] === "replace")) {
    return patch.filter((item) => !(isJsonObject(item) && item["$patch"] === "replace"))
  }
  const result = [...before]
  for (const item of patch) {
    const index = result.findIndex((other) => keyOf(other) === keyOf(item))
    if (isJsonObject(item) && item["$patch"] === "delete") {
      if (index !== -1) result.splice(index, 1)
    } else if (index === -1) {
      result.push(strategicMergePatch(schema?.items, undefined, item))
    } else {
      result[index] = strategicMergePatch(schema?.items, result[index], item)
    }
  }
  return result
}

const ordered = (
  schema: StructuralSchema | undefined,
  items: ReadonlyArray<unknown>,
  order: ReadonlyArray<unknown>
): ReadonlyArray<unknown> => {
  const keyOf = itemKey(schema) ?? ((item: unknown) => JSON.stringify(item))
  const wanted = order.map(keyOf)
  const rank = (item: unknown): number => {
    const index = wanted.indexOf(keyOf(item))
    return index === -1 ? wanted.length : index
  }
  return items.toSorted((a, b) => rank(a) - rank(b))
}

/** What tells the items of a list apart; none when the list is replaced as a whole. */
const itemKey = (schema: StructuralSchema | undefined): ((item: unknown) => string) | undefined => {
  const keys = schema?.["x-kubernetes-list-map-keys"]
  // the patch knows one key; of several (port and protocol) the first is it
  const key = schema?.["x-kubernetes-list-type"] === "map" ? keys?.[0] : undefined
  return key === undefined ? undefined : (item) => JSON.stringify(isJsonObject(item) ? item[key] : item)
}

const itemsOf = (value: unknown): ReadonlyArray<unknown> => (isJsonArray(value) ? value : [])

const plain = (patch: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(patch).filter(([field]) => !field.startsWith("$")))
