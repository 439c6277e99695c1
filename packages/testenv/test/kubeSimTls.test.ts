import { assert, it } from "@effect/vitest"
import { makeKubeSim } from "@multicluster-mesh/kube-sim"
import { connectionTo } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { makeAuthority } from "../src/certificates.ts"
import { at, configMap, configMaps } from "../src/contract/Case.ts"
import { makeRawClient } from "../src/RawClient.ts"

const csr = {
  apiVersion: "certificates.k8s.io/v1",
  kind: "CertificateSigningRequest",
  metadata: { name: "mine" },
  spec: { request: "AAAA", signerName: "example.com/any", username: "someone-else", usages: ["client auth"] }
}

const secured = Effect.gen(function* () {
  const servers = yield* Effect.promise(() => makeAuthority("servers"))
  const clients = yield* Effect.promise(() => makeAuthority("clients"))
  const serving = yield* Effect.promise(() => servers.signServer("kube-sim", ["127.0.0.1"]))
  const sim = yield* makeKubeSim({
    tls: { ...serving, ca: servers.certificate, clientCa: clients.certificate }
  })
  const as = (certificate: Partial<typeof serving>) =>
    makeRawClient(connectionTo(sim.url, { ca: servers.certificate, ...certificate }))
  return { as, clients, servers, sim }
})

it.effect("kube-sim over TLS knows its clients by their certificates", () =>
  Effect.gen(function* () {
    const { as, clients, sim } = yield* secured
    const shop = yield* as(yield* Effect.promise(() => clients.signClient("shop", ["agents", "meshes"])))
    const made = yield* shop.request("POST", configMaps("default"), { body: configMap("a") })
    assert.strictEqual(made.status, 201)
    assert.strictEqual((yield* sim.writes)[0]?.user, "shop")
    const asked = yield* shop.request("POST", "/apis/certificates.k8s.io/v1/certificatesigningrequests", { body: csr })
    assert.strictEqual(at(asked.body, "spec.username"), "shop")
    assert.deepStrictEqual(at(asked.body, "spec.groups"), ["agents", "meshes", "system:authenticated"])
  })
)

it.effect("kube-sim over TLS refuses clients without a certificate that it trusts", () =>
  Effect.gen(function* () {
    const { as, servers } = yield* secured
    const nobody = yield* as({})
    assert.strictEqual((yield* nobody.request("GET", configMaps("default"))).status, 401)
    const stranger = yield* as(yield* Effect.promise(() => servers.signClient("shop", [])))
    assert.strictEqual((yield* stranger.request("GET", configMaps("default"))).status, 401)
  })
)

it.effect("a client refuses a kube-sim whose certificate it does not trust", () =>
  Effect.gen(function* () {
    const { clients, sim } = yield* secured
    const client = yield* makeRawClient(connectionTo(sim.url, { ca: clients.certificate }))
    const failed = yield* Effect.flip(client.request("GET", configMaps("default")))
    assert.match(failed.problem, /certificate/u)
  })
)
