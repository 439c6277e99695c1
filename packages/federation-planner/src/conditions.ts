import type { Mesh, MeshPeering, Verdict } from "@multicluster-mesh/mesh-model"
import type { HubState } from "./HubState.ts"
import { viewOf } from "./HubView.ts"
import { type ClusterKnowledge, isUnderstood } from "./Knowledge.ts"
import type { UnitPlan } from "./UnitPlan.ts"

/** One verdict of the type `type`. */
export const verdict = (type: string, status: Verdict["status"], reason: string, message: string): Verdict => ({
  type,
  status,
  reason,
  message
})

/** A wish that is refused, and why. */
export const refused = (reason: string, message: string): Verdict => verdict("Accepted", "False", reason, message)

/** That a cluster is not managed, and what to do: not a sentence yet. */
export const noManagedCluster = (cluster: string): string =>
  `there is no ManagedCluster ${cluster}: correct the name, or import the cluster`

/** `text` as a sentence: with a capital letter and a full stop. */
export const sentence = (text: string): string =>
  text === "" ? "" : `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/u.test(text) ? "" : "."}`

/** A record of removal that this hub did not write is named, so that nobody waits for what does not come. */
export const ignoredRemoval = (state: HubState, object: Mesh | MeshPeering, remedy: string): ReadonlyArray<Verdict> =>
  viewOf(state).hasForeignRecord(object)
    ? [
        verdict(
          "RemovalIgnored",
          "True",
          "NotRecordedByHub",
          `This hub did not write spec.removal, so nothing is removed because of it. Take it out; ${remedy}.`
        )
      ]
    : []

/** Whether what is said of a cluster is news. */
export const reporting = (knowledge: ClusterKnowledge): Verdict => {
  const { cluster, facts, reported } = knowledge
  if (facts === undefined) {
    return verdict("Reporting", "Unknown", "ClusterNotFound", sentence(noManagedCluster(cluster)))
  }
  if (facts.deleting)
    return verdict("Reporting", "Unknown", "ClusterDetaching", `Cluster ${cluster} is being detached.`)
  if (!facts.available) {
    return verdict(
      "Reporting",
      "Unknown",
      "ClusterUnavailable",
      `Cluster ${cluster} is not available; what is said here is the last that was known.`
    )
  }
  if (!facts.addOnAvailable) {
    return verdict(
      "Reporting",
      "Unknown",
      "AgentUnavailable",
      `The agent on ${cluster} is not available; what is said here is the last that was known.`
    )
  }
  const version = facts.agent?.status?.agentVersion ?? "unknown"
  const image = "AGENT_IMAGE in the AddOnDeploymentConfig of its add-on names its image."
  if (!isUnderstood(facts)) {
    const [reason, remedy] =
      facts.agentAge === "TooOld"
        ? ["AgentTooOld", "Upgrade it"]
        : ["AgentTooNew", "Upgrade the hub controller, or take the agent back"]
    return verdict(
      "Reporting",
      "Unknown",
      reason,
      `The agent on ${cluster} is of version ${version}, which this hub controller does not understand; nothing is changed there. ${remedy}: ${image}`
    )
  }
  if (reported && facts.agentAge === "Previous") {
    return verdict(
      "Reporting",
      "True",
      "AgentOutdated",
      `The agent on ${cluster} reports; it is of version ${version}, with which the next hub controller will not work. Upgrade it: ${image}`
    )
  }
  if (reported && facts.agentAge === "Next") {
    return verdict(
      "Reporting",
      "True",
      "AgentNewer",
      `The agent on ${cluster} reports; it is of version ${version}, newer than the hub controller: upgrade that, or take the agent back: ${image}`
    )
  }
  return reported
    ? verdict("Reporting", "True", "Reporting", `The agent on ${cluster} reports.`)
    : verdict("Reporting", "False", "NotReportedYet", `The agent on ${cluster} has not reported yet.`)
}

/** How far the objects of a unit are on their way to the cluster, or away from it. */
export const delivered = (plan: UnitPlan): Verdict => {
  const say = (status: Verdict["status"], reason: string, message: string) =>
    verdict("Delivered", status, reason, sentence([message, ...plan.left].filter((part) => part !== "").join("; ")))
  if (plan.phase === "Held") return say("Unknown", "Held", `nothing is changed: ${plan.message}`)
  if (plan.phase === "Gone") return say("False", "Removed", "everything is removed")
  if (plan.phase === "Settled") return say("True", "Delivered", "everything is on the cluster")
  if (plan.phase === "Removing") {
    if (plan.recheckAt !== undefined) {
      return say("True", "RemovalScheduled", `everything stays until the removal starts at ${plan.recheckAt}`)
    }
    return plan.problem === undefined
      ? say("False", "Removing", `the removal waits for ${plan.message}`)
      : say("False", plan.problem.reason, plan.problem.message)
  }
  return plan.problem === undefined
    ? say(
        "False",
        plan.wait?.reason ?? "Waiting",
        plan.message === "" ? "it is on its way" : `it waits for ${plan.message}`
      )
    : { ...plan.problem, message: sentence(plan.problem.message) }
}
