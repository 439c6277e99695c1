import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { type Answer, json } from "./Answer.ts"
import { apiError, badRequest, invalid, notFound, notImplemented } from "./ApiError.ts"
import type { Call } from "./Call.ts"
import { allowsUnconditionalUpdate } from "./kindRules.ts"
import { liveOf } from "./commit.ts"
import { checkOptions } from "./checkOptions.ts"
import { createObject } from "./createObject.ts"
import { deleteObject, readDeleteOptions } from "./deleteObject.ts"
import { delayOf, strike } from "./Fault.ts"
import { listObjects } from "./listObjects.ts"
import { outputFor } from "./Output.ts"
import { patchObject } from "./patchObject.ts"
import { readObject } from "./readBody.ts"
import { selectionOf } from "./selection.ts"
import type { Server } from "./Server.ts"
import { updateObject } from "./updateObject.ts"
import { resourceOf } from "./Kind.ts"
import { watchObjects } from "./watchObjects.ts"

const maxBody = 3 * 1024 * 1024

/** Does what a call to a resource asks for. */
export const answerResource = Effect.fnUntraced(function* (server: Server, call: Call) {
  if (call.body.length > maxBody) {
    return yield* apiError(413, "RequestEntityTooLarge", `Request entity too large: limit is ${maxBody}`)
  }
  yield* checkOptions(call)
  const delay = delayOf(server, call)
  if (Duration.isPositive(delay)) yield* Effect.sleep(delay)
  const struck = strike(server, call)
  if (struck !== undefined) return yield* struck
  const output = outputFor(
    call.kind,
    call.accept,
    call.query.get("includeObject") ?? "Metadata",
    yield* Clock.currentTimeMillis
  )
  if (output === undefined) {
    if (/yaml|protobuf/u.test(call.accept)) return yield* notImplemented(`answers as ${call.accept}`)
    return yield* apiError(
      406,
      "NotAcceptable",
      "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf"
    )
  }
  const one = (object: KubeObject, code = 200): Answer => json(output.one(object), code)
  switch (call.verb) {
    case "get": {
      const name = call.name ?? ""
      const live = liveOf(server, call, name)
      return live === undefined ? yield* notFound(call.kind.type, name) : one(live)
    }
    case "list": {
      const { items, metadata } = yield* listObjects(server, call)
      return json(output.many(items, metadata))
    }
    case "watch":
      return { _tag: "Lines", watch: yield* watchObjects(server, call, output) } satisfies Answer
    case "create":
      return one(yield* createObject(server, call, yield* readObject(call)), 201)
    case "update":
      return one(yield* replace(server, call))
    case "patch":
    case "apply": {
      const existed = liveOf(server, call, call.name ?? "") !== undefined
      return one(yield* patchObject(server, call, call.name ?? ""), existed ? 200 : 201)
    }
    case "delete": {
      const name = call.name ?? ""
      const live = liveOf(server, call, name)
      if (live === undefined) return yield* notFound(call.kind.type, name)
      const { gone, object } = yield* deleteObject(server, call, live, yield* readDeleteOptions(call))
      return gone ? json(deletedStatus(call, object)) : one(object)
    }
    case "deletecollection": {
      const options = yield* readDeleteOptions(call)
      const selector = yield* selectionOf(call)
      const selected = server.store.collection(resourceOf(call.kind.type)).all().filter(selector)
      for (const object of selected) {
        const live = liveOf(server, { ...call, namespace: object.metadata.namespace }, object.metadata.name)
        if (live !== undefined) yield* deleteObject(server, call, live, options)
      }
      return json(output.many(selected, { resourceVersion: String(server.store.revision()) }))
    }
    default:
      return yield* notImplemented(`verb ${String(call.verb)}`)
  }
})

const replace = Effect.fnUntraced(function* (server: Server, call: Call) {
  const body = yield* readObject(call)
  const name = call.name ?? ""
  if (body.metadata.name === "") return yield* badRequest("metadata.name must be set")
  const live = liveOf(server, call, name)
  if (live === undefined) return yield* notFound(call.kind.type, name)
  if ((body.metadata.resourceVersion ?? "") === "" && !allowsUnconditionalUpdate(call.kind)) {
    const message = "Invalid value: 0: must be specified for an update"
    const fault = { field: "metadata.resourceVersion", reason: "FieldValueInvalid", message }
    // said before the kind is looked at: under the name of the resource
    return yield* invalid({ ...call.kind.type, kind: call.kind.type.plural }, name, [fault])
  }
  return yield* updateObject(server, call, live, body, { applied: false, uidIsPrecondition: true })
})

const deletedStatus = (call: Call, object: KubeObject) => ({
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Success",
  details: {
    name: object.metadata.name,
    ...(call.kind.type.group !== "" && { group: call.kind.type.group }),
    kind: call.kind.type.plural,
    uid: object.metadata.uid
  }
})
