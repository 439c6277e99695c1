import * as Effect from "effect/Effect"
import { type FieldError, forbiddenValue, notSupported, requiredValue, tooLong } from "../schema/FieldError.ts"
import { badRequest, invalid } from "./ApiError.ts"
import type { Call } from "./Call.ts"

/**
 * Refuses parameters of a request that contradict each other or say nothing that is known.
 *
 * Source: apimachinery `pkg/apis/meta/v1/validation`, `pkg/apis/meta/internalversion/validation`.
 */
export const checkOptions = Effect.fnUntraced(function* (call: Call) {
  if (call.verb === "list" || call.verb === "watch" || call.verb === "deletecollection") {
    const limit = call.query.get("limit") ?? "0"
    if (!/^[+-]?\d+$/u.test(limit)) {
      yield* badRequest(`strconv.ParseInt: parsing ${JSON.stringify(limit)}: invalid syntax`)
    }
  }
  const kind = optionsOf[call.verb]
  const faults = kind === undefined ? [] : faultsOf(call)
  if (kind !== undefined && faults.length > 0) {
    yield* invalid({ group: "meta.k8s.io", plural: "", kind }, "", faults)
  }
})

const optionsOf: Readonly<Record<Call["verb"], string | undefined>> = {
  get: undefined,
  list: "ListOptions",
  watch: "ListOptions",
  create: "CreateOptions",
  update: "UpdateOptions",
  patch: "PatchOptions",
  apply: "PatchOptions",
  delete: undefined,
  deletecollection: "ListOptions"
}

const faultsOf = (call: Call): ReadonlyArray<FieldError> => {
  switch (call.verb) {
    case "list":
    case "deletecollection":
      return listFaults(call.query)
    case "watch":
      return watchFaults(call.query)
    default:
      return writeFaults(call)
  }
}

const maxManager = 128

const writeFaults = ({ query, verb }: Call): ReadonlyArray<FieldError> => {
  const manager = query.get("fieldManager") ?? ""
  const dryRun = query.getAll("dryRun")
  const validation = query.get("fieldValidation") ?? ""
  return [
    ...(verb === "patch" && query.has("force")
      ? [forbiddenValue("force", "may not be specified for non-apply patch")]
      : []),
    ...(verb === "apply" && manager === "" ? [requiredValue("fieldManager", "is required for apply patch")] : []),
    ...(manager.length > maxManager ? [tooLong("fieldManager", maxManager)] : []),
    ...(dryRun.some((value) => value !== "All") ? [notSupported("dryRun", dryRun, ["All"])] : []),
    ...(["", "Ignore", "Strict", "Warn"].includes(validation)
      ? []
      : [notSupported("fieldValidation", validation, ["", "Ignore", "Strict", "Warn"])])
  ]
}

const listFaults = (query: URLSearchParams): ReadonlyArray<FieldError> => {
  const match = query.get("resourceVersionMatch") ?? ""
  const version = query.get("resourceVersion") ?? ""
  const faults: Array<FieldError> = []
  if (match !== "") {
    const forbidden = (why: string) => faults.push(forbiddenValue("resourceVersionMatch", why))
    if (version === "") forbidden("resourceVersionMatch is forbidden unless resourceVersion is provided")
    if ((query.get("continue") ?? "") !== "") forbidden("resourceVersionMatch is forbidden when continue is provided")
    if (match !== "Exact" && match !== "NotOlderThan") {
      faults.push(notSupported("resourceVersionMatch", match, ["Exact", "NotOlderThan", ""]))
    }
    if (match === "Exact" && version === "0") {
      forbidden('resourceVersionMatch "exact" is forbidden for resourceVersion "0"')
    }
  }
  if (query.has("sendInitialEvents")) {
    faults.push(forbiddenValue("sendInitialEvents", "sendInitialEvents is forbidden for list"))
  }
  return faults
}

const matchForbidden = (why: string) => [forbiddenValue("resourceVersionMatch", why)]

const watchFaults = (query: URLSearchParams): ReadonlyArray<FieldError> => {
  const match = query.get("resourceVersionMatch") ?? ""
  const initial = query.has("sendInitialEvents")
  if (match !== "" && !initial) {
    return matchForbidden("resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided")
  }
  return initial && match !== "NotOlderThan"
    ? matchForbidden("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")
    : []
}
