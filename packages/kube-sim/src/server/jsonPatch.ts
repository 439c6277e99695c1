import { isJsonArray, isJsonObject, jsonEquals, type JsonObject } from "../schema/json.ts"

/** A patched value, or the operation that cannot be done. */
export type JsonPatched = { readonly value: unknown } | { readonly failed: JsonObject }

/** RFC 6902: all operations, or none. */
export const jsonPatch = (target: unknown, operations: ReadonlyArray<JsonObject>): JsonPatched => {
  let value = target
  for (const operation of operations) {
    const path = pathOf(operation["path"])
    const next = applied(value, operation, path)
    if (next === undefined) return { failed: operation }
    value = next.value
  }
  return { value }
}

type Outcome = { readonly value: unknown } | undefined

const applied = (value: unknown, operation: JsonObject, path: ReadonlyArray<string>): Outcome => {
  switch (operation["op"]) {
    case "add":
      return changed(value, path, "add", operation["value"])
    case "replace":
      return changed(value, path, "replace", operation["value"])
    case "remove":
      return changed(value, path, "remove", undefined)
    case "test":
      return jsonEquals(at(value, path), operation["value"]) ? { value } : undefined
    case "copy":
      return changed(value, path, "add", at(value, pathOf(operation["from"])))
    case "move": {
      const from = pathOf(operation["from"])
      const without = changed(value, from, "remove", undefined)
      return without === undefined ? undefined : changed(without.value, path, "add", at(value, from))
    }
    default:
      return undefined
  }
}

const pathOf = (pointer: unknown): ReadonlyArray<string> =>
  String(pointer)
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))

const at = (value: unknown, [head, ...rest]: ReadonlyArray<string>): unknown => {
  if (head === undefined) return value
  if (isJsonArray(value)) return at(value[Number(head)], rest)
  return isJsonObject(value) ? at(value[head], rest) : undefined
}

const changed = (
  value: unknown,
  [head, ...rest]: ReadonlyArray<string>,
  how: "add" | "replace" | "remove",
  given: unknown
): Outcome => {
  if (head === undefined) return how === "remove" ? undefined : { value: given }
  if (isJsonArray(value)) return changedItem(value, head, rest, how, given)
  if (!isJsonObject(value)) return undefined
  const exists = Object.hasOwn(value, head)
  if (rest.length > 0 || how !== "add") {
    if (!exists) return undefined
  }
  if (rest.length > 0) {
    const inner = changed(value[head], rest, how, given)
    return inner === undefined ? undefined : { value: { ...value, [head]: inner.value } }
  }
  if (how !== "remove") return { value: { ...value, [head]: given } }
  const { [head]: _, ...others } = value
  return { value: others }
}

const changedItem = (
  items: ReadonlyArray<unknown>,
  head: string,
  rest: ReadonlyArray<string>,
  how: "add" | "replace" | "remove",
  given: unknown
): Outcome => {
  const index = head === "-" ? items.length : Number(head)
  const last = how === "add" && rest.length === 0 ? items.length : items.length - 1
  if (!Number.isInteger(index) || index < 0 || index > last) return undefined
  if (rest.length > 0) {
    const inner = changed(items[index], rest, how, given)
    return inner === undefined ? undefined : { value: items.with(index, inner.value) }
  }
  switch (how) {
    case "add":
      return { value: items.toSpliced(index, 0, given) }
    case "replace":
      return { value: items.with(index, given) }
    default:
      return { value: items.toSpliced(index, 1) }
  }
}
