import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { recordUpdate } from "../managedFields/recordUpdate.ts"
import { mutated } from "./AdmissionHook.ts"
import { alreadyExists, apiError, badRequest, forbidden, notFound } from "./ApiError.ts"
import type { Call } from "./Call.ts"
import { shaped, validated } from "./checkSchema.ts"
import { commit, liveOf, reviewOf } from "./commit.ts"
import { countsGenerations, initialized } from "./kindRules.ts"
import { now, type Server } from "./Server.ts"

/** Creates what the body holds, or says why not. */
export const createObject = Effect.fnUntraced(function* (server: Server, call: Call, body: KubeObject) {
  if ((body.metadata.resourceVersion ?? "") !== "") {
    return yield* apiError(500, "", "resourceVersion should not be set on objects to be created")
  }
  const time = yield* now
  const named = withIdentity(server, call, body, time)
  yield* namespaceOpen(server, call, named)
  const recorded = recordUpdate({
    before: undefined,
    after: yield* shaped(call, named),
    schema: call.kind.schema,
    manager: call.manager,
    subresource: undefined,
    now: time
  })
  return yield* storeNew(server, call, recorded)
})

/** Creates from an apply, whose managed fields are known already. */
export const createApplied = Effect.fnUntraced(function* (server: Server, call: Call, applied: KubeObject) {
  if (applied.metadata.name === "") return yield* badRequest("name must be provided")
  const named = withIdentity(server, call, applied, yield* now)
  yield* namespaceOpen(server, call, named)
  return yield* storeNew(server, call, yield* shaped(call, named, true))
})

const storeNew = Effect.fnUntraced(function* (server: Server, call: Call, object: KubeObject) {
  const { name } = object.metadata
  if (liveOf(server, call, name) !== undefined) return yield* alreadyExists(call.kind.type, name)
  const next = initialized(call, yield* mutated(server.hooks, reviewOf(call, name, undefined, object)))
  yield* validated(call, next, undefined)
  return yield* commit(server, call, undefined, next)
})

const withIdentity = (server: Server, call: Call, body: KubeObject, time: string): KubeObject => {
  const { resourceVersion: _, deletionTimestamp: _deleted, ...metadata } = body.metadata
  const generateName = Reflect.get(metadata, "generateName")
  const name =
    metadata.name === "" && typeof generateName === "string" && generateName !== ""
      ? `${generateName}${server.nextSuffix()}`
      : metadata.name
  const { status, ...rest } = body
  return {
    ...rest,
    ...(!call.kind.subresources.status && status !== undefined && { status }),
    apiVersion: body.apiVersion,
    kind: body.kind,
    metadata: {
      ...metadata,
      name,
      uid: server.nextUid(),
      creationTimestamp: time,
      ...(countsGenerations(call.kind) && { generation: 1 })
    }
  }
}

const namespaces = { group: "", plural: "namespaces", kind: "Namespace" }

/** Fails where the namespace is missing or being deleted. */
const namespaceOpen = Effect.fnUntraced(function* (server: Server, call: Call, object: KubeObject) {
  if (call.kind.terminating) {
    yield* apiError(405, "MethodNotAllowed", "create not allowed while custom resource definition is terminating")
  }
  if (!call.kind.type.namespaced || call.namespace === undefined) return
  const namespace = server.store.collection("/namespaces").get(call.namespace)
  if (namespace === undefined) yield* notFound(namespaces, call.namespace)
  if (namespace?.metadata.deletionTimestamp !== undefined) {
    yield* forbidden(
      call.kind.type,
      object.metadata.name,
      `unable to create new content in namespace ${call.namespace} because it is being terminated`,
      [
        {
          reason: "NamespaceTerminating",
          message: `namespace ${call.namespace} is being terminated`,
          field: "metadata.namespace"
        }
      ]
    )
  }
})
