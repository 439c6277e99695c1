import type { Condition } from "@multicluster-mesh/mesh-model"

/** What a user would want to know when it happens. */
export interface News {
  readonly type: "Normal" | "Warning"
  readonly reason: string
  readonly message: string
}

/**
 * The news between two states of an object's conditions: what has come to hold is good news; what stays as it is until
 * a person does something, and what was fine and has broken, is a warning. What is merely on its way, or not known now, is
 * no news.
 *
 * Shape: one for each reason, however many conditions repeat it.
 */
export const newsOf = (before: ReadonlyArray<Condition>, after: ReadonlyArray<Condition>): ReadonlyArray<News> => {
  const news = after.flatMap((condition) =>
    newsOfOne(
      before.find(({ type }) => type === condition.type),
      condition
    )
  )
  return news.filter(({ reason }, index) => news.findIndex((one) => one.reason === reason) === index)
}

const newsOfOne = (known: Condition | undefined, condition: Condition): ReadonlyArray<News> => {
  const { type, status, reason, message } = condition
  if (known?.status === status && known.reason === reason) return []
  if (needsSomeone(condition) || hasBroken(known, condition)) return [{ type: "Warning", reason, message }]
  const isGood = status === "True" && known?.status !== "True"
  const isLeaving = type === "Ready" && reason === "Removing" && known !== undefined
  return isGood || isLeaving ? [{ type: "Normal", reason, message }] : []
}

/** Whether what was ready is not any more, although nobody has wished for anything else since. */
const hasBroken = (known: Condition | undefined, { observedGeneration, reason, status, type }: Condition): boolean =>
  readiness.has(type) &&
  known?.status === "True" &&
  status === "False" &&
  known.observedGeneration === observedGeneration &&
  !onItsWay.has(reason)

const readiness = new Set(["Ready", "ServicesReady"])

/** What a change of the wish brings with it for a while. */
const onItsWay = new Set(["MembersMissing", "Progressing", "Removing"])

const needsSomeone = ({ type, status, reason }: Condition): boolean =>
  status === "True" ? troubles.has(type) : reasons.has(reason) || (type === "Accepted" && isRefused(status, reason))

const isRefused = (status: string, reason: string): boolean => status === "False" && reason !== "Removing"

/** Conditions that are bad when they hold. */
const troubles = new Set(["LeftBehind", "RemovalIgnored", "RestartRequired", "RootChanged"])

/** Reasons that stay until a person does something. */
const reasons = new Set([
  "AgentTooNew",
  "AgentTooOld",
  "Collision",
  "NameTaken",
  "OperatorFailed",
  "OwnerMissing",
  "RemovalRefused",
  "ServiceMissing",
  "TooLarge",
  "VersionRefused",
  "WaitingForApproval"
])
