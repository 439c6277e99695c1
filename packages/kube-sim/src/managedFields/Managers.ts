import type { KubeObject, ManagedFieldsEntry } from "@multicluster-mesh/ocm-transport"
import { canonicalJson } from "../schema/json.ts"
import { type FieldSet, fieldsV1Of, isEmptySet, setOfFieldsV1 } from "./FieldSet.ts"

/** What one manager owns: an entry of `metadata.managedFields`. */
export interface Owned {
  readonly manager: string
  readonly operation: "Apply" | "Update"
  readonly apiVersion: string
  readonly subresource: string | undefined
  readonly time: string | undefined
  readonly fields: FieldSet
}

/** The owners of an object's fields by `ownerKey`. */
export type Managers = ReadonlyMap<string, Owned>

/** Who an owner is: an applier is the same whatever version it applies, an updater is not. */
export const ownerKey = (owner: Omit<Owned, "time" | "fields">): string =>
  canonicalJson([
    owner.manager,
    owner.operation,
    owner.operation === "Apply" ? "" : owner.apiVersion,
    owner.subresource ?? ""
  ])

/** Reads the owners of an object's fields; entries that cannot be read make it none at all, as on a real server. */
export const managersOf = (object: KubeObject | undefined): Managers => {
  const entries = object?.metadata.managedFields ?? []
  const owners = entries.map(ownedOf)
  return new Map(
    owners.some((owner) => owner === undefined)
      ? []
      : owners.flatMap((owner) => (owner === undefined ? [] : [[ownerKey(owner), owner] as const]))
  )
}

const ownedOf = (entry: ManagedFieldsEntry): Owned | undefined => {
  const { manager = "", operation, apiVersion = "", subresource, time, fieldsType, fieldsV1 } = entry
  if ((operation !== "Apply" && operation !== "Update") || apiVersion === "" || fieldsType !== "FieldsV1") {
    return undefined
  }
  return { manager, operation, apiVersion, subresource, time, fields: setOfFieldsV1(fieldsV1) }
}

/** The object with these owners, sorted as a real server sorts them; an owner of nothing is left out. */
export const withManagers = (object: KubeObject, managers: Managers): KubeObject => {
  const { managedFields: _, ...metadata } = object.metadata
  const entries = [...managers.values()]
    .filter(({ fields }) => !isEmptySet(fields))
    .toSorted(byOrder)
    .map(entryOf)
  return { ...object, metadata: entries.length === 0 ? metadata : { ...metadata, managedFields: entries } }
}

const byOrder = (left: Owned, right: Owned): number =>
  compareText(left.operation, right.operation) ||
  seconds(left) - seconds(right) ||
  compareText(left.manager, right.manager) ||
  compareText(left.apiVersion, right.apiVersion) ||
  compareText(left.subresource ?? "", right.subresource ?? "")

const compareText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0)

const seconds = ({ time }: Owned): number => (time === undefined ? 0 : Math.floor(Date.parse(time) / 1000))

const entryOf = ({ manager, operation, apiVersion, time, fields, subresource }: Owned): ManagedFieldsEntry => ({
  manager,
  operation,
  apiVersion,
  ...(time === undefined ? {} : { time }),
  fieldsType: "FieldsV1",
  fieldsV1: fieldsV1Of(fields),
  ...(subresource === undefined ? {} : { subresource })
})
