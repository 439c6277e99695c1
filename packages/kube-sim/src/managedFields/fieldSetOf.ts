import { isJsonArray, isJsonObject } from "../schema/json.ts"
import { type FieldSet, setOfPaths } from "./FieldSet.ts"
import { itemsByElement } from "./items.ts"
import { fieldElement, type PathElement } from "./pathElement.ts"
import { isAtomic, isNamedField, itemTypeOf, kindOf, type MergeType, presentFieldTypeOf } from "./MergeType.ts"

type Path = ReadonlyArray<PathElement>

/**
 * The set of fields that an object sets: what its applier owns.
 *
 * Source: structured-merge-diff `typed/tofieldset.go`.
 */
export const fieldSetOf = (type: MergeType, value: unknown): FieldSet => setOfPaths(pathsIn(type, value, []))

const pathsIn = (type: MergeType, value: unknown, path: Path): ReadonlyArray<Path> => {
  const kind = kindOf(type, value)
  if (kind === "scalar" || isAtomic(type, kind)) return [path]
  if (isJsonArray(value)) {
    return [...itemsByElement(type, value)].flatMap(([element, items]) => {
      const itemPath = [...path, element]
      return items.length > 1 ? [itemPath] : [...pathsIn(itemTypeOf(type), items[0], itemPath), itemPath]
    })
  }
  if (!isJsonObject(value)) return []
  return Object.entries(value).flatMap(([field, inner]) => {
    const fieldPath = [...path, fieldElement(field)]
    const isEmpty = inner === null || (isJsonObject(inner) && Object.keys(inner).length === 0)
    const isOwn = isEmpty || !isNamedField(type, field)
    return [...pathsIn(presentFieldTypeOf(type, field), inner, fieldPath), ...(isOwn ? [fieldPath] : [])]
  })
}
