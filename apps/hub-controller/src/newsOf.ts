import type { Condition } from "@multicluster-mesh/mesh-model"

/** What a user would want to know when it happens. */
export interface News {
  readonly type: "Normal" | "Warning"
  readonly reason: string
  readonly message: string
}

/**
 * The news between two states of an object's conditions: what has come to hold is good news; what stays as it is until
 * a person does something is a warning. What is merely on its way, or not known now, is no news.
 */
export const newsOf = (before: ReadonlyArray<Condition>, after: ReadonlyArray<Condition>): ReadonlyArray<News> =>
  after.flatMap((condition): ReadonlyArray<News> => {
    const { type, status, reason, message } = condition
    const known = before.find((candidate) => candidate.type === type)
    if (known?.status === status && known.reason === reason) return []
    if (needsSomeone(condition)) return [{ type: "Warning", reason, message }]
    const isGood = status === "True" && known?.status !== "True"
    const isLeaving = type === "Ready" && reason === "Removing" && known !== undefined
    return isGood || isLeaving ? [{ type: "Normal", reason, message }] : []
  })

const needsSomeone = ({ type, status, reason }: Condition): boolean =>
  status === "True" ? troubles.has(type) : reasons.has(reason) || (type === "Accepted" && isRefused(status, reason))

const isRefused = (status: string, reason: string): boolean => status === "False" && reason !== "Removing"

/** Conditions that are bad when they hold. */
const troubles = new Set(["LeftBehind", "RemovalIgnored", "RestartRequired", "RootChanged"])

/** Reasons that stay until a person does something. */
const reasons = new Set([
  "Collision",
  "NameTaken",
  "OperatorFailed",
  "OwnerMissing",
  "RemovalRefused",
  "RootMissing",
  "TooLarge",
  "WaitingForApproval"
])
