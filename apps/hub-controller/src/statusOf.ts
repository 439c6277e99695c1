import type { StatusPlan } from "@multicluster-mesh/federation-planner"
import { isSameJson, type Condition, Conditions, resources, setConditions } from "@multicluster-mesh/mesh-model"
import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

/**
 * The status that `live` shall have. Times in it stay as long as what they are about stays, so an unchanged verdict
 * gives an unchanged status.
 *
 * Units: `now` is an RFC 3339 time.
 */
export const statusOf = (plan: StatusPlan, live: KubeObject, now: string): Readonly<Record<string, unknown>> => ({
  ...plan.fields,
  ...(plan.generation === undefined ? {} : { observedGeneration: plan.generation }),
  conditions: setConditions(conditionsOf(live), plan.verdicts, plan.generation, now),
  ...sinceOf(plan, live, now)
})

/** Whether `live` has the status that the plan wants, whenever it came to have it. */
export const isSameStatus = (plan: StatusPlan, live: KubeObject): boolean =>
  isSameJson(live["status"] ?? {}, statusOf(plan, live, unchanged))

/** Stands for a time that only enters where something changes. */
const unchanged = ""

/** The conditions that an object has; none when they are not readable, for they are about to be written anew. */
export const conditionsOf = (object: KubeObject): ReadonlyArray<Condition> =>
  Option.getOrElse(decodeConditions(statusField(object, "conditions")), () => [])

const decodeConditions = Schema.decodeUnknownOption(Conditions)

/** A MeshPeering says since when it is at its step. */
const sinceOf = (plan: StatusPlan, live: KubeObject, now: string) => {
  if (plan.type.kind !== resources.meshPeerings.kind) return {}
  const since = statusField(live, "since")
  const stays = plan.fields["step"] === statusField(live, "step") && typeof since === "string"
  return { since: stays ? since : now }
}

const statusField = (object: KubeObject, name: string): unknown => {
  const status = object["status"]
  return typeof status === "object" && status !== null
    ? Object.entries(status).find(([key]) => key === name)?.[1]
    : undefined
}
