import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { establishedStatus } from "./crdStatus.ts"
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
export const initialized = (kind: Kind, object: KubeObject): KubeObject => {
  switch (resourceOf(kind.type)) {
    case "/namespaces":
      return {
        ...object,
        metadata: {
          ...object.metadata,
          labels: { ...object.metadata.labels, "kubernetes.io/metadata.name": object.metadata.name }
        },
        spec: { finalizers: ["kubernetes"] },
        status: object["status"] ?? { phase: "Active" }
      }
    case "apiextensions.k8s.io/customresourcedefinitions":
      return { ...object, status: establishedStatus(object) }
    case "/secrets":
      return secretWithData(object)
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
      return { ...object, spec: live["spec"] }
    case "/secrets":
      return secretWithData(object)
    default:
      return object
  }
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
