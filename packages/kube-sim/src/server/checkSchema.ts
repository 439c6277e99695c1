import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { applyDefaults, applyDefaultsToApplied } from "../schema/applyDefaults.ts"
import { blocksRules, type FieldError, rulesNotChecked } from "../schema/FieldError.ts"
import { pruneWithUnknown } from "../schema/prune.ts"
import { withoutEmpty } from "../schema/withoutEmpty.ts"
import { structuralErrors } from "../schema/structuralErrors.ts"
import { validateSchema } from "../schema/validateSchema.ts"
import { badRequest, invalid, notImplemented } from "./ApiError.ts"
import { builtinDefaults } from "./builtinDefaults.ts"
import type { Call } from "./Call.ts"
import { patchFault } from "./checkKind.ts"
import { valuesAt } from "./jsonPath.ts"
import { resourceOf } from "./Kind.ts"
import { crdResource } from "./Kinds.ts"
import { metadataFaults } from "./metadata.ts"

/** The object as its schema has it: unknown fields dropped, defaults filled in; of a request, or of what it applied. */
export const shaped = Effect.fnUntraced(function* (call: Call, object: KubeObject, isApplied = false) {
  const { schema } = call.kind
  if (schema === undefined) return object
  const { object: pruned, unknown } = pruneWithUnknown(schema, object)
  if (unknown.length > 0) {
    const problems = unknown.map((field) => `unknown field ${JSON.stringify(field)}`)
    const validation = call.query.get("fieldValidation") ?? "Warn"
    if (validation === "Strict") return yield* strictError(call, object, problems)
    if (validation === "Warn") call.warnings.push(...problems)
  }
  if (!call.kind.custom) return builtinDefaults(call.kind, withoutEmpty(schema, applyDefaults(schema, pruned)))
  return isApplied ? applyDefaultsToApplied(schema, pruned) : applyDefaults(schema, pruned)
})

const strictError = (call: Call, object: KubeObject, problems: ReadonlyArray<string>) => {
  const { kind, version } = call.kind.type
  const problem = `strict decoding error: ${problems.join(", ")}`
  if (call.verb === "patch") return patchFault({ ...object }, problem)
  return badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${problem}`)
}

/** Fails with 422 where metadata, schema or rules refuse the object. */
export const validated = Effect.fnUntraced(function* (call: Call, object: KubeObject, old: KubeObject | undefined) {
  const { checks, rules, schema } = call.kind
  const ofServer = checks?.(object, old) ?? []
  const ofSchema = schema === undefined ? [] : validateSchema(schema, object, old)
  const structure = [
    ...metadataFaults(call.kind, object),
    ...ofServer,
    ...ofSchema.filter(({ field }) => ofServer.every((fault) => fault.field !== field))
  ]
  const ofRules = rules === undefined ? [] : blocksRules(structure) ? [rulesNotChecked] : rules(object, old)
  const isCrd = resourceOf(call.kind.type) === crdResource
  if (isCrd && convertsByWebhook(object)) yield* notImplemented("conversion of custom resources by a webhook")
  const ofCrd = isCrd ? structuralErrors(object) : []
  const faults = [...structure, ...ofRules, ...ofCrd].map((fault) => fromStatus(call, fault))
  if (faults.length > 0) yield* invalid(call.kind.type, object.metadata.name, faults)
})

/** Through its subresource the status is looked at alone: what is wrong in it is named without its own name. */
const fromStatus = (call: Call, fault: FieldError): FieldError =>
  call.subresource === "status"
    ? { ...fault, message: fault.message.replace(/(^|: )status\.(\S+ in body )/u, "$1$2") }
    : fault

const convertsByWebhook = (crd: KubeObject): boolean =>
  valuesAt(".spec.conversion.strategy", crd).some((strategy) => strategy === "Webhook")
