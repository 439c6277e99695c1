import { itemElement, type PathElement } from "./pathElement.ts"
import { itemTypeOf, keysOf, type MergeType } from "./MergeType.ts"

/** An item of a list with the element that names it. */
export interface NamedItem {
  readonly element: PathElement
  readonly item: unknown
}

/** The items of a list that is not atomic, in order; an item without a name is left out. */
export const namedItems = (type: MergeType, list: ReadonlyArray<unknown>): ReadonlyArray<NamedItem> => {
  const keys = keysOf(type) ?? []
  const items = itemTypeOf(type).schema
  return list.flatMap((item) => {
    const element = itemElement(keys, items, item)
    return typeof element === "string" ? [{ element, item }] : []
  })
}

/** The items by name; a list that is stored may hold duplicates. */
export const itemsByElement = (
  type: MergeType,
  list: ReadonlyArray<unknown>
): ReadonlyMap<PathElement, ReadonlyArray<unknown>> => {
  const items = new Map<PathElement, Array<unknown>>()
  for (const { element, item } of namedItems(type, list)) items.set(element, [...(items.get(element) ?? []), item])
  return items
}
