import { isSameJson, type KubeObject } from "@multicluster-mesh/mesh-model"
import type { KubeObject as ReceivedObject } from "@multicluster-mesh/ocm-transport"

/**
 * Whether an apply of `wanted` by `manager` would change nothing of `live`: each field of it has that value there and
 * is the manager's, and the manager owns no field that is no longer wanted.
 *
 * Source: `metadata.managedFields` of the live object, so no bookkeeping of ours is needed on objects of people.
 */
export const isApplied = (live: ReceivedObject, wanted: KubeObject, manager: string): boolean => {
  const entry = live.metadata.managedFields?.find(
    (entry) => entry.manager === manager && entry.operation === "Apply" && entry.subresource === undefined
  )
  const fields = { ...without(wanted, identity), metadata: without(wanted.metadata, identity) }
  return entry === undefined ? isEmptyMap(fields) : agrees(entry.fieldsV1, fields, live)
}

/** Says which object it is, and so is in no set of owned fields. */
const identity = new Set(["apiVersion", "kind", "name", "namespace", "uid", "resourceVersion"])

const without = (value: object, names: ReadonlySet<string>) =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !names.has(name)))

/**
 * Compares along `fields`, a set in the format `FieldsV1`. A field without fields below is owned as a whole; there the
 * server may have added defaults.
 */
const agrees = (fields: unknown, wanted: unknown, live: unknown): boolean => {
  const owned = Object.entries(isRecord(fields) ? fields : {}).filter(([key]) => key !== ".")
  if (owned.length === 0) return isEmptyMap(wanted) || contains(live, wanted)
  const parts = partsOf(owned, wanted)
  return parts !== undefined && owned.every(([key, below]) => agrees(below, parts.get(key), partOf(key, live)))
}

/** The parts of `value` by the keys of `owned`; undefined unless each part has a key and each key a part. */
const partsOf = (
  owned: ReadonlyArray<readonly [string, unknown]>,
  value: unknown
): ReadonlyMap<string, unknown> | undefined => {
  const parts = new Map(owned.map(([key]) => [key, partOf(key, value)]))
  if ([...parts.values()].includes(undefined)) return undefined
  if (Array.isArray(value)) return parts.size === value.length ? parts : undefined
  return isRecord(value) && Object.entries(value).every(([name, part]) => isEmptyMap(part) || parts.has(`f:${name}`))
    ? parts
    : undefined
}

/** The part of `value` that a path element names: `f:name`, `k:{"key":"value"}`, `v:value` or `i:index`. */
const partOf = (element: string, value: unknown): unknown => {
  const rest = element.slice(2)
  if (element.startsWith("f:")) return isRecord(value) ? value[rest] : undefined
  if (!Array.isArray(value)) return undefined
  const items: ReadonlyArray<unknown> = value
  if (element.startsWith("i:")) return items[Number(rest)]
  const named: unknown = JSON.parse(rest)
  return items.find((item) => (element.startsWith("k:") ? contains(item, named) : isSameJson(item, named)))
}

/** Whether `live` says all that `wanted` says. */
const contains = (live: unknown, wanted: unknown): boolean => {
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(live) && live.length === wanted.length && wanted.every((item, index) => contains(live[index], item))
    )
  }
  if (!isRecord(wanted)) return isSameJson(live, wanted)
  return (
    isRecord(live) &&
    Object.entries(wanted).every(([name, value]) => value === undefined || contains(live[name], value))
  )
}

/** An apply of no fields owns nothing. */
const isEmptyMap = (value: unknown): boolean =>
  value === undefined || (isRecord(value) && Object.values(value).every(isEmptyMap))

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
