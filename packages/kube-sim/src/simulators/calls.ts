import type { KubeApi, KubeError, KubeObject, ObjectRef, ResourceType } from "@multicluster-mesh/ocm-transport"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { dataOf } from "./fields.ts"

/** The calls that every simulator needs; none of them writes when nothing changes. */

const isMissing = (error: KubeError) => error.reason._tag === "NotFound" || error.reason._tag === "NotServed"

/** The object, or undefined when there is none. */
export const find = (
  api: KubeApi,
  type: ResourceType,
  ref: ObjectRef
): Effect.Effect<KubeObject | undefined, KubeError> =>
  api.get(type, ref).pipe(Effect.catchIf(isMissing, () => Effect.succeed(undefined)))

/** All objects of a kind, none if the kind is not served. */
export const listAll = (
  api: KubeApi,
  type: ResourceType,
  selection: { readonly namespace?: string; readonly labelSelector?: string } = {}
): Effect.Effect<ReadonlyArray<KubeObject>, KubeError> =>
  api.list(type, selection).pipe(
    Effect.map((list) => list.items),
    Effect.catchIf(isMissing, () => Effect.succeed([]))
  )

/** Creates the object unless one of that name is there; returns what is there. */
export const ensure = (
  api: KubeApi,
  type: ResourceType,
  object: KubeObject,
  fieldManager: string
): Effect.Effect<KubeObject, KubeError> =>
  Effect.flatMap(find(api, type, object.metadata), (found) =>
    found === undefined
      ? api.create(type, object, { fieldManager }).pipe(
          Effect.catchIf(
            (error) => error.reason._tag === "AlreadyExists",
            () => api.get(type, object.metadata)
          )
        )
      : Effect.succeed(found)
  )

/** Deletes the object if it is there. */
export const remove = (api: KubeApi, type: ResourceType, ref: ObjectRef): Effect.Effect<void, KubeError> =>
  api.delete(type, ref).pipe(Effect.catchIf(isMissing, () => Effect.void))

/**
 * Writes `status` as a merge patch, unless the object has it already. `conditions` are compared without their times,
 * and keep them while their status stays. `onto` the version that was read, what others wrote meanwhile is not lost.
 *
 * Errors: `Conflict` when it is another version by now.
 */
export const patchStatus = Effect.fnUntraced(function* (
  api: KubeApi,
  type: ResourceType,
  object: KubeObject,
  status: Readonly<Record<string, unknown>>,
  fieldManager: string,
  onto?: "the version read"
) {
  const now = timestamp(yield* Clock.currentTimeMillis)
  const before = dataOf(object["status"])
  const stamped = stampTimes(status, before, now)
  if (contains(before, stamped)) return object
  const { resourceVersion } = object.metadata
  const patch = { ...(onto !== undefined && { metadata: { resourceVersion } }), status: stamped }
  return yield* api.patch(type, object.metadata, patch, { subresource: "status", fieldManager })
})

/** RFC 3339 to the second, as Kubernetes writes it. */
export const timestamp = (millis: number): string => `${new Date(millis).toISOString().slice(0, 19)}Z`

/** Gives each condition of `value` the time of the one before it, if its status stays, else `now`. */
const stampTimes = (value: unknown, before: unknown, now: string): unknown => {
  if (Array.isArray(value)) {
    const olds: ReadonlyArray<unknown> = Array.isArray(before) ? before : []
    return value.map((item: unknown, index) => {
      const type = dataOf(item)["type"]
      const old = type === undefined ? olds[index] : olds.find((old) => dataOf(old)["type"] === type)
      return stampTimes(item, old, now)
    })
  }
  if (typeof value !== "object" || value === null) return value
  const old = dataOf(before)
  const stamped = Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, stampTimes(field, old[key], now)])
  )
  const isCondition = typeof stamped["type"] === "string" && typeof stamped["status"] === "string"
  if (!isCondition) return stamped
  const since = old["status"] === stamped["status"] ? old["lastTransitionTime"] : undefined
  return { ...stamped, lastTransitionTime: since ?? now }
}

/** Whether a merge patch with `wanted` would change nothing. */
export const contains = (object: unknown, wanted: unknown): boolean => {
  if (wanted === null) return object === undefined || object === null
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(object) &&
      object.length === wanted.length &&
      wanted.every((item, index) => contains(object[index], item) && contains(item, object[index]))
    )
  }
  if (typeof wanted !== "object") return object === wanted
  const fields = dataOf(object)
  return Object.entries(wanted).every(([key, field]) => field === undefined || contains(fields[key], field))
}
