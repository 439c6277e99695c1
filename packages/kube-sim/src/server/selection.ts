import * as Effect from "effect/Effect"
import { parseFieldSelector, parseLabelSelector, selectableFields, type Selector } from "../store/selectors.ts"
import { badRequest } from "./ApiError.ts"
import type { Call } from "./Call.ts"
import { resourceOf } from "./Kind.ts"

/** Which objects a list, watch or deletecollection speaks of: namespace, name, labels and fields. */
export const selectionOf = Effect.fnUntraced(function* (call: Call) {
  const labels = parseLabelSelector(call.query.get("labelSelector") ?? "")
  if ("problem" in labels) return yield* badRequest(labels.problem)
  const fields = parseFieldSelector(call.query.get("fieldSelector") ?? "", selectableFields(resourceOf(call.kind.type)))
  if ("problem" in fields) return yield* badRequest(fields.problem)
  const { namespace, name } = call
  const selector: Selector = (object) =>
    (namespace === undefined || !call.kind.type.namespaced || object.metadata.namespace === namespace) &&
    (name === undefined || object.metadata.name === name) &&
    labels(object) &&
    fields(object)
  return selector
})
