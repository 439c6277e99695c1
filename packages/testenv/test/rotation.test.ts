import { assert, it } from "@effect/vitest"
import { resources } from "@multicluster-mesh/mesh-model"
import { kubeConfigFile, makeKubeApi } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:https"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { TLSSocket } from "node:tls"
import { makeAuthority } from "../src/certificates.ts"

const config = (server: string) =>
  JSON.stringify({
    "current-context": "c",
    clusters: [{ name: "c", cluster: { server, "certificate-authority": "ca.crt" } }],
    users: [{ name: "u", user: { "client-certificate": "client.crt", "client-key": "client.key" } }],
    contexts: [{ name: "c", context: { cluster: "c", user: "u" } }]
  })
const namespace = { kind: "Namespace", apiVersion: "v1", metadata: { name: "default", resourceVersion: "1" } }

/**
 * An API server over TLS that knows users by their certificates, like a real one: it asks for one, lets the handshake
 * pass without, and answers 401 to those it does not know. Beside it, a program with its credentials on disk.
 */
const stage = Effect.gen(function* () {
  const [first, second] = yield* Effect.promise(() => Promise.all([makeAuthority("first"), makeAuthority("second")]))
  const serving = yield* Effect.promise(() => first.signServer("api", ["127.0.0.1"]))
  const seen: Array<string> = []
  let onlyKnown: string | undefined
  const server = createServer(
    {
      cert: serving.certificate,
      key: serving.key,
      ca: first.certificate,
      requestCert: true,
      rejectUnauthorized: false
    },
    (request, response) => {
      assert.instanceOf(request.socket, TLSSocket)
      const user = String(request.socket.getPeerCertificate().subject?.CN)
      seen.push(user)
      const ok = request.socket.authorized && (onlyKnown === undefined || onlyKnown === user)
      response.writeHead(ok ? 200 : 401, { "content-type": "application/json" })
      response.end(JSON.stringify(ok ? namespace : { kind: "Status", code: 401, reason: "Unauthorized" }))
    }
  )
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.void))
    }),
    () =>
      Effect.sync(() => {
        server.closeAllConnections()
        server.close()
      })
  )
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "rotation-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true }))
  )
  const put = (file: string, text: string) => Effect.sync(() => writeFileSync(join(folder, file), text))
  const putClient = Effect.fnUntraced(function* (user: string) {
    const client = yield* Effect.promise(() => first.signClient(user, []))
    yield* put("client.crt", client.certificate)
    yield* put("client.key", client.key)
  })
  yield* put("ca.crt", first.certificate)
  yield* putClient("old")
  const address = server.address()
  const port = typeof address === "object" ? address?.port : undefined
  yield* put("config", config(`https://127.0.0.1:${port}`))
  const api = yield* makeKubeApi(yield* kubeConfigFile(join(folder, "config")))
  const get = api.get(resources.namespaces, { name: "default" })
  yield* get
  return {
    get,
    put,
    putClient,
    seen,
    first,
    second,
    /** From now on the server shows a certificate of the second authority. */
    serveSecond: Effect.promise(async () => {
      const { certificate, key } = await second.signServer("api", ["127.0.0.1"])
      server.setSecureContext({ cert: certificate, key, ca: first.certificate })
      server.closeAllConnections()
    }),
    knowOnly: (user: string) =>
      Effect.sync(() => {
        onlyKnown = user
      })
  }
})

it.effect("a new client certificate on disk is used within a minute, without a restart", () =>
  Effect.gen(function* () {
    const { get, putClient, seen } = yield* stage
    yield* putClient("new")
    yield* get
    yield* TestClock.adjust("61 seconds")
    yield* get
    assert.deepStrictEqual(seen, ["old", "old", "new"])
  })
)

it.effect("a certificate that the server knows no more (401) is read again at once", () =>
  Effect.gen(function* () {
    const { get, putClient, seen, knowOnly } = yield* stage
    yield* putClient("new")
    yield* knowOnly("new")
    yield* get
    assert.deepStrictEqual(seen, ["old", "old", "new"])
  })
)

it.effect("a server with a certificate of a new authority is trusted as soon as that is on disk", () =>
  Effect.gen(function* () {
    const { get, put, first, second, serveSecond } = yield* stage
    yield* put("ca.crt", `${first.certificate}\n${second.certificate}`)
    yield* serveSecond
    yield* get
    yield* put("ca.crt", second.certificate)
    yield* TestClock.adjust("61 seconds")
    yield* get
  })
)

for (const [what, file, cut] of [
  ["certificate", "client.crt", (pem: string) => pem.slice(0, 200)],
  ["key", "client.key", () => ""],
  ["authority", "ca.crt", (pem: string) => `${pem}\n${pem.slice(0, 100)}`],
  ["kubeconfig", "config", () => '{"clusters": [']
] as const)
  it.effect(`a half-written ${what} harms nothing, and is read when it is whole`, () =>
    Effect.gen(function* () {
      const { get, put, putClient, seen, first } = yield* stage
      yield* put(file, cut(first.certificate))
      yield* TestClock.adjust("61 seconds")
      yield* get
      assert.deepStrictEqual(seen, ["old", "old"])
      if (file !== "config") {
        yield* put("ca.crt", first.certificate)
        yield* putClient("new")
        yield* TestClock.adjust("6 seconds")
        yield* get
        assert.deepStrictEqual(seen, ["old", "old", "new"])
      }
    })
  )

it.effect("a certificate without its key harms nothing", () =>
  Effect.gen(function* () {
    const { get, put, seen, first } = yield* stage
    const other = yield* Effect.promise(() => first.signClient("new", []))
    yield* put("client.crt", other.certificate)
    yield* TestClock.adjust("61 seconds")
    yield* get
    assert.deepStrictEqual(seen, ["old", "old"])
    yield* put("client.key", other.key)
    yield* TestClock.adjust("6 seconds")
    yield* get
    assert.deepStrictEqual(seen, ["old", "old", "new"])
  })
)
