import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { jsonEquals } from "../schema/json.ts"
import { storeKey } from "../store/ObjectStore.ts"
import { type AdmissionReview, admitted } from "./AdmissionHook.ts"
import { apiError } from "./ApiError.ts"
import type { Call } from "./Call.ts"
import { groupVersionOf, resourceOf } from "./Kind.ts"
import type { Server, Write } from "./Server.ts"

/** Another write came between reading and storing, while a hook was asked: do it again. */
export class Raced extends Data.TaggedError("Raced")<{}> {}

/** The live object of a call, as stored. */
export const liveOf = (server: Server, call: Call, name: string): KubeObject | undefined =>
  server.store
    .collection(resourceOf(call.kind.type))
    .get(storeKey(call.kind.type.namespaced ? call.namespace : undefined, name))

/** Stores `next` in place of `live`, unless the call is a dry run or nothing has changed. */
export const commit = Effect.fnUntraced(function* (
  server: Server,
  call: Call,
  live: KubeObject | undefined,
  next: KubeObject
) {
  yield* admitted(server.hooks, reviewOf(call, next.metadata.name, live, next))
  if (liveOf(server, call, next.metadata.name) !== live) return yield* new Raced()
  if (live !== undefined && isSame(live, next)) return live
  if (call.dryRun) return next
  if (call.body.length > maxStored / 2) yield* smallEnough(next)
  const stored = server.store.put(resourceOf(call.kind.type), inVersion(next, call.kind.storageVersion, call))
  record(server, call, next.metadata.name)
  return stored
})

/** As large as a message to etcd may be. */
const maxStored = 2 * 1024 * 1024

const smallEnough = Effect.fnUntraced(function* (object: KubeObject) {
  const size = Buffer.byteLength(JSON.stringify(object))
  if (size > maxStored) {
    const message = `rpc error: code = ResourceExhausted desc = trying to send message larger than max (${size} vs. ${maxStored})`
    yield* apiError(500, "", message)
  }
})

/** Removes `live`, whose last finalizer is gone in `next`; that is also what the writer gets to see. */
export const commitRelease = Effect.fnUntraced(function* (
  server: Server,
  call: Call,
  live: KubeObject,
  next: KubeObject
) {
  yield* admitted(server.hooks, reviewOf(call, live.metadata.name, live, next))
  if (liveOf(server, call, live.metadata.name) !== live) return yield* new Raced()
  commitRemoval(server, call, live)
  return next
})

/** Removes `live` for good. */
export const commitRemoval = (server: Server, call: Call, live: KubeObject): KubeObject => {
  if (call.dryRun) return live
  const { namespace, name } = live.metadata
  record(server, call, name)
  return server.store.remove(resourceOf(call.kind.type), storeKey(namespace, name)) ?? live
}

export const reviewOf = (
  call: Call,
  name: string,
  oldObject: KubeObject | undefined,
  object: KubeObject
): AdmissionReview & { readonly object: KubeObject } => ({
  operation: oldObject === undefined ? "CREATE" : "UPDATE",
  type: call.kind.type,
  subresource: call.subresource,
  namespace: call.namespace,
  name,
  object,
  oldObject,
  dryRun: call.dryRun,
  user: call.user.name,
  manager: call.manager
})

/** Equal but for the times at which managers wrote: such a write leaves the stored object as it is. */
const isSame = (live: KubeObject, next: KubeObject): boolean =>
  jsonEquals(timeless(live), timeless(inVersionOf(next, live)))

const timeless = (object: KubeObject): unknown => {
  const { resourceVersion: _, managedFields, ...metadata } = object.metadata
  return {
    ...object,
    metadata: { ...metadata, managedFields: (managedFields ?? []).map((entry) => ({ ...entry, time: undefined })) }
  }
}

const inVersionOf = (object: KubeObject, live: KubeObject): KubeObject => ({ ...object, apiVersion: live.apiVersion })

const inVersion = (object: KubeObject, version: string, call: Call): KubeObject => ({
  ...object,
  apiVersion: groupVersionOf(call.kind.type.group, version)
})

const record = (server: Server, call: Call, name: string): void => {
  server.writes.push({
    verb: verbOf(call),
    group: call.kind.type.group,
    resource: call.kind.type.plural,
    namespace: call.kind.type.namespaced ? call.namespace : undefined,
    name,
    subresource: call.subresource,
    manager: call.manager,
    userAgent: call.userAgent,
    user: call.user.name
  })
}

const verbOf = (call: Call): Write["verb"] => {
  switch (call.verb) {
    case "create":
    case "update":
    case "patch":
    case "apply":
      return call.verb
    default:
      return "delete"
  }
}
