import { assert, describe, it } from "@effect/vitest"
import type { CertificateSigningRequest, ManagedCluster, ManagedClusterAddOn } from "@multicluster-mesh/mesh-model"
import * as Base64 from "effect/encoding/Base64"
import { agentIdentity } from "../../src/addon/agentIdentity.ts"
import { type CsrFacts, judgeCsr } from "../../src/addon/judgeCsr.ts"
import { commonName, type CsrWish, der, dnsTag, organization, writeCsr } from "./writeCsr.ts"

const identity = agentIdentity("prod", "mesh")
const host = "mesh.addon.open-cluster-management.io"

/** As OCM's registration agent asks: all organisations in one part of the name. */
const honest: CsrWish = {
  subject: [identity.groups.toReversed().map((group) => [organization, group] as const), [[commonName, identity.user]]],
  names: [[dnsTag, host]]
}

const managed = (name: string, changes: Partial<ManagedCluster> = {}): ManagedCluster => ({
  apiVersion: "cluster.open-cluster-management.io/v1",
  kind: "ManagedCluster",
  metadata: { name },
  spec: { hubAcceptsClient: true },
  ...changes
})

const addOnOn = (namespace: string, changes: Partial<ManagedClusterAddOn["metadata"]> = {}): ManagedClusterAddOn => ({
  apiVersion: "addon.open-cluster-management.io/v1alpha1",
  kind: "ManagedClusterAddOn",
  metadata: { name: "mesh", namespace, ...changes }
})

const facts = (changes: Partial<CsrFacts> = {}): CsrFacts => ({
  addOn: "mesh",
  identity,
  cluster: managed("prod"),
  managedClusterAddOn: addOnOn("prod"),
  approved: 0,
  maxExpirationSeconds: 86_400,
  ...changes
})

