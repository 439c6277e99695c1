import { differenceOf, emptySet, type FieldSet, intersectionOf, isEmptySet, unionOf } from "./FieldSet.ts"
import { fieldSetOf } from "./fieldSetOf.ts"
import { fieldOf } from "./pathElement.ts"
import { isNamedField, itemTypeOf, type MergeType, presentFieldTypeOf } from "./MergeType.ts"
import { removeFields } from "./removeFields.ts"

/**
 * Removes from a merged object what its applier set before (`last`), does not set now, and nobody else owns.
 *
 * Shape: `owned` is the union of what all managers own, the applier with what it sets now.
 * Source: structured-merge-diff `merge.Updater.prune`, `addBackOwnedItems`, `addBackDanglingItems`.
 */
export const pruneDropped = (type: MergeType, merged: unknown, last: FieldSet, owned: FieldSet): unknown => {
  if (isEmptySet(last)) return merged
  const whole = (fields: FieldSet): FieldSet => withNamedFields(type, fields)
  const fieldsOf = (value: unknown): FieldSet => (value === null ? emptySet : whole(fieldSetOf(type, value)))
  const all = fieldsOf(merged)
  const withoutLast = removeFields(type, merged, whole(last))
  const withOwned = removeFields(type, merged, differenceOf(all, unionOf(fieldsOf(withoutLast), whole(owned))))
  return removeFields(type, merged, intersectionOf(differenceOf(all, fieldsOf(withOwned)), whole(last)))
}

/** The set with every field in it that it only has something below of: structs have no owner of their own. */
const withNamedFields = (type: MergeType, fields: FieldSet): FieldSet => ({
  members: new Set([
    ...fields.members,
    ...[...fields.children.keys()].filter((element) => {
      const field = fieldOf(element)
      return field !== undefined && isNamedField(type, field)
    })
  ]),
  children: new Map(
    [...fields.children].map(([element, inner]) => {
      const field = fieldOf(element)
      const innerType = field === undefined ? itemTypeOf(type) : presentFieldTypeOf(type, field)
      return [element, withNamedFields(innerType, inner)]
    })
  )
})
