import {
  type CertificateSigningRequest,
  isDeleting,
  type ManagedCluster,
  type ManagedClusterAddOn
} from "@multicluster-mesh/mesh-model"
import * as Result from "effect/Result"
import { type AgentIdentity, kubeClientSigner } from "./agentIdentity.ts"
import { type CertificateRequest, readCertificateRequest } from "./certificateRequest.ts"
import { addOnNameLabel, clusterNameLabel } from "./keys.ts"

/** What becomes of a certificate request. One that is refused stays as it is: others may still decide on it. */
export type CsrVerdict =
  | { readonly _tag: "Approve" }
  /** Nothing of ours, or decided already. */
  | { readonly _tag: "Ignore"; readonly why: string }
  | { readonly _tag: "Refuse"; readonly why: string }

/** What the verdict on a request depends on. */
export interface CsrFacts {
  /** Name of the add-on. */
  readonly addOn: string
  /** Whom the request may make of the agent; undefined when the add-on has no registration. */
  readonly identity: AgentIdentity | undefined
  /** The cluster that the request says to be of. */
  readonly cluster: ManagedCluster | undefined
  /** The add-on on that cluster. */
  readonly managedClusterAddOn: ManagedClusterAddOn | undefined
  /** How many requests by this cluster for the add-on are approved already and still there. */
  readonly approved: number
  /** Longest life of a certificate that may be asked for. */
  readonly maxExpirationSeconds: number | undefined
}

/** OCM itself stops asking at 10; Kubernetes removes a request an hour after its approval. */
const mostApproved = 20

/**
 * Decides on a certificate request with the label of the add-on.
 *
 * Labels are hints that anyone can set. Only the requester, whom the API server fills in, and the request itself
 * count: the agent of a cluster may ask for the identity of the add-on on that very cluster, and for nothing more.
 */
export const judgeCsr = (csr: CertificateSigningRequest, facts: CsrFacts): CsrVerdict => {
  const ignored = reasonToIgnore(csr, facts)
  if (ignored !== undefined) return { _tag: "Ignore", why: ignored }
  const problem = first(outerRules, { csr, facts, cluster: csr.metadata.labels?.[clusterNameLabel] ?? "" })
  if (problem !== undefined) return { _tag: "Refuse", why: problem }
  const request = readCertificateRequest(csr.spec.request)
  if (Result.isFailure(request)) return { _tag: "Refuse", why: `the request is refused: ${request.failure.message}` }
  const inner = first(innerRules, { request: request.success, facts })
  return inner === undefined ? { _tag: "Approve" } : { _tag: "Refuse", why: inner }
}

/** Whether the requester, as the API server names them, is the registration agent of `cluster`: by exact prefix and group. */
export const speaksFor = (
  { groups = [], username = "" }: Pick<CertificateSigningRequest["spec"], "groups" | "username">,
  cluster: string
): boolean => {
  const prefix = `system:open-cluster-management:${cluster}:`
  const agent = username.startsWith(prefix) ? username.slice(prefix.length) : ""
  return /^[^:]+$/u.test(agent) && groups.includes(`system:open-cluster-management:${cluster}`)
}

const reasonToIgnore = ({ metadata, status }: CertificateSigningRequest, { addOn }: CsrFacts): string | undefined => {
  if (metadata.labels?.[addOnNameLabel] !== addOn) return "it is of another add-on"
  if (metadata.deletionTimestamp !== undefined) return "it is being deleted"
  if (status?.certificate !== undefined && status.certificate !== "") return "it has its certificate"
  const decided = status?.conditions?.find(({ type }) => ["Approved", "Denied", "Failed"].includes(type))
  return decided === undefined ? undefined : `it is ${decided.type}`
}

/** A check; it returns what is wrong. */
type Rule<A> = (value: A) => string | undefined

const first = <A>(rules: ReadonlyArray<Rule<A>>, value: A): string | undefined => {
  for (const rule of rules) {
    const problem = rule(value)
    if (problem !== undefined) return problem
  }
  return undefined
}

