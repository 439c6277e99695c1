import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { textAt } from "../fields.ts"
import type { Installed } from "./InstalledPlanes.ts"

/** How far the namespaces of a roll have come. */
export interface RollOutcome {
  readonly wanted: ReadonlyArray<string>
  /** Those of `wanted` that exist and are not being deleted. */
  readonly existing: ReadonlyArray<string>
  /** Those of `existing` that are in the mesh. */
  readonly done: ReadonlyArray<string>
  readonly controlPlane: Installed | undefined
  readonly problem: string | undefined
}

/** The status that the operator writes on a ServiceMeshMemberRoll. */
export const rollStatus = (roll: KubeObject, { wanted, existing, done, controlPlane, problem }: RollOutcome) => {
  const pending = wanted.filter((name) => !done.includes(name))
  return {
    annotations: { configuredMemberCount: `${done.length}/${wanted.length}` },
    observedGeneration: roll.metadata.generation ?? 1,
    ...(controlPlane === undefined
      ? {}
      : {
          meshGeneration: controlPlane.object.metadata.generation ?? 1,
          meshReconciledVersion: textAt(controlPlane.object, "status", "chartVersion") ?? ""
        }),
    members: wanted,
    configuredMembers: done,
    pendingMembers: pending,
    terminatingMembers: [],
    memberStatuses: wanted.map((namespace) => ({
      namespace,
      conditions: [reconciled(done.includes(namespace), existing.includes(namespace), namespace)]
    })),
    conditions: [{ type: "Ready", ...readiness(pending, controlPlane, problem) }]
  }
}

const reconciled = (isDone: boolean, exists: boolean, namespace: string) => {
  if (isDone) return { type: "Reconciled", status: "True" }
  return exists
    ? { type: "Reconciled", status: "False", reason: "SMCPReconciling", message: "Waiting for the mesh" }
    : {
        type: "Reconciled",
        status: "False",
        reason: "NamespaceNotExists",
        message: `Namespace ${namespace} does not exist`
      }
}

const readiness = (
  pending: ReadonlyArray<string>,
  controlPlane: Installed | undefined,
  problem: string | undefined
) => {
  if (problem !== undefined) return { status: "False", reason: "ReconcileError", message: problem }
  if (controlPlane === undefined) {
    return { status: "False", reason: "ErrSMCPMissing", message: "No ServiceMeshControlPlane exists in the namespace" }
  }
  return pending.length === 0
    ? { status: "True", reason: "Configured", message: "All namespaces have been configured successfully" }
    : {
        status: "False",
        reason: "ReconcileError",
        message: `The following namespaces are not yet configured: ${pending.join(", ")}`
      }
}

/** The status that it writes on a ServiceMeshMember of the mesh in `plane`. */
export const memberStatus = (member: KubeObject, done: ReadonlyArray<string>, plane: string) => {
  const isDone = done.includes(member.metadata.namespace ?? "")
  const verdict = isDone
    ? { status: "True", reason: "" }
    : { status: "False", reason: "NamespaceNotConfigured", message: "The namespace is not configured yet" }
  return {
    annotations: { controlPlaneRef: `${plane}/${textAt(member, "spec", "controlPlaneRef", "name")}` },
    observedGeneration: member.metadata.generation ?? 1,
    conditions: [
      { type: "Reconciled", ...verdict },
      { type: "Ready", ...verdict }
    ]
  }
}
