import * as Effect from "effect/Effect"
import { createServer } from "node:http"
import { createServer as createTlsServer } from "node:https"
import { connect, type Socket } from "node:net"
import type { Duplex } from "node:stream"
import { connect as connectTls, TLSSocket } from "node:tls"
import type { Authority } from "../src/certificates.ts"

interface ProxyOptions {
  /** Signs the proxy's own certificate; it speaks without TLS when absent. */
  readonly authority?: Authority
  /** Who it lets through, as `user:password`; everyone when absent. */
  readonly user?: string
  /** Reads what it passes on, and shows certificates of this authority in place of the servers'. */
  readonly interceptor?: Authority
}

/** A proxy that notes which servers it was asked to connect to. */
export const startHttpProxy = Effect.fnUntraced(function* ({ authority, interceptor, user }: ProxyOptions = {}) {
  const asked: Array<string> = []
  const sockets = new Set<Duplex>()
  const own = yield* signedBy(authority)
  const shown = yield* signedBy(interceptor)
  const server = own === undefined ? createServer() : createTlsServer({ cert: own.certificate, key: own.key })
  server.on("connect", (request, client: Socket) => {
    const { hostname, port } = new URL(`http://${request.url ?? ""}`)
    asked.push(`${hostname}:${port}`)
    const expected = user === undefined ? undefined : `Basic ${Buffer.from(user).toString("base64")}`
    if (request.headers["proxy-authorization"] !== expected) {
      client.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
      return
    }
    const passOn = () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n")
      const near =
        shown === undefined
          ? client
          : new TLSSocket(client, { isServer: true, cert: shown.certificate, key: shown.key })
      near.on("error", () => near.destroy())
      upstream.pipe(near).pipe(upstream)
    }
    const upstream =
      shown === undefined
        ? connect(Number(port), hostname, passOn)
        : connectTls({ host: hostname, port: Number(port), rejectUnauthorized: false }, passOn)
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
  const port = typeof address === "object" ? address?.port : ""
  return {
    asked,
    url: `http${authority === undefined ? "" : "s"}://${user === undefined ? "" : `${user}@`}127.0.0.1:${port}`
  }
})

const signedBy = (authority: Authority | undefined) =>
  authority === undefined ? Effect.undefined : Effect.promise(() => authority.signServer("proxy", ["127.0.0.1"]))
