import { compareValues, type Comparison } from "./compareValues.ts"
import { differenceOf, type FieldSet, filterRoot, intersectionOf, isEmptySet, setOfPaths, unionOf } from "./FieldSet.ts"
import type { Managers, Owned } from "./Managers.ts"
import type { MergeType } from "./MergeType.ts"
import { fieldElement } from "./pathElement.ts"

/** Fields that belong to the server, never to a manager. */
const systemFields: FieldSet = setOfPaths([
  ["f:apiVersion"],
  ["f:kind"],
  ["f:metadata"],
  ...[
    "name",
    "namespace",
    "creationTimestamp",
    "selfLink",
    "uid",
    "clusterName",
    "generation",
    "managedFields",
    "resourceVersion"
  ].map((field) => ["f:metadata", fieldElement(field)])
])

export const withoutSystemFields = (fields: FieldSet): FieldSet => differenceOf(fields, systemFields)

/** The fields that a request may own: through `status` only the status. */
export const ownable = (fields: FieldSet, subresource: string | undefined): FieldSet =>
  subresource === "status" ? filterRoot(fields, (element) => element === "f:status") : fields

/** What changes, as far as the request may change it. */
export const changesOf = (
  type: MergeType,
  before: unknown,
  after: unknown,
  subresource: string | undefined
): Comparison => {
  const { added, modified, removed } = compareValues(type, before, after)
  return {
    added: ownable(added, subresource),
    modified: ownable(modified, subresource),
    removed: ownable(removed, subresource)
  }
}

/** The fields that other managers own and that the changes would take from them. */
export const takenFrom = (owner: Owned, { added, modified }: Comparison): FieldSet =>
  intersectionOf(owner.fields, unionOf(modified, added))

/** The owners after the changes: what was changed or removed is no longer theirs; `except` made the changes. */
export const afterChanges = (managers: Managers, changes: Comparison, except: string | undefined): Managers => {
  const gone = unionOf(unionOf(changes.modified, changes.added), changes.removed)
  const left = [...managers].map(([key, owner]) => {
    const fields = key === except ? owner.fields : differenceOf(owner.fields, gone)
    return [key, { ...owner, fields }] as const
  })
  return new Map(left.filter(([, { fields }]) => !isEmptySet(fields)))
}
