import { resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import type { AdmissionHook, AdmissionReview } from "../../server/AdmissionHook.ts"
import { listAll } from "../calls.ts"
import { dataAt, listAt, textAt, textsAt } from "../fields.ts"
import { minorOf } from "./components.ts"

/**
 * The rules of Maistra's webhooks (maistra/istio-operator, pkg/controller/servicemesh/webhooks); each gives the reason
 * of a refusal, or undefined.
 */

const operatorNamespace = "openshift-operators"

export interface Neighbours {
  readonly controlPlanes: ReadonlyArray<KubeObject>
  readonly memberRolls: ReadonlyArray<KubeObject>
}

export const controlPlaneProblem = (
  object: KubeObject,
  versions: ReadonlyArray<string>,
  { controlPlanes }: Neighbours
): string | undefined => {
  const { namespace, name } = object.metadata
  const version = textAt(object, "spec", "version")
  if (version !== undefined && !versions.includes(version)) {
    return `invalid Version: ${version}; supported versions are: ${versions.join(", ")}`
  }
  if (namespace === operatorNamespace)
    return "service mesh may not be installed in the same project/namespace as the operator"
  if (dataAt(object, "spec", "addons")["3scale"] !== undefined) return "support for 3scale has been removed"
  const others = controlPlanes.filter((other) => other.metadata.namespace !== namespace || other.metadata.name !== name)
  if (others.some((other) => other.metadata.namespace === namespace)) {
    return "only one service mesh may be installed per project/namespace"
  }
  if (others.length > 0 && (isClusterWide(object) || others.some(isClusterWide))) {
    return "a cluster-scoped SMCP may only be created when no other SMCPs exist"
  }
  return gatewayProblem(object)
}

const isClusterWide = (plane: KubeObject): boolean => textAt(plane, "spec", "mode") === "ClusterWide"

const gatewayProblem = (object: KubeObject): string | undefined => {
  const ingress = Object.keys(dataAt(object, "spec", "gateways", "additionalIngress"))
  const egress = Object.keys(dataAt(object, "spec", "gateways", "additionalEgress"))
  const names = [...ingress, ...egress]
  const reserved = names.find((name) => name === "istio-ingressgateway" || name === "istio-egressgateway")
  if (reserved !== undefined) return `${reserved} is a reserved gateway name`
  const double = names.find((name, index) => names.indexOf(name) !== index)
  return double === undefined ? undefined : `multiple gateways defined for ${object.metadata.namespace}/${double}`
}

export const memberRollProblem = (object: KubeObject, { memberRolls }: Neighbours): string | undefined => {
  const members = textsAt(object, "spec", "members")
  const { namespace, name } = object.metadata
  if (name !== "default") return 'ServiceMeshMemberRoll must be named "default"'
  if (namespace === operatorNamespace) return "namespace may not be the operator's"
  if (members.length > 0 && listAt(object, "spec", "memberSelectors").length > 0) {
    return "members and memberSelectors may not be used together"
  }
  if (members.includes("*") && members.length > 1) return "'*' must be the only member"
  if (namespace !== undefined && members.includes(namespace)) {
    return "mesh project/namespace cannot be listed as a member"
  }
  if (new Set(members).size < members.length) return "ServiceMeshMemberRoll may not contain duplicate members"
  const others = memberRolls.filter((other) => other.metadata.namespace !== namespace)
  const taken = others.flatMap((other) => textsAt(other, "spec", "members")).find((member) => members.includes(member))
  return taken === undefined
    ? undefined
    : `one or more members are already defined in another ServiceMeshMemberRoll: ${taken}`
}

export const memberProblem = (object: KubeObject, old: KubeObject | undefined): string | undefined => {
  if (object.metadata.name !== "default") return 'ServiceMeshMember must be named "default"'
  return old !== undefined && reference(old) !== reference(object)
    ? "spec.controlPlaneRef may not be changed"
    : undefined
}

const reference = (member: KubeObject): string =>
  `${textAt(member, "spec", "controlPlaneRef", "namespace")}/${textAt(member, "spec", "controlPlaneRef", "name")}`

/** What the mutating webhook writes into a new control plane. */
const withDefaults = (object: KubeObject, newest: string): KubeObject => {
  const spec = dataAt(object, "spec")
  const version = textAt(spec, "version") ?? newest
  const profiles = textsAt(spec, "profiles")
  const gateways = dataAt(spec, "gateways")
  const route = minorOf(version) >= 5 && gateways["openshiftRoute"] === undefined
  return {
    ...object,
    spec: {
      ...spec,
      version,
      profiles: profiles.length > 0 ? profiles : ["default"],
      ...(route ? { gateways: { ...gateways, openshiftRoute: { enabled: false } } } : {})
    }
  }
}

const withoutOwnNamespace = (object: KubeObject): KubeObject => {
  const members = textsAt(object, "spec", "members")
  const others = members.filter((member) => member !== object.metadata.namespace)
  return others.length === members.length ? object : { ...object, spec: { ...dataAt(object, "spec"), members: others } }
}

interface Webhook {
  readonly api: KubeApi
  readonly versions: ReadonlyArray<string>
  /** Whether the operator has installed its webhooks. */
  readonly installed: () => boolean
  /** Whether this call still meets a server that does not listen; counts down. */
  readonly refuses: () => boolean
}

/** Maistra's webhooks for an API server that takes hooks. */
export const admissionHook = ({ api, versions, installed, refuses }: Webhook): AdmissionHook => ({
  name: "smcp.validation.maistra.io",
  matches: ({ type, subresource, operation }) =>
    type.group === "maistra.io" && subresource === undefined && operation !== "DELETE" && installed(),
  mutate: ({ type, operation, object }) =>
    Effect.sync(() => {
      if (object === undefined) throw new Error("a mutating webhook is called without an object")
      if (type.kind === "ServiceMeshMemberRoll") return withoutOwnNamespace(object)
      return type.kind === "ServiceMeshControlPlane" && operation === "CREATE"
        ? withDefaults(object, versions.at(-1) ?? "")
        : object
    }),
  validate: Effect.fnUntraced(function* (review) {
    if (review.object === undefined || review.object.metadata.deletionTimestamp !== undefined) return undefined
    if (refuses()) return connectionRefused
    const problem = yield* problemOf(api, versions, review, review.object)
    return problem === undefined ? undefined : { message: problem }
  })
})

const connectionRefused = {
  code: 500,
  reason: "InternalError",
  message:
    'failed calling webhook: Post "https://maistra-admission-controller.openshift-operators.svc:443/validate-smcp?timeout=10s": dial tcp 172.30.7.7:443: connect: connection refused'
}

const problemOf = Effect.fnUntraced(function* (
  api: KubeApi,
  versions: ReadonlyArray<string>,
  review: AdmissionReview,
  object: KubeObject
) {
  const neighbours: Neighbours = {
    controlPlanes: yield* listAll(api, resources.controlPlanes),
    memberRolls: yield* listAll(api, resources.memberRolls)
  }
  switch (review.type.kind) {
    case "ServiceMeshControlPlane":
      return controlPlaneProblem(object, versions, neighbours)
    case "ServiceMeshMemberRoll":
      return memberRollProblem(object, neighbours)
    case "ServiceMeshMember":
      return memberProblem(object, review.oldObject)
    default:
      return undefined
  }
}, Effect.orDie)
