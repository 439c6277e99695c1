import { isTrue, type ControlPlaneReport, type Verdict } from "@multicluster-mesh/mesh-model"
import { sentence, verdict } from "./conditions.ts"
import type { ControlPlaneKnowledge } from "./Knowledge.ts"
import type { WantedMesh } from "./WantedMesh.ts"
import { membersOf } from "./providers/maistra/controlPlane.ts"

/**
 * Whether a mesh runs as it is wished: its control plane is ready at its newest generation, and its members are in the
 * mesh or will be as soon as their namespaces exist. For a mesh that was only found, `mesh` is undefined.
 */
export const readiness = (
  reports: Verdict,
  known: ControlPlaneKnowledge,
  mesh: WantedMesh | undefined,
  delivery: Verdict | undefined
): Verdict => {
  if (reports.status !== "True") return { ...reports, type: "Ready", status: "Unknown" }
  if (known.state === "Unknown") {
    return verdict("Ready", "Unknown", "ControlPlaneUnknown", "The agent could not read all control planes.")
  }
  if (known.state === "Absent") {
    return delivery === undefined || delivery.status === "True"
      ? verdict("Ready", "False", "ControlPlaneMissing", "The control plane is not on the cluster.")
      : verdict("Ready", "False", delivery.reason, delivery.message)
  }
  return runs(known.found.report, mesh) ?? verdict("Ready", "True", "Ready", "The control plane runs.")
}

const runs = (report: ControlPlaneReport, mesh: WantedMesh | undefined): Verdict | undefined => {
  if (report.deleting) return notReady("Deleting", "The control plane is being deleted.")
  if (!report.current) return notReady("Progressing", "The operator has not taken in the newest change yet.")
  if (!isTrue(report.conditions, "Ready")) {
    const failed =
      report.conditions.find(({ status, type }) => type === "Reconciled" && status === "False") ??
      report.conditions.find(({ type }) => type === "Ready")
    return failed === undefined || failed.reason === ""
      ? notReady("Progressing", "The operator has not said yet that the control plane is ready.")
      : notReady(failed.reason, sentence(failed.message))
  }
  const known = new Set([...report.members.configured, ...report.members.pending])
  const missing = mesh === undefined ? [] : membersOf(mesh).filter((member) => !known.has(member))
  return missing.length === 0
    ? undefined
    : notReady("MembersMissing", `The operator has not taken in the member namespaces ${missing.join(", ")} yet.`)
}

const notReady = (reason: string, message: string): Verdict => verdict("Ready", "False", reason, message)
