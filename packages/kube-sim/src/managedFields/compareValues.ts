import { isJsonArray, isJsonObject, jsonEquals } from "../schema/json.ts"
import { type FieldSet, setOfPaths } from "./FieldSet.ts"
import { itemsByElement } from "./items.ts"
import { isAtomic, itemTypeOf, kindOf, type MergeKind, type MergeType, presentFieldTypeOf } from "./MergeType.ts"
import { fieldElement, type PathElement } from "./pathElement.ts"

/** What differs between two objects, as sets of fields. */
export interface Comparison {
  readonly added: FieldSet
  readonly modified: FieldSet
  readonly removed: FieldSet
}

/**
 * Compares two objects field by field; a list or map with one owner counts as one field.
 *
 * Source: structured-merge-diff `typed/compare.go`.
 */
export const compareValues = (type: MergeType, left: unknown, right: unknown): Comparison => {
  const found: Found = { added: [], modified: [], removed: [] }
  compare(type, left, right, [], found)
  return {
    added: setOfPaths(found.added),
    modified: setOfPaths(found.modified),
    removed: setOfPaths(found.removed)
  }
}

type Path = ReadonlyArray<PathElement>

interface Found {
  readonly added: Array<Path>
  readonly modified: Array<Path>
  readonly removed: Array<Path>
}

/** Compares what is at `path`; `undefined` stands for nothing there. */
const compare = (type: MergeType, left: unknown, right: unknown, path: Path, found: Found): void => {
  const kinds = new Set([left, right].flatMap((value) => (value === undefined ? [] : [kindOf(type, value)])))
  let isLeaf = false
  for (const kind of kinds) {
    const isWhole = kind === "scalar" || isAtomic(type, kind) || (isBare(left, kind) && isBare(right, kind))
    if (isWhole) {
      if (isLeaf) continue
      isLeaf = true
      if (left === undefined) found.added.push(path)
      else if (right === undefined) found.removed.push(path)
      else if (!jsonEquals(left, right)) found.modified.push(path)
    } else if (kind === "list") compareItems(type, left, right, path, found)
    else if (kind === "map") compareFields(type, left, right, path, found)
  }
  if (isLeaf) return
  if (left === undefined) found.added.push(path)
  else if (right === undefined) found.removed.push(path)
}

/** Nothing, null, or empty: then there is nothing inside to compare. */
const isBare = (value: unknown, kind: MergeKind): boolean => {
  if (kind === "list") return !isJsonArray(value) || value.length === 0
  return !isJsonObject(value) || Object.keys(value).length === 0
}

const compareFields = (type: MergeType, left: unknown, right: unknown, path: Path, found: Found): void => {
  const before = isJsonObject(left) ? left : {}
  const after = isJsonObject(right) ? right : {}
  for (const field of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const fieldPath = [...path, fieldElement(field)]
    compare(presentFieldTypeOf(type, field), before[field], after[field], fieldPath, found)
  }
}

const compareItems = (type: MergeType, left: unknown, right: unknown, path: Path, found: Found): void => {
  const before = itemsByElement(type, isJsonArray(left) ? left : [])
  const after = itemsByElement(type, isJsonArray(right) ? right : [])
  const itemType = itemTypeOf(type)
  for (const element of new Set([...before.keys(), ...after.keys()])) {
    const olds = before.get(element) ?? []
    const news = after.get(element) ?? []
    const itemPath = [...path, element]
    if (olds.length <= 1 && news.length <= 1) compare(itemType, olds[0], news[0], itemPath, found)
    else if (olds.length > 1 && news.length > 1) {
      if (!jsonEquals(olds, news)) found.modified.push(itemPath)
    } else if (olds.length > 1) {
      if (news.length > 0) compare(itemType, undefined, news[0], itemPath, found)
      found.removed.push(itemPath)
    } else {
      if (olds.length > 0) compare(itemType, olds[0], undefined, itemPath, found)
      found.added.push(itemPath)
    }
  }
}
