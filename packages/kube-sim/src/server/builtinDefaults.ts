import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { isJsonArray, isJsonObject, type JsonObject } from "../schema/json.ts"
import { type Kind, resourceOf } from "./Kind.ts"

/**
 * The defaults of built-in kinds that depend on other fields, which a schema cannot say.
 *
 * Source: kubernetes `pkg/apis/{core,apps}/v1/defaults.go`.
 */
export const builtinDefaults = (kind: Kind, object: KubeObject): KubeObject => {
  const spec = object["spec"]
  if (!isJsonObject(spec)) return object
  switch (resourceOf(kind.type)) {
    case "/services":
      return { ...object, spec: serviceDefaults(spec) }
    case "/pods":
      return { ...object, spec: podDefaults(spec) }
    case "apps/deployments":
    case "apps/replicasets":
      return { ...object, spec: workloadDefaults(spec) }
    default:
      return object
  }
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
