import {
  byKey,
  byText,
  resources,
  type KubeObject,
  type MeshSpec,
  type Operator,
  type OperatorReport
} from "@multicluster-mesh/mesh-model"
import type { ClusterKnowledge } from "../../Knowledge.ts"

export const meshOperator = "servicemeshoperator"
const kialiOperator = "kiali-ossm"
const tracingOperator = "jaeger-product"

/** Where operators for all namespaces are subscribed to; OpenShift has its OperatorGroup there already. */
const operatorNamespace = "openshift-operators"

/**
 * The packages that a control plane needs, sorted.
 *
 * Without `components` its profiles decide, and the default profile has Kiali, and up to v2.5 tracing.
 */
export const packagesFor = (controlPlane: MeshSpec["controlPlane"]): ReadonlyArray<string> => {
  const { components, version } = controlPlane
  const kiali = components === undefined || components.includes("kiali")
  const tracing = components === undefined ? /^v2\.[0-5]$/u.test(version ?? "") : components.includes("tracing")
  return [meshOperator, ...(kiali ? [kialiOperator] : []), ...(tracing ? [tracingOperator] : [])].sort(byText)
}

/** The Subscription of a package, as the operator settings of a mesh say. */
export const subscriptionOf = (name: string, operator: Operator): KubeObject => ({
  apiVersion: "operators.coreos.com/v1alpha1",
  kind: resources.subscriptions.kind,
  metadata: { name, namespace: operatorNamespace },
  spec: {
    name,
    channel: name === meshOperator ? operator.channel : "stable",
    source: operator.source,
    sourceNamespace: operator.sourceNamespace,
    installPlanApproval: operator.installPlanApproval
  }
})

/** Why an operator is not there yet. */
export interface OperatorWait {
  readonly reason:
    | "OperatorUnknown"
    | "OperatorMissing"
    | "OperatorInstalling"
    | "WaitingForApproval"
    | "OperatorFailed"
  readonly message: string
}

/** What a control plane waits for at its operator; undefined once the operator runs. */
export const operatorWait = (knowledge: ClusterKnowledge, name: string): OperatorWait | undefined => {
  if (knowledge.operators === undefined) {
    return { reason: "OperatorUnknown", message: `the agent to say whether the operator ${name} is installed` }
  }
  const found = knowledge.operators
    .filter((operator) => operator.package === name)
    .sort(byKey((operator) => `${operator.namespace}/${operator.name}`))
  const [first] = found
  if (found.some((operator) => operator.phase === "Succeeded")) return undefined
  return first === undefined
    ? { reason: "OperatorMissing", message: `the operator ${name} to be installed` }
    : waitOf(first, knowledge.operators)
}

const waitOf = (operator: OperatorReport, all: ReadonlyArray<OperatorReport>): OperatorWait => {
  const where = `Subscription ${operator.namespace}/${operator.name}`
  const said = operator.message ?? ""
  const complaint = said === "" ? "" : `: ${said}`
  if (operator.state === "UpgradePending" && needsApproval(operator, all)) {
    return {
      reason: "WaitingForApproval",
      message: `someone to approve the InstallPlan of ${where} on the cluster${complaint}`
    }
  }
  return operator.phase === "Failed" || operator.state === "UpgradeFailed" || failures.test(said)
    ? { reason: "OperatorFailed", message: `${where} to install its operator${complaint}` }
    : { reason: "OperatorInstalling", message: `${where} to install its operator` }
}

/** One Subscription with manual approval makes every InstallPlan of its namespace wait for a person. */
const needsApproval = (operator: OperatorReport, all: ReadonlyArray<OperatorReport>): boolean =>
  all.some(({ approval, namespace }) => namespace === operator.namespace && approval === "Manual") ||
  /\bRequiresApproval\b/u.test(operator.message ?? "")

/** What OLM says of an installation that does not go on by itself; all else that it says may pass. */
const failures =
  /\b(BundleUnpackFailed|CatalogSourcesUnhealthy|InstallPlanFailed|InstallPlanMissing|ResolutionFailed)\b/u

/** Optional operators that a control plane's components need and that do not run, in words; empty when all do. */
export const missingOptionalOperators = (
  controlPlane: MeshSpec["controlPlane"],
  knowledge: ClusterKnowledge
): ReadonlyArray<string> =>
  knowledge.operators === undefined
    ? []
    : packagesFor(controlPlane)
        .filter((name) => name !== meshOperator)
        .flatMap((name) => {
          const wait = operatorWait(knowledge, name)
          return wait === undefined ? [] : [`${name} (waits for ${wait.message})`]
        })

/** Whether the operator's webhook refuses the version of a control plane, of which there is nothing but its words. */
export const refusesVersion = ({ kind, problem }: { readonly kind: string; readonly problem: string }): boolean =>
  kind === resources.controlPlanes.kind && /invalid version/iu.test(problem)