interface Outer {
  readonly csr: CertificateSigningRequest
  readonly facts: CsrFacts
  /** By its label. */
  readonly cluster: string
}

const allowedUsages = new Set(["digital signature", "key encipherment", "client auth"])

const outerRules: ReadonlyArray<Rule<Outer>> = [
  ({ cluster }) => (cluster === "" ? `it has no label ${clusterNameLabel}` : undefined),
  ({ facts }) => (facts.identity === undefined ? "the add-on has no registration" : undefined),
  ({ csr }) =>
    csr.spec.signerName === kubeClientSigner
      ? undefined
      : `its signer is ${csr.spec.signerName}, not ${kubeClientSigner}`,
  ({ facts, cluster }) =>
    facts.cluster?.metadata.name === cluster ? undefined : `there is no ManagedCluster ${cluster}`,
  ({ facts, cluster }) =>
    facts.cluster?.spec?.hubAcceptsClient === true ? undefined : `the hub has not accepted cluster ${cluster}`,
  ({ facts, cluster }) =>
    facts.cluster !== undefined && isDeleting(facts.cluster) ? `cluster ${cluster} is being detached` : undefined,
  ({ facts, cluster }) =>
    facts.managedClusterAddOn?.metadata.namespace === cluster && facts.managedClusterAddOn.metadata.name === facts.addOn
      ? undefined
      : `the add-on is not enabled on cluster ${cluster}`,
  ({ facts, cluster }) =>
    facts.managedClusterAddOn !== undefined && isDeleting(facts.managedClusterAddOn)
      ? `the add-on is being removed from cluster ${cluster}`
      : undefined,
  ({ csr, cluster }) =>
    speaksFor(csr.spec, cluster)
      ? undefined
      : `${csr.spec.username ? csr.spec.username : "nobody"} does not speak for cluster ${cluster}`,
  ({ csr }) => {
    const { usages = [] } = csr.spec
    const other = usages.find((usage) => !allowedUsages.has(usage))
    if (other !== undefined) return `the usage ${other} is not for an agent`
    return usages.includes("client auth") ? undefined : "the usage client auth is missing"
  },
  ({ csr, facts: { maxExpirationSeconds: most } }) =>
    most !== undefined && (csr.spec.expirationSeconds ?? 0) > most
      ? `it asks for ${csr.spec.expirationSeconds} seconds, and ${most} are the most`
      : undefined,
  ({ facts, cluster }) =>
    facts.approved >= mostApproved
      ? `${facts.approved} requests of cluster ${cluster} are approved already: delete old ones, or find out who asks so often`
      : undefined
]

interface Inner {
  readonly request: CertificateRequest
  readonly facts: CsrFacts
}

const innerRules: ReadonlyArray<Rule<Inner>> = [
  ({ request: { commonNames }, facts: { identity } }) =>
    commonNames.length === 1 && commonNames[0] === identity?.user
      ? undefined
      : `it asks for the name ${commonNames.join(", ")}, not ${identity?.user}`,
  ({ request: { organizations }, facts }) => {
    // agents of older frameworks ask for it as well, and it gives nothing that a certificate would not give anyway
    const asked = new Set(organizations.filter((group) => group !== "system:authenticated"))
    const expected = new Set(facts.identity?.groups)
    const extra = [...asked].find((group) => !expected.has(group))
    if (extra !== undefined) return `it asks for the group ${extra}`
    const missing = [...expected].find((group) => !asked.has(group))
    return missing === undefined ? undefined : `it does not ask for the group ${missing}`
  },
  ({ request: { dnsNames }, facts }) => {
    const other = dnsNames.find((name) => name !== `${facts.addOn}.addon.open-cluster-management.io`)
    return other === undefined ? undefined : `it asks for the host name ${other}`
  },
  ({ request: { others } }) => (others[0] === undefined ? undefined : `it asks for ${others[0]}`)
]
