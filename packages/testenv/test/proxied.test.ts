import { assert, it } from "@effect/vitest"
import { makeKubeSim } from "@multicluster-mesh/kube-sim"
import { resources } from "@multicluster-mesh/mesh-model"
import { kubeConfigFile, makeKubeApi } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { connect, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeAuthority } from "../src/certificates.ts"

/** An HTTP proxy that notes which servers it was asked to connect to. */
const startHttpProxy = Effect.gen(function* () {
  const asked: Array<string> = []
  const sockets = new Set<Socket>()
  const server = createServer().on("connect", (request, client: Socket) => {
    const { hostname, port } = new URL(`http://${request.url ?? ""}`)
    asked.push(`${hostname}:${port}`)
    const upstream = connect(Number(port), hostname, () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n")
      upstream.pipe(client).pipe(upstream)
    })
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on("error", () => socket.destroy())
    }
  })
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
    () =>
      Effect.sync(() => {
        for (const socket of sockets) socket.destroy()
        server.close()
      })
  )
  const address = server.address()
  return { asked, url: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}` }
})

const base64 = (text: string): string => Buffer.from(text).toString("base64")

it.live("reaches an API server through the proxy of its kubeconfig, by its own certificate", () =>
  Effect.gen(function* () {
    const servers = yield* Effect.promise(() => makeAuthority("servers"))
    const clients = yield* Effect.promise(() => makeAuthority("clients"))
    const serving = yield* Effect.promise(() => servers.signServer("kube-sim", ["127.0.0.1"]))
    const client = yield* Effect.promise(() => clients.signClient("shop", []))
    const sim = yield* makeKubeSim({ tls: { ...serving, ca: servers.certificate, clientCa: clients.certificate } })
    const proxy = yield* startHttpProxy
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "proxied-"))),
      (path) => Effect.sync(() => rmSync(path, { recursive: true }))
    )
    const file = join(folder, "kubeconfig")
    const config = {
      clusters: [
        {
          name: "hub",
          cluster: {
            server: sim.url,
            "certificate-authority-data": base64(servers.certificate),
            "proxy-url": proxy.url
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
    const api = yield* makeKubeApi(yield* kubeConfigFile(file))
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "default", name: "a" } }
    yield* api.create(resources.configMaps, object)
    assert.strictEqual((yield* sim.writes)[0]?.user, "shop")
    assert.include(proxy.asked, new URL(sim.url).host)
  })
)
