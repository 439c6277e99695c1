import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { isJsonArray, isJsonObject, type JsonObject } from "../schema/json.ts"
import { type Kind, resourceOf } from "./Kind.ts"

/**
 * The defaults of built-in kinds that depend on other fields, which a schema cannot say.
 *
 * Source: kubernetes `pkg/apis/{core,apps}/v1/defaults.go`.
 */
export const builtinDefaults = (kind: Kind, object: KubeObject): KubeObject => {
  if (kind.type.group === "rbac.authorization.k8s.io") return withSubjectGroups(object)
  const spec = object["spec"]
  if (!isJsonObject(spec)) return object
  switch (resourceOf(kind.type)) {
    case "/services":
      return { ...object, spec: serviceDefaults(spec) }
    case "networking.k8s.io/networkpolicies":
      return { ...object, spec: { ...spec, policyTypes: spec["policyTypes"] ?? policyTypes(spec) } }
    case "/pods":
      return { ...object, spec: podDefaults(spec) }
    case "apps/deployments":
    case "apps/replicasets":
      return { ...object, spec: workloadDefaults(spec) }
    default:
      return object
  }
}

const policyTypes = (spec: JsonObject): ReadonlyArray<string> =>
  spec["egress"] === undefined ? ["Ingress"] : ["Ingress", "Egress"]

/** Users and groups belong to the API group of the roles. */
const withSubjectGroups = (binding: KubeObject): KubeObject => {
  const subjects = binding["subjects"]
  if (!isJsonArray(subjects)) return binding
  const grouped = subjects.map((subject) =>
    isJsonObject(subject) && (subject["kind"] === "User" || subject["kind"] === "Group")
      ? { ...subject, apiGroup: subject["apiGroup"] ?? "rbac.authorization.k8s.io" }
      : subject
  )
  return { ...binding, subjects: grouped }
}

const serviceDefaults = (spec: JsonObject): JsonObject => {
  const { type } = spec
  const isExternal = type === "LoadBalancer" || type === "NodePort"
  return {
    ...spec,
    ...(isJsonArray(spec["ports"]) && { ports: spec["ports"].map(withTargetPort) }),
    ...(type !== "ExternalName" && { internalTrafficPolicy: spec["internalTrafficPolicy"] ?? "Cluster" }),
    ...(isExternal && { externalTrafficPolicy: spec["externalTrafficPolicy"] ?? "Cluster" }),
    ...(type === "LoadBalancer" && {
      allocateLoadBalancerNodePorts: spec["allocateLoadBalancerNodePorts"] ?? true
    })
  }
}

const withTargetPort = (port: unknown): unknown =>
  isJsonObject(port) && port["targetPort"] === undefined ? { ...port, targetPort: port["port"] } : port

const workloadDefaults = (spec: JsonObject): JsonObject => {
  const { template } = spec
  if (!isJsonObject(template) || !isJsonObject(template["spec"])) return spec
  return { ...spec, template: { ...template, spec: podDefaults(template["spec"]) } }
}

const podDefaults = (spec: JsonObject): JsonObject => {
  const lists = ["containers", "initContainers"].filter((list) => isJsonArray(spec[list]))
  const defaulted = lists.map((list) => {
    const containers = spec[list]
    return [list, isJsonArray(containers) ? containers.map(withPullPolicy) : containers] as const
  })
  return { ...spec, ...Object.fromEntries(defaulted) }
}

const withPullPolicy = (container: unknown): unknown => {
  if (!isJsonObject(container) || container["imagePullPolicy"] !== undefined) return container
  const image = typeof container["image"] === "string" ? container["image"] : ""
  const tag = /:([^/:@]+)(@|$)/u.exec(image)?.[1]
  const isLatest = tag === "latest" || (tag === undefined && !image.includes("@"))
  return { ...container, imagePullPolicy: isLatest ? "Always" : "IfNotPresent" }
}
