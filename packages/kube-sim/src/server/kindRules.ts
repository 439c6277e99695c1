import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { isJsonObject, type JsonObject } from "../schema/json.ts"
import { establishedStatus } from "./crdStatus.ts"
import type { Call } from "./Call.ts"
import { type Kind, resourceOf } from "./Kind.ts"

const withGeneration = new Set([
  "apps/deployments",
  "apps/replicasets",
  "apps/statefulsets",
  "apps/daemonsets",
  "networking.k8s.io/networkpolicies",
  "apiextensions.k8s.io/customresourcedefinitions"
])

/** Whether `metadata.generation` is kept for the kind. */
export const countsGenerations = (kind: Kind): boolean => kind.custom || withGeneration.has(resourceOf(kind.type))

const alwaysConditional = new Set(["apiextensions.k8s.io/customresourcedefinitions", "coordination.k8s.io/leases"])

/** Whether a PUT may leave out the resourceVersion, and then writes over whatever is there. */
export const allowsUnconditionalUpdate = (kind: Kind): boolean =>
  !kind.custom && !alwaysConditional.has(resourceOf(kind.type))

/** What the server itself, or a controller that is always there, adds to an object of a built-in kind. */
export const initialized = ({ kind, user }: Call, object: KubeObject): KubeObject => {
  switch (resourceOf(kind.type)) {
    case "/namespaces":
      return {
        ...withNameLabel(object),
        spec: { finalizers: ["kubernetes"] },
        status: object["status"] ?? { phase: "Active" }
      }
    case "apiextensions.k8s.io/customresourcedefinitions":
      return { ...object, status: establishedStatus(object) }
    case "/secrets":
      return secretWithData(object)
    case "/services":
      return { ...withNodePorts(withClusterIp(object, undefined)), status: { loadBalancer: {} } }
    case "/pods":
      return { ...object, status: { phase: "Pending" } }
    case "apps/deployments":
      return { ...object, status: {} }
    case "certificates.k8s.io/certificatesigningrequests":
      return { ...object, spec: { ...specOf(object), username: user.name, groups: user.groups }, status: {} }
    case "/events":
      return withEventFields(object)
    case "apps/replicasets":
      return { ...object, status: { replicas: 0 } }
    default:
      return object
  }
}

/** As `initialized`, for a change of an object. */
export const updated = (
  kind: Kind,
  subresource: string | undefined,
  live: KubeObject,
  object: KubeObject
): KubeObject => {
  switch (resourceOf(kind.type)) {
    case "apiextensions.k8s.io/customresourcedefinitions":
      return subresource === undefined && object["spec"] !== live["spec"]
        ? { ...object, status: establishedStatus(object) }
        : object
    case "/namespaces":
      return { ...withNameLabel(object), spec: live["spec"] }
    case "/services":
      return withNodePorts(withClusterIp(object, live))
    case "/secrets":
      return secretWithData(object)
    default:
      return object
  }
}

const specOf = (object: KubeObject): JsonObject => (isJsonObject(object["spec"]) ? object["spec"] : {})

const withNameLabel = (namespace: KubeObject): KubeObject => ({
  ...namespace,
  metadata: {
    ...namespace.metadata,
    labels: { ...namespace.metadata.labels, "kubernetes.io/metadata.name": namespace.metadata.name }
  }
})

/** A Service keeps its address, or is given one; `None` and names of elsewhere have none to give. */
const withClusterIp = (service: KubeObject, live: KubeObject | undefined): KubeObject => {
  const spec = isJsonObject(service["spec"]) ? service["spec"] : {}
  if (spec["type"] === "ExternalName") return service
  if (spec["clusterIP"] === "None") {
    return { ...service, spec: { ...spec, clusterIPs: ["None"], ...oneFamily(spec) } }
  }
  if ((spec["clusterIP"] ?? "") !== "") return service
  const before = isJsonObject(live?.["spec"]) ? live["spec"]["clusterIP"] : undefined
  const clusterIP = before ?? addressFrom(service.metadata.uid ?? "")
  return { ...service, spec: { ...spec, clusterIP, clusterIPs: [clusterIP], ...oneFamily(spec) } }
}

/** Services that are reached from outside have a port on each node; one that has one keeps it. */
const withNodePorts = (service: KubeObject): KubeObject => {
  const spec = specOf(service)
  const needs =
    spec["type"] === "NodePort" || (spec["type"] === "LoadBalancer" && spec["allocateLoadBalancerNodePorts"] !== false)
  if (!needs || !Array.isArray(spec["ports"])) return service
  const ports = spec["ports"].map((port: unknown, index) =>
    isJsonObject(port) && port["nodePort"] === undefined
      ? { ...port, nodePort: nodePortFrom(service.metadata.uid ?? "", index) }
      : port
  )
  return { ...service, spec: { ...spec, ports } }
}

/** A port in the range that kube-apiserver gives to nodes. */
const nodePortFrom = (uid: string, index: number): number =>
  30_000 + ((Number.parseInt(uid.slice(0, 8), 16) + index) % 2768)

const oneFamily = (spec: JsonObject) => ({
  ipFamilies: spec["ipFamilies"] ?? ["IPv4"],
  ipFamilyPolicy: spec["ipFamilyPolicy"] ?? "SingleStack"
})

/** Fields that an Event has even when they say nothing. */
const withEventFields = (event: KubeObject): KubeObject => ({
  firstTimestamp: null,
  lastTimestamp: null,
  eventTime: null,
  source: {},
  reportingComponent: "",
  reportingInstance: "",
  ...event
})

/** An address in the range that kubeadm gives to Services. */
const addressFrom = (uid: string): string => {
  const number = Number.parseInt(uid.slice(0, 8), 16)
  return `10.${96 + (number % 16)}.${Math.floor(number / 16) % 256}.${1 + (Math.floor(number / 4096) % 254)}`
}

/** `stringData` is written into `data`, in Base64. */
const secretWithData = (secret: KubeObject): KubeObject => {
  const { stringData, ...rest } = secret
  const plain = typeof stringData === "object" && stringData !== null ? Object.entries(stringData) : []
  const encoded = plain.map(([key, value]) => [key, Buffer.from(String(value)).toString("base64")])
  const data = typeof secret["data"] === "object" ? secret["data"] : {}
  return {
    ...rest,
    apiVersion: secret.apiVersion,
    kind: secret.kind,
    metadata: secret.metadata,
    ...((plain.length > 0 || secret["data"] !== undefined) && { data: { ...data, ...Object.fromEntries(encoded) } }),
    type: secret["type"] ?? "Opaque"
  }
}
