import type { ManifestWork, Verdict } from "@multicluster-mesh/mesh-model"
import type { FeedbackRule, Health, HealthVerdict, ObjectFeedback } from "./AddOn.ts"
import type { KubeObject } from "../KubeApi.ts"

/** Who says whether the agent is available: OCM by its lease, or we. */
export const healthMode = (health: Health): "Lease" | "Customized" => (health === "Lease" ? "Lease" : "Customized")

/** What the work agent shall read from the objects. */
export const feedbackOf =
  (health: Health) =>
  (object: KubeObject): ReadonlyArray<FeedbackRule> | undefined => {
    if (health === "Lease" || health === "None") return undefined
    if (health !== "Workloads") return health.feedback(object)
    return object.apiVersion === "apps/v1" && workloads.has(`${object.kind.toLowerCase()}s`)
      ? [{ type: "WellKnownStatus" }]
      : undefined
  }

/** The condition Available by what the work agent says of the deploy works; undefined where it is not ours to say. */
export const judgeHealth = (health: Health, works: ReadonlyArray<ManifestWork>): Verdict | undefined => {
  if (health === "Lease" || health === "None") return undefined
  if (works.length === 0) return available("Unknown", "WorkNotFound", "nothing is deployed yet")
  const unapplied = works.find((work) => !holds(work, "Applied"))
  if (unapplied !== undefined) {
    return available("False", "WorkNotApplied", `ManifestWork ${unapplied.metadata.name} is not applied`)
  }
  const missing = works.find((work) => !holds(work, "Available"))
  if (missing !== undefined) {
    return available("False", "WorkNotApplied", `objects of ManifestWork ${missing.metadata.name} are missing`)
  }
  const objects = works.flatMap(feedbackIn)
  if (objects.every(({ values }) => values.length === 0)) {
    return available("Unknown", "NoProbeResult", "the work agent has not read the objects yet")
  }
  const { healthy, message } = health === "Workloads" ? judgeWorkloads(objects) : health.judge(objects)
  return healthy ? available("True", "ProbeAvailable", message) : available("False", "ProbeUnavailable", message)
}

const available = (status: Verdict["status"], reason: string, message: string): Verdict => ({
  type: "Available",
  status,
  reason,
  message
})

/** Whether the condition is True of the work as it is now. */
export const holds = ({ metadata, status }: ManifestWork, type: string): boolean =>
  status?.conditions?.some(
    (condition) =>
      condition.type === type &&
      condition.status === "True" &&
      (condition.observedGeneration === undefined || condition.observedGeneration === metadata.generation)
  ) ?? false

/** What the work agent read from the objects of a work. */
export const feedbackIn = ({ status }: ManifestWork): ReadonlyArray<ObjectFeedback> =>
  (status?.resourceStatus?.manifests ?? []).map(({ resourceMeta, statusFeedback }) => ({
    group: resourceMeta.group ?? "",
    resource: resourceMeta.resource ?? "",
    namespace: resourceMeta.namespace ?? "",
    name: resourceMeta.name ?? "",
    values: statusFeedback?.values ?? []
  }))

const workloads = new Set(["deployments", "daemonsets"])

/** A Deployment needs one ready replica, or to want none; a DaemonSet all. */
const judgeWorkloads = (objects: ReadonlyArray<ObjectFeedback>): HealthVerdict => {
  const unready = objects.find((object) => workloads.has(object.resource) && !isReady(object))
  return unready === undefined
    ? { healthy: true, message: "all workloads are ready" }
    : { healthy: false, message: `${unready.resource} ${unready.namespace}/${unready.name} is not ready` }
}

const isReady = ({ resource, values }: ObjectFeedback): boolean => {
  const number = (name: string) => values.find((value) => value.name === name)?.fieldValue.integer
  const ready = number("ReadyReplicas") ?? 0
  return resource === "deployments"
    ? ready >= 1 || number("Replicas") === 0
    : number("NumberReady") !== undefined && number("NumberReady") === number("DesiredNumberScheduled")
}
