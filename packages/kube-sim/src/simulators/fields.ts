import * as Predicate from "effect/Predicate"

/** Reads of JSON whose shape nobody has promised: what is not there, or is of another type, is empty. */

export type Data = { readonly [field: PropertyKey]: unknown }

export const dataOf = (value: unknown): Data => (Predicate.isReadonlyObject(value) ? value : {})

/** The value at a path of keys. */
export const at = (value: unknown, ...path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>((inner, key) => dataOf(inner)[key], value)

export const dataAt = (value: unknown, ...path: ReadonlyArray<string>): Data => dataOf(at(value, ...path))

export const textAt = (value: unknown, ...path: ReadonlyArray<string>): string | undefined => {
  const found = at(value, ...path)
  return typeof found === "string" ? found : undefined
}

export const numberAt = (value: unknown, ...path: ReadonlyArray<string>): number | undefined => {
  const found = at(value, ...path)
  return typeof found === "number" ? found : undefined
}

export const boolAt = (value: unknown, ...path: ReadonlyArray<string>): boolean | undefined => {
  const found = at(value, ...path)
  return typeof found === "boolean" ? found : undefined
}

export const listAt = (value: unknown, ...path: ReadonlyArray<string>): ReadonlyArray<unknown> => {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}

export const textsAt = (value: unknown, ...path: ReadonlyArray<string>): ReadonlyArray<string> =>
  listAt(value, ...path).filter((item) => typeof item === "string")
