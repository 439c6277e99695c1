import { labels, resources } from "@multicluster-mesh/mesh-model"
import { addOnKeys } from "@multicluster-mesh/ocm-transport/addon"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import type { AddOnWorld } from "./addOnWorld.ts"

/** Made by Go's crypto/x509 for the agent of add-on `multicluster-mesh` on cluster `east`. */
export const requestOfEast = `-----BEGIN CERTIFICATE REQUEST-----
MIICADCCAacCAQAwgfQxgYswPQYDVQQKEzZzeXN0ZW06b3Blbi1jbHVzdGVyLW1h
bmFnZW1lbnQ6YWRkb246bXVsdGljbHVzdGVyLW1lc2gwSgYDVQQKE0NzeXN0ZW06
b3Blbi1jbHVzdGVyLW1hbmFnZW1lbnQ6Y2x1c3RlcjplYXN0OmFkZG9uOm11bHRp
Y2x1c3Rlci1tZXNoMWQwYgYDVQQDE1tzeXN0ZW06b3Blbi1jbHVzdGVyLW1hbmFn
ZW1lbnQ6Y2x1c3RlcjplYXN0OmFkZG9uOm11bHRpY2x1c3Rlci1tZXNoOmFnZW50
Om11bHRpY2x1c3Rlci1tZXNoMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEb2ht
/8eRvRuYZ2nSh4I4qPqp8oTShgCr0x86J/fmErLzke/r+vnxj34ncEw+enzDa0eX
hSiRmHevEIktoQ4SgaBQME4GCSqGSIb3DQEJDjFBMD8wPQYDVR0RBDYwNIIybXVs
dGljbHVzdGVyLW1lc2guYWRkb24ub3Blbi1jbHVzdGVyLW1hbmFnZW1lbnQuaW8w
CgYIKoZIzj0EAwIDRwAwRAIgVfvyn6T5oRTcvkr4+hpJ0OvSs1NI55cdV34NOibG
rk8CIHMw5LrFotZ0XAEjG2CwwmMTZmDQUG5MWlJPLzRbjvt4
-----END CERTIFICATE REQUEST-----
`

export interface Asking {
  /** Cluster by its label; east when absent. */
  readonly labelled?: string
  /** Cluster that asks; east when absent. */
  readonly by?: string
  readonly username?: string
  readonly groups?: ReadonlyArray<string>
  readonly spec?: Readonly<Record<string, unknown>>
}

/** Asks for the certificate of east's agent: honestly, unless `asking` says otherwise. */
export const askForCertificate = Effect.fnUntraced(function* (
  { hub }: AddOnWorld,
  name: string,
  { by = "east", groups, labelled = "east", spec = {}, username }: Asking = {}
) {
  yield* hub.create(resources.certificateSigningRequests, {
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest",
    metadata: {
      name,
      labels: { [addOnKeys.addOnNameLabel]: labels.addonName, [addOnKeys.clusterNameLabel]: labelled }
    },
    spec: {
      request: Base64.encode(requestOfEast),
      signerName: "kubernetes.io/kube-apiserver-client",
      usages: ["digital signature", "key encipherment", "client auth"],
      ...spec
    }
  })
  // the server has put the user of this connection there
  const asked = {
    username: username ?? `system:open-cluster-management:${by}:agent`,
    groups: groups ?? [`system:open-cluster-management:${by}`, "system:open-cluster-management:managed-clusters"]
  }
  yield* hub.patch(resources.certificateSigningRequests, { name }, { spec: asked })
})
