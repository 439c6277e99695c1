import type { Condition } from "@multicluster-mesh/mesh-model"

/** What a user would want to know when it happens. */
export interface News {
  readonly type: "Normal" | "Warning"
  readonly reason: string
  readonly message: string
}

/**
 * The news between two states of an object's conditions: what has come to hold is good news, a refusal is a warning.
 * What is merely on its way, or not known now, is no news.
 */
export const newsOf = (before: ReadonlyArray<Condition>, after: ReadonlyArray<Condition>): ReadonlyArray<News> =>
  after.flatMap((condition): ReadonlyArray<News> => {
    const { type, status, reason, message } = condition
    const known = before.find((candidate) => candidate.type === type)
    if (known?.status === status && known.reason === reason) return []
    if (status === "True")
      return known?.status === "True" ? [] : [{ type: "Normal", reason: goodReason(condition), message }]
    return status === "False" && isRefusal(condition) ? [{ type: "Warning", reason, message }] : []
  })

/** `Ready` of type and reason says it once. */
const goodReason = ({ type, reason }: Condition): string => (reason === "" ? type : reason)

const isRefusal = ({ type, reason }: Condition): boolean => type === "Accepted" || refusals.has(reason)

/** Reasons that stay until a person does something. */
const refusals = new Set([
  "AddressRefused",
  "Collision",
  "Malformed",
  "ManualStepRequired",
  "NameTaken",
  "NotPermitted",
  "OwnerMissing",
  "Refused",
  "RemovalHeld",
  "RootMissing",
  "TooLarge"
])
