import { addressProblem, type CertificateFacts, type ControlPlaneReport, hostOf } from "@multicluster-mesh/mesh-model"

/** Something that a report claims and that is not taken over. */
export interface Refusal {
  readonly what: string
  readonly why: string
}

/** The trust domains of a Mesh's schema: they become part of identities on other clusters. */
const trustDomain = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/u
const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/u

/** Certificates in PEM and nothing else: no keys, no text beside them. */
const certificates = /^\s*(-----BEGIN CERTIFICATE-----\r?\n([A-Za-z0-9+/=]{1,76}\r?\n)+-----END CERTIFICATE-----\s*)+$/u

/**
 * Checks what an agent says of one control plane.
 *
 * What only makes the control plane poorer (an address, a root certificate, a member) is left out; a control plane
 * whose identity is in doubt is refused as a whole. Every refusal is told.
 */
export const checkControlPlane = (
  claimed: ControlPlaneReport,
  all: ReadonlyArray<ControlPlaneReport>,
  facts: (pem: string) => CertificateFacts | undefined,
  apiServers: ReadonlySet<string>
): { readonly report: ControlPlaneReport | undefined; readonly refused: ReadonlyArray<Refusal> } => {
  const me = `control plane ${claimed.namespace}/${claimed.name}`
  const doubt = identityProblem(claimed, all)
  if (doubt !== undefined) return { report: undefined, refused: [{ what: me, why: doubt }] }
  const refused: Array<Refusal> = []
  const acceptable = <A>(values: ReadonlyArray<A>, what: string, problem: (value: A) => string | undefined) =>
    values.filter((value) => {
      const why = problem(value)
      if (why !== undefined) refused.push({ what: `${what} ${String(value)} of ${me}`, why })
      return why === undefined
    })
  const problemOfAddress = (address: string) =>
    addressProblem(address) ?? (apiServers.has(hostOf(address)) ? "is that of an API server" : undefined)
  const { rootCertificate, ...rest } = claimed
  const rootProblem = rootCertificate === undefined ? undefined : certificateProblem(rootCertificate, facts)
  if (rootProblem !== undefined) refused.push({ what: `root certificate of ${me}`, why: rootProblem })
  const report: ControlPlaneReport = {
    ...rest,
    ...(rootCertificate === undefined || rootProblem !== undefined ? {} : { rootCertificate }),
    members: {
      configured: acceptable(claimed.members.configured, "member", namespaceProblem),
      pending: acceptable(claimed.members.pending, "pending member", namespaceProblem)
    },
    gateways: claimed.gateways.map((gateway) => ({
      ...gateway,
      addresses: acceptable(gateway.addresses, `address of gateway ${gateway.name}`, problemOfAddress)
    }))
  }
  return { report, refused }
}

const identityProblem = (claimed: ControlPlaneReport, all: ReadonlyArray<ControlPlaneReport>): string | undefined => {
  if (claimed.uid === "") return "it has no uid"
  const same = all.filter(({ namespace, name }) => namespace === claimed.namespace && name === claimed.name)
  if (same.length > 1) return "it is reported more than once"
  if (all.filter(({ uid }) => uid === claimed.uid).length > 1) return "another control plane has the same uid"
  return trustDomain.test(claimed.trustDomain) ? undefined : "its trust domain is malformed"
}

const certificateProblem = (pem: string, facts: (pem: string) => CertificateFacts | undefined): string | undefined => {
  if (!certificates.test(pem)) return "it is not a list of certificates in PEM"
  return facts(pem) === undefined ? "it cannot be read" : undefined
}

const namespaceProblem = (name: string): string | undefined => (label.test(name) ? undefined : "is not a namespace")
