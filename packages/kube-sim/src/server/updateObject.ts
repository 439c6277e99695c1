import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { type FieldError, forbiddenValue, invalidValue } from "../schema/FieldError.ts"
import { jsonEquals } from "../schema/json.ts"
import { mutated } from "./AdmissionHook.ts"
import { conflict, invalid, outdated } from "./ApiError.ts"
import type { Call } from "./Call.ts"
import { shaped, validated } from "./checkSchema.ts"
import { commit, commitRelease, reviewOf } from "./commit.ts"
import { countsGenerations, updated } from "./kindRules.ts"
import { recordUpdate } from "../managedFields/recordUpdate.ts"
import { now, type Server } from "./Server.ts"

/** How a write relates to the object it meets. */
export interface UpdateOptions {
  /** The managed fields of `desired` are right already: it comes from an apply. */
  readonly applied: boolean
  /** A wrong uid is a lost race (PUT, 409), not an attempt to change it (PATCH, 422). */
  readonly uidIsPrecondition: boolean
}

/**
 * Brings `live` to `desired`, as far as the request may: system metadata stay, the status goes through its subresource
 * alone, the generation counts changes of the rest. Removes the object when its last finalizer goes during deletion.
 */
export const updateObject = Effect.fnUntraced(function* (
  server: Server,
  call: Call,
  live: KubeObject,
  desired: KubeObject,
  options: UpdateOptions
) {
  yield* checkPreconditions(call, live, desired, options)
  const allowed = withSystemMetadata(live, parted(call, live, desired))
  const changed = yield* mutated(
    server.hooks,
    reviewOf(call, live.metadata.name, live, yield* shaped(call, allowed, options.applied))
  )
  const counted = withGeneration(call, live, updated(call.kind, call.subresource, live, changed))
  const faults = immutableFaults(live, desired, counted)
  if (faults.length > 0) return yield* invalid(call.kind.type, live.metadata.name, faults)
  yield* validated(call, counted, live)
  const recorded = options.applied
    ? counted
    : recordUpdate({
        before: live,
        after: counted,
        schema: call.kind.schema,
        manager: call.manager,
        subresource: call.subresource,
        now: yield* now
      })
  // watches see the removal alone, with the object as it was held
  if (isReleased(recorded)) return yield* commitRelease(server, call, live, recorded)
  return yield* commit(server, call, live, recorded)
})

/** Whether the deletion of the object has nothing to wait for any more. */
const isReleased = (object: KubeObject): boolean =>
  object.metadata.deletionTimestamp !== undefined &&
  (object.metadata.finalizers ?? []).length === 0 &&
  !(object.kind === "Namespace" && object.apiVersion === "v1")

const checkPreconditions = Effect.fnUntraced(function* (
  call: Call,
  live: KubeObject,
  desired: KubeObject,
  options: UpdateOptions
) {
  const { type } = call.kind
  const { name } = live.metadata
  const { uid, resourceVersion } = desired.metadata
  if (options.uidIsPrecondition && uid !== undefined && uid !== "" && uid !== live.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid}`
    yield* conflict(type, name, why)
  }
  if (resourceVersion !== undefined && resourceVersion !== "" && resourceVersion !== live.metadata.resourceVersion) {
    yield* outdated(type, name)
  }
})

/** What the request may change: the main resource all but the status, the subresource the status alone. */
const parted = (call: Call, live: KubeObject, desired: KubeObject): KubeObject => {
  if (!call.kind.subresources.status) return desired
  if (call.subresource === "status") {
    const { managedFields } = desired.metadata
    const next: KubeObject = withField(live, "status", desired["status"])
    return {
      ...next,
      apiVersion: desired.apiVersion,
      metadata: { ...live.metadata, ...(managedFields !== undefined && { managedFields }) }
    }
  }
  return withField(desired, "status", live["status"])
}

const withField = (object: KubeObject, field: string, value: unknown): KubeObject => {
  if (value !== undefined) return { ...object, [field]: value }
  const { [field]: _, ...rest } = object
  return { ...rest, apiVersion: object.apiVersion, kind: object.kind, metadata: object.metadata }
}

const withSystemMetadata = (live: KubeObject, desired: KubeObject): KubeObject => {
  const { resourceVersion: _, deletionTimestamp: _deleted, ...metadata } = desired.metadata
  const kept = (["uid", "resourceVersion", "creationTimestamp", "generation", "deletionTimestamp"] as const)
    .filter((field) => live.metadata[field] !== undefined)
    .map((field) => [field, live.metadata[field]] as const)
  const grace = Reflect.get(live.metadata, "deletionGracePeriodSeconds")
  return {
    ...desired,
    metadata: {
      ...metadata,
      ...Object.fromEntries(kept),
      ...(grace !== undefined && { deletionGracePeriodSeconds: grace })
    }
  }
}

const withGeneration = (call: Call, live: KubeObject, next: KubeObject): KubeObject => {
  if (!countsGenerations(call.kind)) return next
  const generation = live.metadata.generation ?? 1
  const changed = !jsonEquals(counted(call, live), counted(call, next))
  return { ...next, metadata: { ...next.metadata, generation: changed ? generation + 1 : generation } }
}

const counted = (call: Call, object: KubeObject): unknown => {
  const { apiVersion: _version, metadata: _metadata, status, ...rest } = object
  return call.kind.subresources.status ? rest : { ...rest, status }
}

const immutableFaults = (live: KubeObject, desired: KubeObject, next: KubeObject): ReadonlyArray<FieldError> => {
  const faults: Array<FieldError> = []
  const { uid, creationTimestamp } = desired.metadata
  if (uid !== undefined && uid !== "" && uid !== live.metadata.uid) {
    faults.push(invalidValue("metadata.uid", uid, "field is immutable"))
  }
  if (typeof creationTimestamp === "string" && creationTimestamp !== live.metadata.creationTimestamp) {
    faults.push(invalidValue("metadata.creationTimestamp", creationTimestamp, "field is immutable"))
  }
  const before = live.metadata.finalizers ?? []
  const added = (next.metadata.finalizers ?? []).filter((finalizer) => !before.includes(finalizer))
  if (live.metadata.deletionTimestamp !== undefined && added.length > 0) {
    const list = added.map((finalizer) => JSON.stringify(finalizer)).join(", ")
    faults.push(
      forbiddenValue(
        "metadata.finalizers",
        `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`
      )
    )
  }
  return faults
}
