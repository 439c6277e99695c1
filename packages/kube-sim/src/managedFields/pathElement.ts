import { canonicalJson, isJsonObject } from "../schema/json.ts"
import type { StructuralSchema } from "../schema/StructuralSchema.ts"

/** One step of a path, as `fieldsV1` writes it: `f:spec`, `k:{"name":"web"}` or `v:"finalizer"`. */
export type PathElement = string

export const fieldElement = (field: string): PathElement => `f:${field}`

/** The field that an element names; none for an item of a list. */
export const fieldOf = (element: PathElement): string | undefined =>
  element.startsWith("f:") ? element.slice(2) : undefined

/** Why an item has no place in its list. */
export interface Unplaced {
  readonly problem: string
}

/** The element of an item of a list of type `map` or `set`; missing keys take their default. */
export const itemElement = (
  keys: ReadonlyArray<string>,
  items: StructuralSchema | undefined,
  item: unknown
): PathElement | Unplaced => {
  if (keys.length === 0) {
    return item === null || typeof item === "object"
      ? { problem: "associative list without keys has an element that is not a scalar" }
      : `v:${canonicalJson(item)}`
  }
  if (!isJsonObject(item)) return { problem: "associative list with keys may not have non-map elements" }
  const found = keys.flatMap((key) => {
    const value = item[key] ?? items?.properties?.[key]?.default
    return value === undefined ? [] : [[key, value]]
  })
  if (found.length === 0) {
    const names = keys.map((key) => JSON.stringify(key)).join(" ")
    return {
      problem: `associative list with keys has an element that omits all key fields [${names}] (and doesn't have default values for any key fields)`
    }
  }
  return `k:${canonicalJson(Object.fromEntries(found))}`
}

/** A path as conflicts name it: `.spec.ports[port=80,protocol="TCP"].name`. */
export const renderPath = (path: ReadonlyArray<PathElement>): string => path.map(renderElement).join("")

/** One element of a path, as `renderPath` writes it. */
export const renderElement = (element: PathElement): string => {
  const text = element.slice(2)
  if (element.startsWith("f:")) return `.${text}`
  if (element.startsWith("v:")) return `[=${text}]`
  const keys: unknown = JSON.parse(text)
  return isJsonObject(keys)
    ? `[${Object.entries(keys)
        .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
        .join(",")}]`
    : `[${text}]`
}
