import { assert, describe, it } from "@effect/vitest"
import { type KubeSim, makeKubeSim } from "@multicluster-mesh/kube-sim"
import { resources } from "@multicluster-mesh/mesh-model"
import { kubeConfigFile, makeKubeApi } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeAuthority } from "../src/certificates.ts"
import { startHttpProxy } from "./startHttpProxy.ts"

const base64 = (text: string): string => Buffer.from(text).toString("base64")

const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "proxied-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

/** Lets a variable of the environment be so while the scope lives. */
const withVariable = (name: string, value: string) =>
  Effect.acquireRelease(
    Effect.sync(() => void (process.env[name] = value)),
    () => Effect.sync(() => void delete process.env[name])
  )

/** An API server with certificates, and a kubeconfig in which a proxy leads there. */
const startServer = Effect.fnUntraced(function* (proxyUrl: string) {
  const servers = yield* Effect.promise(() => makeAuthority("servers"))
  const clients = yield* Effect.promise(() => makeAuthority("clients"))
  const serving = yield* Effect.promise(() => servers.signServer("kube-sim", ["127.0.0.1"]))
  const client = yield* Effect.promise(() => clients.signClient("shop", []))
  const sim = yield* makeKubeSim({ tls: { ...serving, ca: servers.certificate, clientCa: clients.certificate } })
  const folder = yield* temporaryFolder
  const file = join(folder, "kubeconfig")
  const config = {
    clusters: [
      {
        name: "hub",
        cluster: {
          server: sim.url,
          "certificate-authority-data": base64(servers.certificate),
          "proxy-url": proxyUrl
        }
      }
    ],
    users: [
      {
        name: "shop",
        user: { "client-certificate-data": base64(client.certificate), "client-key-data": base64(client.key) }
      }
    ],
    contexts: [{ name: "hub", context: { cluster: "hub", user: "shop" } }],
    "current-context": "hub"
  }
  writeFileSync(file, JSON.stringify(config))
  const bundle = join(folder, "ca-bundle.crt")
  return { sim, bundle, open: Effect.flatMap(kubeConfigFile(file), makeKubeApi) }
})

const object = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "default", name } })

const userOf = ({ writes }: KubeSim) => Effect.map(writes, ([first]) => first?.user)

describe("an API server behind a proxy", () => {
  it.live("is reached by our own certificate, with the user that the proxy asks for", () =>
    Effect.gen(function* () {
      const proxy = yield* startHttpProxy({ user: "us:secret" })
      const { open, sim } = yield* startServer(proxy.url)
      yield* (yield* open).create(resources.configMaps, object("a"))
      assert.strictEqual(yield* userOf(sim), "shop")
      assert.include(proxy.asked, new URL(sim.url).host)
    })
  )

  it.live("is not reached where the proxy refuses, and the error says who refuses what", () =>
    Effect.gen(function* () {
      const proxy = yield* startHttpProxy({ user: "us:secret" })
      const { open, sim } = yield* startServer(proxy.url.replace("secret", "guess"))
      const { message } = yield* Effect.flip((yield* open).create(resources.configMaps, object("a")))
      const { host } = new URL(sim.url)
      assert.include(message, `${new URL(proxy.url).origin}: no way to ${host}: 407 Proxy Authentication Required`)
      assert.notInclude(message, "guess")
    })
  )

  it.live("is reached through a proxy with TLS as soon as its authority is in the bundle, without a new start", () =>
    Effect.gen(function* () {
      const authority = yield* Effect.promise(() => makeAuthority("proxies"))
      const other = yield* Effect.promise(() => makeAuthority("others"))
      const proxy = yield* startHttpProxy({ authority })
      const { bundle, open, sim } = yield* startServer(proxy.url)
      yield* withVariable("CA_BUNDLE_FILE_PATH", bundle)
      writeFileSync(bundle, other.certificate)
      const api = yield* open
      const { message } = yield* Effect.flip(api.create(resources.configMaps, object("a")))
      assert.match(message, /proxy https:\/\/127\.0\.0\.1:\d+: .*certificate/u)
      writeFileSync(bundle, `# ours\n${other.certificate}\n${authority.certificate}\n`)
      yield* api.create(resources.configMaps, object("a"))
      assert.strictEqual(yield* userOf(sim), "shop")
      // half written, or gone: what was read before stays in use
      writeFileSync(bundle, authority.certificate.slice(0, 100))
      yield* api.create(resources.configMaps, object("b"))
    })
  )

  it.live("may be impersonated by the proxy of the bundle, and by nobody else", () =>
    Effect.gen(function* () {
      const interceptor = yield* Effect.promise(() => makeAuthority("interceptors"))
      const proxy = yield* startHttpProxy({ interceptor })
      const { bundle, open } = yield* startServer(proxy.url)
      const refused = yield* Effect.flip((yield* open).create(resources.configMaps, object("a")))
      assert.match(refused.message, /certificate/u)
      yield* withVariable("CA_BUNDLE_FILE_PATH", bundle)
      writeFileSync(bundle, interceptor.certificate)
      const answered = yield* Effect.flip((yield* open).create(resources.configMaps, object("a")))
      // the server has answered, to someone without a certificate: ours was shown to the proxy
      assert.strictEqual(answered.reason._tag, "Unauthorized")
    })
  )
})
