import { labels, resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeObject } from "@multicluster-mesh/ocm-transport"
import { addOnKeys, agentIdentity } from "@multicluster-mesh/ocm-transport/addon"
import type { ControlPlane } from "@multicluster-mesh/testenv"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { X509Certificate } from "node:crypto"
import { find } from "../observing.ts"
import { installNamespace } from "./installedProduct.ts"
import { patiently } from "./patiently.ts"

/** The certificate of a cluster's agent on the hub, as OCM has put it on the cluster. */
export interface AgentCertificate {
  readonly pem: string
  /** As audit logs name it. */
  readonly id: string
  readonly endsAt: number
}

/** A request for such a certificate. */
export interface CertificateRequestOf {
  /** Who has asked. */
  readonly username: string
  readonly signerName: string
  /** PEM, base64. */
  readonly request: string
  /** The message of its approval; empty while it is not approved. */
  readonly approval: string
  /** PEM; empty while it is not signed. */
  readonly certificate: string
  readonly createdAt: number
}

/**
 * Kubernetes begins a certificate's life five minutes before its birth, and OCM renews it with a fourth to a fifth of
 * its life left: this one after 15 to 36 seconds.
 */
export const shortLife = "2 minutes"
const renewedInTheLast = 80_000

const secret = { namespace: installNamespace, name: addOnKeys.hubKubeconfigSecret(labels.addonName) }
const decodeSecret = Schema.decodeUnknownEffect(Schema.Struct({ data: Schema.Struct({ "tls.crt": Schema.String }) }))
const textOf = (base64: string): string => Buffer.from(base64, "base64").toString()

/** What is on the cluster now; undefined while there is none. */
export const certificateOn = Effect.fnUntraced(function* (cluster: KubeApi) {
  const object = yield* find(cluster, resources.secrets, secret)
  if (object === undefined) return undefined
  const { data } = yield* Effect.orDie(decodeSecret(object))
  const pem = textOf(data["tls.crt"])
  const x509 = new X509Certificate(pem)
  const certificate: AgentCertificate = {
    pem,
    id: `X509SHA256=${x509.fingerprint256.replaceAll(":", "").toLowerCase()}`,
    endsAt: x509.validToDate.getTime()
  }
  return certificate
})

/** Takes it away: OCM asks for another one. */
export const loseCertificate = (cluster: KubeApi) => cluster.delete(resources.secrets, secret)

/**
 * Makes a look that has OCM look at a certificate once it is to be renewed; by itself OCM looks every five minutes.
 *
 * It is one touch of the Secret for each certificate: OCM (v0.16.0) never gets over a change of the Secret between its
 * reading and writing of it.
 */
export const makeReminder = (cluster: KubeApi) => {
  let reminded = ""
  return Effect.gen(function* () {
    const certificate = yield* certificateOn(cluster)
    if (certificate === undefined || certificate.id === reminded) return
    if ((yield* Clock.currentTimeMillis) < certificate.endsAt - renewedInTheLast) return
    reminded = certificate.id
    const annotations = { "testenv/looks-at": certificate.id }
    yield* cluster.patch(resources.secrets, secret, { metadata: { annotations } })
  })
}

/** Waits until there is a certificate of which `isWanted` holds, and returns it; `look` comes before each look at it. */
export const untilCertificate = Effect.fnUntraced(function* <E extends Error>(
  cluster: KubeApi,
  isWanted: (certificate: AgentCertificate) => boolean,
  look: Effect.Effect<unknown, E> = Effect.void
) {
  let found: AgentCertificate | undefined
  yield* patiently(
    "there is such a certificate",
    Effect.gen(function* () {
      yield* look
      found = yield* certificateOn(cluster)
      return { done: found !== undefined && isWanted(found), progress: [] }
    })
  )
  return found ?? (yield* Effect.die(new Error("it is gone again")))
})

/** Waits until there is another one than `before`. */
export const untilOther = (cluster: KubeApi, before: AgentCertificate | undefined) =>
  untilCertificate(cluster, ({ id }) => id !== before?.id)

const decodeRequest = Schema.decodeUnknownEffect(
  Schema.Struct({
    metadata: Schema.Struct({ creationTimestamp: Schema.String }),
    spec: Schema.Struct({ username: Schema.String, signerName: Schema.String, request: Schema.String }),
    status: Schema.optionalKey(
      Schema.Struct({
        certificate: Schema.optionalKey(Schema.String),
        conditions: Schema.optionalKey(
          Schema.Array(Schema.Struct({ type: Schema.String, message: Schema.optionalKey(Schema.String) }))
        )
      })
    )
  })
)

const requestOf = (object: KubeObject) =>
  Effect.map(Effect.orDie(decodeRequest(object)), ({ metadata, spec, status }): CertificateRequestOf => ({
    ...spec,
    approval: status?.conditions?.find(({ type }) => type === "Approved")?.message ?? "",
    certificate: textOf(status?.certificate ?? ""),
    createdAt: Date.parse(metadata.creationTimestamp)
  }))

/** The request that has brought a certificate. */
export const requestBehind = Effect.fnUntraced(function* (hub: KubeApi, { pem }: AgentCertificate) {
  const { items } = yield* hub.list(resources.certificateSigningRequests, {
    labelSelector: `${addOnKeys.addOnNameLabel}=${labels.addonName}`
  })
  const request = (yield* Effect.forEach(items, requestOf)).find(({ certificate }) => certificate === pem)
  return request ?? (yield* Effect.die(new Error("nobody has asked for this certificate")))
})

/** The calls that an agent has made on the hub with a certificate, at that time or later, and that were heard. */
export const callsBy = (
  hub: ControlPlane,
  { cluster, certificate, since = 0 }: { cluster: string; certificate: AgentCertificate; since?: number }
) =>
  Effect.map(hub.calls, (calls) =>
    calls.filter(
      ({ requestReceivedTimestamp, responseStatus, user }) =>
        user.username === agentIdentity(cluster, labels.addonName).user &&
        user.extra?.["authentication.kubernetes.io/credential-id"]?.includes(certificate.id) === true &&
        Date.parse(requestReceivedTimestamp) >= since &&
        responseStatus?.code === 200
    )
  )
