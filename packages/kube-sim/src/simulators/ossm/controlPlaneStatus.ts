import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { at, listAt, numberAt, textAt } from "../fields.ts"
import { alwaysReady, type Problem, versionOf } from "./components.ts"

/** How far a control plane has come. */
export type Stage = "Pending" | "Rendered" | "Ready"

/** The status that the operator writes at a stage (maistra/istio-operator, pkg/controller/servicemesh/controlplane). */
export const controlPlaneStatus = (
  controlPlane: KubeObject,
  components: ReadonlyArray<string>,
  stage: Stage,
  operatorVersion: string
) => {
  const generation = controlPlane.metadata.generation ?? 1
  const isFirst = isFirstInstall(controlPlane)
  const readyAt = (name: string) => stage === "Ready" || (stage === "Rendered" && alwaysReady.has(name))
  const ready = stage === "Pending" ? [] : components.filter(readyAt)
  const unready = stage === "Rendered" ? components.filter((name) => !readyAt(name)) : []
  return {
    annotations: {
      readyComponentCount: `${ready.length}/${components.length}`,
      alwaysReadyComponents: components.filter((name) => alwaysReady.has(name)).join(",")
    },
    operatorVersion,
    ...(stage === "Ready"
      ? { observedGeneration: generation, chartVersion: chartVersion(versionOf(controlPlane), operatorVersion) }
      : {}),
    conditions: conditionsAt(stage, isFirst),
    components: components.map((resource) => ({
      resource,
      conditions: [
        { type: "Installed", status: stage === "Pending" ? "False" : "True", reason: "InstallSuccessful" },
        { type: "Ready", status: ready.includes(resource) ? "True" : "False", reason: "ComponentsReady" }
      ]
    })),
    readiness: { components: { ready, unready, pending: stage === "Pending" ? [...components] : [] } }
  }
}

/** Whether it has never been installed, or only by what it says now. */
const isFirstInstall = (controlPlane: KubeObject): boolean => {
  const condition = (type: string) =>
    listAt(controlPlane, "status", "conditions").find((other) => textAt(other, "type") === type)
  const isCurrent = numberAt(controlPlane, "status", "observedGeneration") === controlPlane.metadata.generation
  return isCurrent
    ? textAt(condition("Reconciled"), "reason") !== "UpdateSuccessful"
    : textAt(condition("Installed"), "status") !== "True"
}

const conditionsAt = (stage: Stage, isFirst: boolean) => {
  const pausing = {
    reason: isFirst ? "PausingInstall" : "PausingUpdate",
    message: "Paused until all components are ready"
  }
  const done = {
    reason: isFirst ? "InstallSuccessful" : "UpdateSuccessful",
    message: "Successfully installed all mesh components"
  }
  const ready = { reason: "ComponentsReady", message: "All component deployments are Available" }
  const unready = { reason: "ComponentsNotReady", message: "Some components are not fully available" }
  const installed = isFirst
    ? { status: "False", ...(stage === "Pending" ? { reason: "ResourceCreated", message: "" } : pausing) }
    : { status: "True", reason: "InstallSuccessful", message: done.message }
  return stage === "Ready"
    ? [
        { type: "Installed", status: "True", reason: "InstallSuccessful", message: done.message },
        { type: "Reconciled", status: "True", ...done },
        { type: "Ready", status: "True", ...ready }
      ]
    : [
        { type: "Installed", ...installed },
        { type: "Reconciled", status: "False", ...pausing },
        { type: "Ready", status: "False", ...unready }
      ]
}

/** `spec.version` is only the minor; the chart is the operator's own if the minors agree, else the last of that minor. */
const chartVersion = (version: string, operatorVersion: string): string => {
  const minor = version.replace(/^v/u, "")
  return operatorVersion.startsWith(`${minor}.`) ? operatorVersion : `${minor}.9`
}

/** The status of a control plane that the operator refuses to reconcile. */
export const refusedStatus = (problem: Problem) => ({
  conditions: [
    { type: "Installed", status: "False", ...problem },
    { type: "Reconciled", status: "False", ...problem },
    { type: "Ready", status: "False", ...problem }
  ],
  readiness: { components: {} }
})

/** The status while the finalizer holds a deleted control plane. */
export const deletingStatus = (controlPlane: KubeObject) => ({
  conditions: ["Installed", "Reconciled", "Ready"].map((type) => ({
    type,
    status: "False",
    reason: "Deleting",
    message: "Deleting service mesh"
  })),
  readiness: at(controlPlane, "status", "readiness") ?? { components: {} }
})