interface Asking extends Partial<CertificateSigningRequest["spec"]> {
  readonly pem?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

const labels = { "open-cluster-management.io/addon-name": "mesh", "open-cluster-management.io/cluster-name": "prod" }

const csr = ({
  pem = writeCsr(honest),
  labels: given = labels,
  annotations = {},
  ...spec
}: Asking = {}): CertificateSigningRequest => ({
  apiVersion: "certificates.k8s.io/v1",
  kind: "CertificateSigningRequest",
  metadata: { name: "addon-prod-mesh-x", labels: given, annotations },
  spec: {
    request: Base64.encode(pem),
    signerName: "kubernetes.io/kube-apiserver-client",
    username: "system:open-cluster-management:prod:prod-agent",
    groups: [
      "system:open-cluster-management:prod",
      "system:open-cluster-management:managed-clusters",
      "system:authenticated"
    ],
    usages: ["digital signature", "key encipherment", "client auth"],
    ...spec
  }
})

const refuses = (name: string, asking: Asking, expected: RegExp, changes: Partial<CsrFacts> = {}) =>
  it(`refuses ${name}`, () => {
    const verdict = judgeCsr(csr(asking), facts(changes))
    assert.strictEqual(verdict._tag, "Refuse")
    if (verdict._tag === "Refuse") assert.match(verdict.why, expected)
  })

const wishing = (changes: Partial<CsrWish>): Asking => ({ pem: writeCsr({ ...honest, ...changes }) })
const named = (user: string, ...groups: ReadonlyArray<string>): Asking =>
  wishing({ subject: [groups.map((group) => [organization, group] as const), [[commonName, user]]] })

/** Made by Go's crypto/x509, as OCM's registration agent makes it. */
const madeByGo = `-----BEGIN CERTIFICATE REQUEST-----
MIIBvzCCAWUCAQAwgb8xcTAwBgNVBAoTKXN5c3RlbTpvcGVuLWNsdXN0ZXItbWFu
YWdlbWVudDphZGRvbjptZXNoMD0GA1UEChM2c3lzdGVtOm9wZW4tY2x1c3Rlci1t
YW5hZ2VtZW50OmNsdXN0ZXI6cHJvZDphZGRvbjptZXNoMUowSAYDVQQDE0FzeXN0
ZW06b3Blbi1jbHVzdGVyLW1hbmFnZW1lbnQ6Y2x1c3Rlcjpwcm9kOmFkZG9uOm1l
c2g6YWdlbnQ6bWVzaDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABL9DE+t4Qr89
1L45TmLiM21AXqCmZurJJcgAJUSYeb5FDfeZlfDD8bQloROrIByJX5qJNpW6AfTA
QMpeUBw2jkSgQzBBBgkqhkiG9w0BCQ4xNDAyMDAGA1UdEQQpMCeCJW1lc2guYWRk
b24ub3Blbi1jbHVzdGVyLW1hbmFnZW1lbnQuaW8wCgYIKoZIzj0EAwIDSAAwRQIh
AIg6hTxflMJUxM0LxKuIiX+x62mTEp2cPZuCygp/RhhPAiAf0eXMJ6OII2sLaHKS
/9PxpPh1GfeEoASJ1O7L1vs6ig==
-----END CERTIFICATE REQUEST-----
`

describe("judgeCsr", () => {
  it("approves what OCM's registration agent asks for", () => {
    assert.deepStrictEqual(judgeCsr(csr({ pem: madeByGo }), facts()), { _tag: "Approve" })
    assert.deepStrictEqual(judgeCsr(csr(), facts()), { _tag: "Approve" })
  })

  it("approves what an agent of an older framework asks for", () => {
    const older = named(identity.user, ...identity.groups, "system:authenticated")
    assert.deepStrictEqual(judgeCsr(csr(older), facts()), { _tag: "Approve" })
  })

  it("leaves alone what is of another add-on, or decided", () => {
    const other = csr({ labels: { ...labels, "open-cluster-management.io/addon-name": "other" } })
    assert.strictEqual(judgeCsr(other, facts())._tag, "Ignore")
    for (const type of ["Approved", "Denied", "Failed"]) {
      const decided = { ...csr(), status: { conditions: [{ type, status: "True" }] } }
      assert.strictEqual(judgeCsr(decided, facts())._tag, "Ignore", type)
    }
    assert.strictEqual(judgeCsr({ ...csr(), status: { certificate: "x" } }, facts())._tag, "Ignore")
  })

  describe("whose request it is", () => {
    const prod2 = {
      username: "system:open-cluster-management:prod2:prod2-agent",
      groups: ["system:open-cluster-management:prod2", "system:open-cluster-management:managed-clusters"]
    }
    refuses("a cluster whose name begins with the other's", prod2, /does not speak for cluster prod$/u)
    refuses(
      "the name of one cluster with the group of another",
      { groups: prod2.groups },
      /does not speak for cluster prod$/u
    )
    refuses("the right user without the group", { groups: ["system:authenticated"] }, /does not speak/u)
    refuses("a user that only begins right", { username: "system:open-cluster-management:prod:" }, /does not speak/u)
    refuses("a user with more parts", { username: "system:open-cluster-management:prod:a:b" }, /does not speak/u)
    refuses(
      "a requester that an annotation names",
      {
        username: "mallory",
        groups: ["system:authenticated"],
        annotations: { "open-cluster-management.io/csruser": "system:open-cluster-management:prod:prod-agent" }
      },
      /mallory does not speak/u
    )
    refuses("nobody", { username: "" }, /nobody does not speak/u)
    refuses(
      "a cluster that asks under the label of another one, for itself",
      {
        ...named(agentIdentity("prod2", "mesh").user, ...agentIdentity("prod2", "mesh").groups),
        ...prod2
      },
      /does not speak for cluster prod$/u
    )
  })

  describe("where it is allowed", () => {
    refuses("a request without a cluster", { labels: { "open-cluster-management.io/addon-name": "mesh" } }, /no label/u)
    refuses("an unknown cluster", {}, /no ManagedCluster prod/u, { cluster: undefined })
    refuses("facts of another cluster", {}, /no ManagedCluster prod/u, { cluster: managed("prod2") })
    refuses("a cluster that is not accepted", {}, /not accepted/u, { cluster: managed("prod", { spec: {} }) })
    refuses("a cluster that is being detached", {}, /being detached/u, {
      cluster: managed("prod", { metadata: { name: "prod", deletionTimestamp: "2026-01-01T00:00:00Z" } })
    })
    refuses("an add-on that the cluster does not have", {}, /not enabled/u, { managedClusterAddOn: undefined })
    refuses("the add-on of another cluster", {}, /not enabled/u, { managedClusterAddOn: addOnOn("prod2") })
    refuses("an add-on that is being removed", {}, /being removed/u, {
      managedClusterAddOn: addOnOn("prod", { deletionTimestamp: "2026-01-01T00:00:00Z" })
    })
    refuses("an add-on without a registration", {}, /no registration/u, { identity: undefined })
    refuses("a storm of requests", {}, /approved already/u, { approved: 20 })
  })

  describe("what it asks for", () => {
    refuses("another signer", { signerName: "kubernetes.io/kubelet-serving" }, /its signer/u)
    refuses("another usage", { usages: ["client auth", "server auth"] }, /usage server auth/u)
    refuses("no usage for clients", { usages: ["digital signature"] }, /client auth is missing/u)
    refuses("too long a life", { expirationSeconds: 86_401 }, /86400 are the most/u)
    const other = agentIdentity("prod2", "mesh")
    refuses("a foreign name", named(other.user, ...identity.groups), /asks for the name/u)
    refuses("a name that goes on", named(`${identity.user}2`, ...identity.groups), /asks for the name/u)
    refuses("no name", wishing({ subject: [honest.subject[0] ?? []] }), /asks for the name/u)
    refuses(
      "two names",
      wishing({ subject: [...honest.subject, [[commonName, "system:admin"]]] }),
      /asks for the name/u
    )
    refuses("masters", named(identity.user, ...identity.groups, "system:masters"), /group system:masters/u)
    refuses("the group of another cluster", named(identity.user, ...identity.groups, ...other.groups), /group .*prod2/u)
    refuses("too few groups", named(identity.user, identity.groups[0] ?? ""), /does not ask for the group/u)
    refuses(
      "another part in the name",
      wishing({ subject: [...honest.subject, [["2.5.4.11", "unit"]]] }),
      /attribute 2\.5\.4\.11/u
    )
    refuses(
      "a foreign host name",
      wishing({
        names: [
          [dnsTag, host],
          [dnsTag, "kubernetes.default.svc"]
        ]
      }),
      /host name/u
    )
    refuses("an email address", wishing({ names: [[0x81, "a@b.c"]] }), /email address/u)
    refuses("a URI", wishing({ names: [[0x86, "spiffe://x/y"]] }), /a URI/u)
    refuses("an IP address", wishing({ names: [[0x87, "\u0001\u0001\u0001\u0001"]] }), /an IP address/u)
    refuses("another extension", wishing({ extensions: [["2.5.29.19", der(0x30)]] }), /extension 2\.5\.29\.19/u)
  })

  describe("how it is written", () => {
    refuses("two blocks", { pem: writeCsr(honest) + writeCsr(honest) }, /exactly one PEM block/u)
    refuses("words before the block", { pem: `hello\n${writeCsr(honest)}` }, /exactly one PEM block/u)
    refuses("a certificate", { pem: writeCsr(honest).replaceAll(" REQUEST", "") }, /exactly one PEM block/u)
    refuses("what is no base64", { request: "%%%" }, /exactly one PEM block/u)
    refuses("a signature of another key", wishing({ forged: true }), /does not fit the key/u)
    refuses("alternative names twice", wishing({ requests: 2 }), /alternative names twice/u)
    refuses("another version", wishing({ version: 1 }), /not version 1/u)
    refuses("too much", { request: "A".repeat(100_000) }, /too long/u)
  })
})
