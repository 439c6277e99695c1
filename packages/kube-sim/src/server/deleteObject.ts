import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { notSupported } from "../schema/FieldError.ts"
import { isJsonObject, type JsonObject } from "../schema/json.ts"
import { admitted } from "./AdmissionHook.ts"
import { conflict, forbidden, invalid } from "./ApiError.ts"
import type { Call } from "./Call.ts"
import { commit, commitRemoval, liveOf, Raced, reviewOf } from "./commit.ts"
import { resourceOf } from "./Kind.ts"
import { readJson } from "./readBody.ts"
import { now, type Server } from "./Server.ts"

/** What a DELETE asks for, from its body and its query. */
export interface DeleteOptions {
  readonly uid: string | undefined
  readonly resourceVersion: string | undefined
  readonly propagationPolicy: "Background" | "Foreground" | "Orphan"
  readonly dryRun: boolean
}

/** An object that is gone, or one that finalizers still hold. */
export interface Deletion {
  readonly gone: boolean
  readonly object: KubeObject
}

export const readDeleteOptions = Effect.fnUntraced(function* (call: Call) {
  const body: JsonObject = call.body.length === 0 ? {} : yield* readJson(call)
  const preconditions = isJsonObject(body["preconditions"]) ? body["preconditions"] : {}
  const policy =
    body["propagationPolicy"] ??
    call.query.get("propagationPolicy") ??
    (body["orphanDependents"] === true ? "Orphan" : "Background")
  if (policy !== "Background" && policy !== "Foreground" && policy !== "Orphan") {
    const supported = ["Foreground", "Background", "Orphan", "nil"]
    return yield* invalid({ group: "meta.k8s.io", plural: "", kind: "DeleteOptions" }, "", [
      notSupported("propagationPolicy", policy, supported)
    ])
  }
  const options: DeleteOptions = {
    uid: textOf(preconditions["uid"]),
    resourceVersion: textOf(preconditions["resourceVersion"]),
    propagationPolicy: policy,
    dryRun: call.dryRun || (Array.isArray(body["dryRun"]) && body["dryRun"].includes("All"))
  }
  return options
})

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined)

const undeletable = new Set(["default", "kube-system", "kube-public"])

/** Deletes `live`, or marks it as being deleted while finalizers hold it. */
export const deleteObject = Effect.fnUntraced(function* (
  server: Server,
  given: Call,
  live: KubeObject,
  options: DeleteOptions
) {
  const call: Call = { ...given, verb: "delete", dryRun: options.dryRun, namespace: live.metadata.namespace }
  yield* checkPreconditions(call, live, options)
  if (resourceOf(call.kind.type) === "/namespaces" && undeletable.has(live.metadata.name)) {
    return yield* forbidden(call.kind.type, live.metadata.name, "this namespace may not be deleted")
  }
  yield* admitted(server.hooks, {
    ...reviewOf(call, live.metadata.name, live, live),
    operation: "DELETE",
    object: undefined
  })
  if (liveOf(server, call, live.metadata.name) !== live) return yield* new Raced()
  if (live.metadata.deletionTimestamp !== undefined) return { gone: false, object: live } satisfies Deletion
  const finalizers = finalizersOf(call, live, options)
  if (finalizers.length === 0 && resourceOf(call.kind.type) !== "/namespaces") {
    return { gone: true, object: commitRemoval(server, call, live) } satisfies Deletion
  }
  const time = yield* now
  const marked: KubeObject = {
    ...live,
    metadata: {
      ...live.metadata,
      ...(finalizers.length > 0 && { finalizers }),
      deletionTimestamp: time,
      ...deletionExtras(live)
    },
    ...(resourceOf(call.kind.type) === "/namespaces" && { status: { phase: "Terminating" } })
  }
  return { gone: false, object: yield* commit(server, call, live, marked) } satisfies Deletion
})

/** The generation counts the deletion too; nothing here has a grace period. */
const deletionExtras = (live: KubeObject) => ({
  // a namespace waits for its content, not for a time
  ...(live.kind !== "Namespace" && { deletionGracePeriodSeconds: 0 }),
  ...(live.metadata.generation !== undefined && { generation: live.metadata.generation + 1 })
})

const finalizersOf = (call: Call, live: KubeObject, options: DeleteOptions): ReadonlyArray<string> => {
  const finalizers = live.metadata.finalizers ?? []
  if (options.propagationPolicy === "Foreground") return [...finalizers, "foregroundDeletion"]
  if (options.propagationPolicy === "Orphan") return [...finalizers, "orphan"]
  return resourceOf(call.kind.type) === "apiextensions.k8s.io/customresourcedefinitions"
    ? [...finalizers, crdFinalizer]
    : finalizers
}

/** Holds a CustomResourceDefinition until its objects are gone. */
export const crdFinalizer = "customresourcecleanup.apiextensions.k8s.io"

const checkPreconditions = Effect.fnUntraced(function* (call: Call, live: KubeObject, options: DeleteOptions) {
  const { uid, resourceVersion } = options
  // here a real server names the kind where it should name the resource
  const type = { ...call.kind.type, plural: call.kind.type.kind }
  const { name } = live.metadata
  if (uid !== undefined && uid !== live.metadata.uid) {
    yield* conflict(
      type,
      name,
      `the UID in the precondition (${uid}) does not match the UID in record (${live.metadata.uid}). The object might have been deleted and then recreated`
    )
  }
  if (resourceVersion !== undefined && resourceVersion !== live.metadata.resourceVersion) {
    yield* conflict(
      type,
      name,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${live.metadata.resourceVersion}). The object might have been modified`
    )
  }
})
