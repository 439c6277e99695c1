import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { boolAt, textAt, textsAt } from "../fields.ts"

/** The components that a control plane gets, sorted (maistra/istio-operator, resources/smcp-templates). */
export const componentsOf = (controlPlane: KubeObject): ReadonlyArray<string> => {
  const bare = textsAt(controlPlane, "spec", "profiles").includes("gateway-controller")
  const isOn = (enabled: boolean | undefined) => enabled ?? !bare
  const addOn = (name: string) => isOn(boolAt(controlPlane, "spec", "addons", name, "enabled"))
  const gateways = isOn(boolAt(controlPlane, "spec", "gateways", "enabled"))
  return [
    "istio-discovery",
    "mesh-config",
    "telemetry-common",
    ...(gateways ? ["istio-ingress", "istio-egress"] : []),
    ...["prometheus", "grafana", "kiali"].filter(addOn),
    ...(tracingOf(controlPlane) === "Jaeger" ? ["tracing"] : [])
  ].sort()
}

/** From 2.6 on a new control plane has no tracing unless it asks for it. */
const tracingOf = (controlPlane: KubeObject): string =>
  textAt(controlPlane, "spec", "tracing", "type") ?? (minorOf(versionOf(controlPlane)) >= 6 ? "None" : "Jaeger")

export const versionOf = (controlPlane: KubeObject): string => textAt(controlPlane, "spec", "version") ?? ""

/** The minor of `v2.<minor>`. */
export const minorOf = (version: string): number => Number(version.split(".")[1] ?? 0)

/** Components without a workload: they say "ready" as soon as they are rendered. */
export const alwaysReady: ReadonlySet<string> = new Set(["mesh-config", "telemetry-common", "tracing", "kiali"])

/** Why the operator does not reconcile a control plane, as its conditions say it. */
export interface Problem {
  readonly reason: string
  readonly message: string
}

/** What a reconcile stumbles over, though admission let it pass. */
export const reconcileProblem = (
  components: ReadonlyArray<string>,
  operators: ReadonlySet<string>
): Problem | undefined => {
  if (components.includes("kiali") && !components.includes("prometheus")) {
    return { reason: "ValidationError", message: ".spec.addons.prometheus.enabled must be true when kiali is enabled" }
  }
  const missing = [
    ...(components.includes("kiali") && !operators.has("kiali-ossm") ? ["Kiali"] : []),
    ...(components.includes("tracing") && !operators.has("jaeger-product") ? ["Jaeger"] : [])
  ]
  return missing.length === 0
    ? undefined
    : {
        reason: "DependencyMissingError",
        message: `Dependency "${missing.join(", ")} CRD" is missing: error: no matches for kind "${missing[0]}"`
      }
}
