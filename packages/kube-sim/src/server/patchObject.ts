import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { applyObject } from "../managedFields/applyObject.ts"
import { isJsonObject, type JsonObject } from "../schema/json.ts"
import { apiError, badRequest, conflict, notFound } from "./ApiError.ts"
import { applyConflict } from "./applyConflict.ts"
import type { Call } from "./Call.ts"
import { liveOf } from "./commit.ts"
import { createApplied } from "./createObject.ts"
import { groupVersionOf } from "./Kind.ts"
import { jsonPatch } from "./jsonPatch.ts"
import { mergePatch } from "./mergePatch.ts"
import { objectOf, readJson, readValue } from "./readBody.ts"
import { now, type Server } from "./Server.ts"
import { strategicMergePatch } from "./strategicMergePatch.ts"
import { updateObject } from "./updateObject.ts"

/** Whether the call is a server-side apply. */
export const isApply = (contentType: string): boolean => contentType.startsWith("application/apply-patch")

/** Patches the live object; an apply creates it when it is absent. */
export const patchObject = Effect.fnUntraced(function* (server: Server, call: Call, name: string) {
  const live = liveOf(server, call, name)
  if (isApply(call.contentType)) return yield* apply(server, call, name, live)
  if (live === undefined) return yield* notFound(call.kind.type, name)
  const patched = yield* patchedBy(call, inRequestedVersion(call, live))
  const desired = yield* objectOf(call, patched)
  return yield* updateObject(server, call, live, desired, { applied: false, uidIsPrecondition: false })
})

const patchedBy = Effect.fnUntraced(function* (call: Call, live: KubeObject) {
  const mediaType = call.contentType.split(";")[0]?.trim()
  const unversioned = { ...live, metadata: { ...live.metadata, resourceVersion: undefined } }
  switch (mediaType) {
    case "application/merge-patch+json":
      return withoutUndefined(mergePatch(unversioned, yield* readPatch(call)))
    case "application/strategic-merge-patch+json":
      if (call.kind.custom) break
      return withoutUndefined(strategicMergePatch(call.kind.schema, unversioned, yield* readPatch(call)))
    case "application/json-patch+json":
      return yield* jsonPatched(call, live)
    default:
  }
  return yield* apiError(
    415,
    "UnsupportedMediaType",
    `the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml`
  )
})

const readPatch = Effect.fnUntraced(function* (call: Call) {
  const patch = yield* readValue(call)
  if (isJsonObject(patch)) return patch
  const given = Array.isArray(patch) ? "array" : typeof patch
  const message = `error decoding patch: json: cannot unmarshal ${given} into Go value of type map[string]interface {}`
  return yield* badRequest(message)
})

/** Unlike a merge patch, a JSON patch may test the resourceVersion. */
const jsonPatched = Effect.fnUntraced(function* (call: Call, live: KubeObject) {
  const operations = yield* readValue(call)
  if (!Array.isArray(operations)) {
    return yield* badRequest(
      "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp"
    )
  }
  const patched = jsonPatch(live, operations.filter(isJsonObject))
  if ("failed" in patched || !isJsonObject(patched.value)) {
    return yield* apiError(422, "Invalid", "the server rejected our request due to an error in our request", {})
  }
  return patched.value
})

const namespaceIn = ({ metadata }: JsonObject): string => {
  const namespace = isJsonObject(metadata) ? metadata["namespace"] : undefined
  return typeof namespace === "string" ? namespace : ""
}

const withoutUndefined = (value: unknown): { readonly [field: string]: unknown } => JSON.parse(JSON.stringify(value))

const apply = Effect.fnUntraced(function* (server: Server, call: Call, name: string, live: KubeObject | undefined) {
  const body = yield* readJson(call)
  const applied = resettable(call, yield* objectOf(call, body))
  if (applied.metadata.managedFields !== undefined) {
    return yield* badRequest("metadata.managedFields must be nil")
  }
  const { uid } = applied.metadata
  if (live === undefined && uid !== undefined && uid !== "") {
    const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`
    return yield* conflict(call.kind.type, name, why)
  }
  if (live === undefined && call.subresource !== undefined) return yield* notFound(call.kind.type, name)
  const merged = applyObject({
    live: live === undefined ? undefined : inRequestedVersion(call, live),
    applied,
    sentNamespace: namespaceIn(body),
    schema: call.kind.schema,
    manager: call.manager,
    force: call.query.get("force") === "true",
    subresource: call.subresource,
    now: yield* now
  })
  if (merged._tag === "Untyped") return yield* apiError(500, "", merged.message)
  if (merged._tag === "Conflicts") return yield* applyConflict(merged.conflicts)
  if (live === undefined) return yield* createApplied(server, call, merged.object)
  return yield* updateObject(
    server,
    call,
    live,
    { ...merged.object, metadata: { ...merged.object.metadata, ...stated(applied) } },
    { applied: true, uidIsPrecondition: false }
  )
})

/** What the applier says of the object's identity, for the checks; other system metadata are not its to say. */
const stated = (applied: KubeObject): { readonly uid?: string; readonly resourceVersion?: string } => ({
  ...(applied.metadata.uid !== undefined && { uid: applied.metadata.uid }),
  resourceVersion: applied.metadata.resourceVersion ?? ""
})

/** The fields that an apply through this path may own: the status through its subresource alone. */
const resettable = (call: Call, applied: KubeObject): KubeObject => {
  if (!call.kind.subresources.status) return applied
  const { apiVersion, kind, metadata } = applied
  const { status, ...rest } = applied
  if (call.subresource === undefined) return { ...rest, apiVersion, kind, metadata }
  const { labels: _l, annotations: _a, finalizers: _f, ownerReferences: _o, ...identity } = metadata
  return { apiVersion, kind, metadata: identity, ...(status !== undefined && { status }) }
}

const inRequestedVersion = (call: Call, object: KubeObject): KubeObject => ({
  ...object,
  apiVersion: groupVersionOf(call.kind.type.group, call.kind.type.version)
})
