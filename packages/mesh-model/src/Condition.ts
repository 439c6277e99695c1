import * as Schema from "effect/Schema"
import { byKey } from "./order.ts"
import { count, mapOf, text, time } from "./parts.ts"

/** metav1.Condition. */
export const Condition = Schema.Struct({
  type: text("What the condition is about, for example Ready.", 316),
  status: Schema.Literals(["True", "False", "Unknown"]).annotate({ description: "Whether it holds." }),
  reason: text("Why, as one CamelCase word that programs can compare.", 1024),
  message: text("Why, in words, and what to do about it.", 32768),
  lastTransitionTime: time("When the status last changed."),
  observedGeneration: Schema.optionalKey(count("Generation of the object that the condition speaks of."))
})
export type Condition = typeof Condition.Type

/** The `status.conditions` of a resource. */
export const Conditions = mapOf(Condition, ["type"], "The current verdicts on the object.", 32)

/** What a rule says of an object; it becomes a condition once it is written. */
export interface Verdict {
  readonly type: string
  readonly status: Condition["status"]
  readonly reason: string
  readonly message: string
}

/**
 * Merges `verdicts` into the conditions that an object has.
 *
 * Shape: sorted by type; a type that no verdict names is dropped. `lastTransitionTime` stays as long as the status
 * does, so an unchanged verdict gives an unchanged condition.
 * Units: `now` is an RFC 3339 time.
 */
export const setConditions = (
  conditions: ReadonlyArray<Condition>,
  verdicts: ReadonlyArray<Verdict>,
  generation: number | undefined,
  now: string
): ReadonlyArray<Condition> =>
  verdicts
    .map((verdict): Condition => {
      const before = conditions.find((condition) => condition.type === verdict.type)
      return {
        ...verdict,
        lastTransitionTime: before?.status === verdict.status ? before.lastTransitionTime : now,
        ...(generation === undefined ? {} : { observedGeneration: generation })
      }
    })
    .sort(byKey((condition) => condition.type))

/** Whether the condition `type` is True. */
export const isTrue = (
  conditions: ReadonlyArray<{ readonly type: string; readonly status: string }> | undefined,
  type: string
): boolean => conditions?.some((condition) => condition.type === type && condition.status === "True") ?? false
