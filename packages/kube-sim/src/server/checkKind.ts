import * as Effect from "effect/Effect"
import { decodeFault } from "../schema/decodeFault.ts"
import { invalidValue } from "../schema/FieldError.ts"
import type { JsonObject } from "../schema/json.ts"
import { objectMetaSchema } from "../schema/objectMeta.ts"
import { type ApiError, apiError, badRequest, invalid } from "./ApiError.ts"
import type { Call } from "./Call.ts"
import { groupVersionOf } from "./Kind.ts"

/** Refuses a body of another kind or version, and one that cannot be read as the kind that it names. */
export const checkKind = (call: Call, value: JsonObject): Effect.Effect<void, ApiError> => {
  if (call.verb === "apply") return checkApplied(call, value)
  return call.kind.custom ? checkCustom(call, value) : checkBuiltin(call, value)
}

const checkBuiltin = Effect.fnUntraced(function* (call: Call, value: JsonObject) {
  const problem = otherKind(call, value) ?? unreadable(call, value)
  if (problem === undefined) return
  if (call.verb === "patch") yield* patchFault(value, problem)
  const { kind, version } = given(call, value)
  const short = JSON.stringify(version.split("/").at(-1))
  yield* badRequest(`${kind} in version ${short} cannot be handled as a ${call.kind.type.kind}: ${problem}`)
})

/** What a patch makes of an object cannot be read: refused before anyone knows of what kind it is. */
export const patchFault = (value: JsonObject, problem: string): ApiError =>
  invalid({ group: "", plural: "", kind: "" }, "", [invalidValue("patch", JSON.stringify(value), problem)])

const textOf = (value: unknown): string => (typeof value === "string" ? value : "")

/** The kind and version that a body names; those of the request where it names none. */
const given = (call: Call, value: JsonObject): { readonly kind: string; readonly version: string } => ({
  kind: textOf(value["kind"]) || call.kind.type.kind,
  version: textOf(value["apiVersion"]) || groupVersionOf(call.kind.type.group, call.kind.type.version)
})

const otherKind = (call: Call, value: JsonObject): string | undefined => {
  const { type } = call.kind
  const { kind, version } = given(call, value)
  if (version !== groupVersionOf(type.group, type.version)) {
    return `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(version)} in scheme "pkg/runtime/scheme.go:111"`
  }
  return kind === type.kind
    ? undefined
    : `converting (${type.version}.${kind}) to (${type.group === "" ? "core" : type.group}.${type.kind}): unknown conversion`
}

const unreadable = (call: Call, value: JsonObject): string | undefined => {
  const { schema, type } = call.kind
  if (schema === undefined) return undefined
  return decodeFault({ ...schema, properties: { ...schema.properties, metadata: objectMetaSchema } }, value, type.kind)
}

const checkCustom = Effect.fnUntraced(function* (call: Call, value: JsonObject) {
  const { type } = call.kind
  const expected = groupVersionOf(type.group, type.version)
  const [apiVersion, kind] = [textOf(value["apiVersion"]), textOf(value["kind"])]
  const missing = kind === "" ? "Kind" : apiVersion === "" ? "apiVersion" : undefined
  if (missing !== undefined) {
    const text = JSON.stringify(value)
    yield* badRequest(
      `the object provided is unrecognized (must be of type ${type.kind}): Object '${missing}' is missing in '${text}' (${text})`
    )
  }
  if (apiVersion !== expected) {
    yield* badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`
    )
  }
  const metadata = value["metadata"]
  const problem = decodeFault(objectMetaSchema, metadata, "ObjectMeta")
  if (problem !== undefined) {
    if (call.verb === "patch") yield* patchFault(value, problem)
    yield* badRequest(
      `${kind} in version ${JSON.stringify(type.version)} cannot be handled as a ${type.kind}: ${problem}`
    )
  }
  if (kind !== type.kind) {
    const name = typeof metadata === "object" && metadata !== null ? textOf(Reflect.get(metadata, "name")) : ""
    yield* invalid({ ...type, kind }, call.name ?? name, [invalidValue("kind", kind, `must be ${type.kind}`)])
  }
})

const checkApplied = Effect.fnUntraced(function* (call: Call, value: JsonObject) {
  const { type } = call.kind
  const [apiVersion, kind] = [textOf(value["apiVersion"]), textOf(value["kind"])]
  if (apiVersion === "" || kind === "") yield* badRequest(`invalid object type: /, Kind=${kind}`)
  const expected = groupVersionOf(type.group, type.version)
  if (apiVersion !== expected || kind !== type.kind) {
    yield* apiError(
      500,
      "",
      `failed to create typed patch object: incorrect object, got ${apiVersion}, Kind=${kind}, want ${expected}, Kind=${type.kind}`
    )
  }
  const { metadata } = value
  const name = typeof metadata === "object" && metadata !== null ? textOf(Reflect.get(metadata, "name")) : ""
  if (call.kind.custom && name === "") {
    yield* badRequest(`the name of the object (${call.name} based on URL) was undeterminable: name must be provided`)
  }
})
