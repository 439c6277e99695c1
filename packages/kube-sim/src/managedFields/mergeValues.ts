import { isJsonArray, isJsonObject, type JsonObject } from "../schema/json.ts"
import { itemsByElement, namedItems } from "./items.ts"
import { isAtomic, itemTypeOf, kindOf, type MergeType, presentFieldTypeOf } from "./MergeType.ts"

/**
 * Puts what is applied over what is there: applied values win, everything else stays.
 *
 * Source: structured-merge-diff `typed/merge.go`.
 */
export const mergeValues = (type: MergeType, live: unknown, applied: unknown): unknown => {
  if (applied === undefined) return live
  const kind = kindOf(type, applied)
  if (live === undefined || kind === "scalar" || kindOf(type, live) !== kind || isAtomic(type, kind)) return applied
  if (kind === "list") {
    const [before, after] = [isJsonArray(live) ? live : [], isJsonArray(applied) ? applied : []]
    return before.length === 0 && after.length === 0 ? applied : mergeItems(type, before, after)
  }
  const [before, after] = [isJsonObject(live) ? live : {}, isJsonObject(applied) ? applied : {}]
  const isEmpty = Object.keys(before).length === 0 && Object.keys(after).length === 0
  return isEmpty ? applied : mergeFields(type, before, after)
}

const mergeFields = (type: MergeType, live: JsonObject, applied: JsonObject): JsonObject =>
  Object.fromEntries(
    [...new Set([...Object.keys(live), ...Object.keys(applied)])].map((field) => [
      field,
      mergeValues(presentFieldTypeOf(type, field), live[field], applied[field])
    ])
  )

/** Merges lists so that items keep the applied order, and what is only there keeps its place between them. */
const mergeItems = (
  type: MergeType,
  live: ReadonlyArray<unknown>,
  applied: ReadonlyArray<unknown>
): ReadonlyArray<unknown> => {
  const [left, right] = [namedItems(type, live), namedItems(type, applied)]
  const [inLeft, inRight] = [itemsByElement(type, live), itemsByElement(type, applied)]
  const shared = right.filter(({ element }) => inLeft.has(element))
  const merged = new Set<string>()
  const out: Array<unknown> = []
  const takeApplied = (index: number): void => {
    const item = right[index]
    if (item === undefined) return
    merged.add(item.element)
    const olds = inLeft.get(item.element) ?? []
    // What was there twice is replaced as a whole.
    out.push(mergeValues(itemTypeOf(type), olds.length === 1 ? olds[0] : undefined, item.item))
    if (shared[0]?.element === item.element) shared.shift()
  }
  let [l, r] = [0, 0]
  while (l < left.length || r < right.length) {
    const old = left[l]
    const isPair = old !== undefined && old.element === right[r]?.element
    if (isPair) {
      takeApplied(r)
      l += 1
      r += 1
    } else if (old !== undefined && !inRight.has(old.element)) {
      out.push(old.item)
      l += 1
    } else if (old !== undefined && (merged.has(old.element) || shared[0]?.element !== old.element)) {
      // Applied too, and merged where the applied list has it.
      l += 1
    } else {
      takeApplied(r)
      r += 1
    }
  }
  return out
}
