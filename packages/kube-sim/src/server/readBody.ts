import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import * as Yaml from "effect/encoding/Yaml"
import { isJsonObject, type JsonObject } from "../schema/json.ts"
import { apiError, badRequest } from "./ApiError.ts"
import { checkKind } from "./checkKind.ts"
import { objectFromProtobuf } from "./protobuf.ts"
import type { Call } from "./Call.ts"
import { groupVersionOf } from "./Kind.ts"

/** The JSON (or, where the content type says so, YAML) object in the body. */
export const readJson = Effect.fnUntraced(function* (call: Call) {
  const value = yield* readValue(call)
  if (!isJsonObject(value)) return yield* badRequest("the body of the request is not an object")
  return value
})

/** What is in the body. */
export const readValue = Effect.fnUntraced(function* (call: Call) {
  const text = Buffer.from(call.body).toString("utf8")
  if (call.contentType.includes("protobuf")) {
    const object = objectFromProtobuf(call.body)
    if (object !== undefined) return object
    return yield* apiError(
      415,
      "UnsupportedMediaType",
      "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml (kube-sim reads the protobuf of few kinds)"
    )
  }
  return yield* Effect.try({
    try: (): unknown =>
      call.contentType.includes("yaml") && !/^\s*\{/u.test(text) ? Yaml.parse(text) : JSON.parse(text),
    catch: (cause) =>
      badRequest(`the object provided is unrecognized (must be of type ${call.kind.type.kind}): ${String(cause)}`)
  })
})

/** The object in the body, with the kind, name and namespace of the request. */
export const readObject = Effect.fnUntraced(function* (call: Call) {
  return yield* objectOf(call, yield* readJson(call))
})

/** `value` as an object of the requested kind; refuses another kind, name or namespace, and what cannot be read. */
export const objectOf = Effect.fnUntraced(function* (call: Call, value: JsonObject) {
  const { type } = call.kind
  const apiVersion = groupVersionOf(type.group, type.version)
  yield* checkKind(call, value)
  const metadata = isJsonObject(value["metadata"]) ? value["metadata"] : {}
  const namespace = textOf(metadata["namespace"])
  if (type.namespaced && namespace !== "" && namespace !== call.namespace) {
    return yield* badRequest("the namespace of the provided object does not match the namespace sent on the request")
  }
  const name = textOf(metadata["name"])
  if (call.name !== undefined && name !== "" && name !== call.name) {
    return yield* badRequest(`the name of the object (${name}) does not match the name on the URL (${call.name})`)
  }
  const { namespace: _, ...rest } = metadata
  const object: KubeObject = {
    ...value,
    apiVersion,
    kind: type.kind,
    metadata: {
      ...rest,
      name: call.name ?? name,
      ...(type.namespaced && call.namespace !== undefined && { namespace: call.namespace })
    }
  }
  return object
})

const textOf = (value: unknown): string => (typeof value === "string" ? value : "")
