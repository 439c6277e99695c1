import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import type { StructuralSchema } from "../schema/StructuralSchema.ts"
import { capUpdaters } from "./capUpdaters.ts"
import { isEmptySet, unionOf } from "./FieldSet.ts"
import { type Managers, managersOf, ownerKey, type Owned, withManagers } from "./Managers.ts"
import { objectType } from "./objectType.ts"
import { afterChanges, changesOf, withoutSystemFields } from "./ownership.ts"

/** A create, update or patch that is not an apply. */
export interface Update {
  readonly before: KubeObject | undefined
  /** The object as it will be stored; its own `managedFields` count when they are not empty. */
  readonly after: KubeObject
  readonly schema: StructuralSchema | undefined
  readonly manager: string
  readonly subresource: string | undefined
  readonly now: string
}

/**
 * Gives `after` the managedFields that the write leaves: what changed belongs to the writer, also what it took from
 * others; what was removed belongs to nobody. A write that changes nothing leaves the entries as they are.
 *
 * Source: apimachinery `pkg/util/managedfields/internal`; structured-merge-diff `merge.Updater.Update`.
 */
export const recordUpdate = (update: Update): KubeObject => {
  const { before, after, subresource } = update
  if (subresource === undefined && isReset(after)) return withManagers(after, new Map())
  const given = subresource === undefined ? managersOf(after) : new Map<string, Owned>()
  const managers = given.size > 0 ? given : managersOf(before)
  // An object that nobody is recorded for stays so until somebody applies.
  if (managers.size === 0 && before !== undefined) return withManagers(after, managers)
  return withManagers(after, recordIn(managers, update))
}

/** As `recordUpdate`, for owners already read; `before` undefined is a creation. */
export const recordIn = (managers: Managers, update: Update): Managers => {
  const { before, after, schema, manager, subresource, now } = update
  const type = objectType(schema)
  const changes = changesOf(type, before ?? { apiVersion: after.apiVersion, kind: after.kind }, after, subresource)
  const left = afterChanges(managers, changes, undefined)
  const changed = withoutSystemFields(unionOf(changes.modified, changes.added))
  if (isEmptySet(changed)) return left
  const writer = { manager, operation: "Update", apiVersion: after.apiVersion, subresource } as const
  const key = ownerKey(writer)
  const own = left.get(key)
  const fields = own === undefined ? changed : unionOf(changed, own.fields)
  return capUpdaters(new Map([...left, [key, { ...writer, time: now, fields }]]))
}

const isReset = ({ metadata: { managedFields } }: KubeObject): boolean =>
  managedFields !== undefined &&
  (managedFields.length === 0 ||
    (managedFields.length === 1 && managedFields.every((entry) => Object.keys(entry).length === 0)))
