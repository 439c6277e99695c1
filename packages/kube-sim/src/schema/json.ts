/** A JSON object whose fields are not known yet. */
export type JsonObject = Readonly<Record<string, unknown>>

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

export const isJsonArray = (value: unknown): value is ReadonlyArray<unknown> => Array.isArray(value)

/** Equal as JSON: the order of keys does not count, that of items does. */
export const jsonEquals = (left: unknown, right: unknown): boolean => {
  if (Object.is(left, right) || left === right) return true
  if (isJsonArray(left) && isJsonArray(right)) {
    return left.length === right.length && left.every((item, index) => jsonEquals(item, right[index]))
  }
  if (isJsonObject(left) && isJsonObject(right)) {
    const keys = Object.keys(left)
    return (
      keys.length === Object.keys(right).length &&
      keys.every((key) => Object.hasOwn(right, key) && jsonEquals(left[key], right[key]))
    )
  }
  return false
}

/** JSON text with sorted keys, as Go writes a map. */
export const canonicalJson = (value: unknown): string => {
  if (isJsonArray(value)) return `[${value.map(canonicalJson).join(",")}]`
  if (isJsonObject(value)) {
    const entries = Object.keys(value).toSorted()
    return `{${entries.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`).join(",")}}`
  }
  return JSON.stringify(value)
}
