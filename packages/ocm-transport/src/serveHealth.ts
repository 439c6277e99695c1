import * as Effect from "effect/Effect"
import { formatUnsafe } from "effect/observability/PrometheusMetrics"
import * as Schema from "effect/Schema"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import type { Readiness } from "./Readiness.ts"

/** The port of the health checks cannot be had. */
export class PortUnavailable extends Schema.TaggedError<PortUnavailable>()("PortUnavailable", {
  port: Schema.Int,
  detail: Schema.String
}) {
  override get message() {
    return `cannot listen on port ${this.port} for health checks: ${this.detail}`
  }
}

/**
 * Answers `/healthz` (the process lives), `/readyz` (it does its work) and `/metrics` (for Prometheus) while the scope
 * lives, and returns the port: a free one when `port` is 0.
 */
export const serveHealth = Effect.fnUntraced(function* (
  port: number,
  readiness: Effect.Effect<Readiness>,
  host?: string
) {
  const context = yield* Effect.context()
  const asked = { readiness, metrics: () => formatUnsafe(context) }
  const server = yield* Effect.acquireRelease(
    Effect.sync(() => createServer((request, response) => answer(request, response, asked))),
    close
  )
  yield* Effect.callback<void, PortUnavailable>((resume) => {
    server.once("error", (error) => resume(Effect.fail(new PortUnavailable({ port, detail: error.message }))))
    server.listen(port, host, () => resume(Effect.void))
  })
  return portOf(server) ?? port
})

interface Asked {
  readonly readiness: Effect.Effect<Readiness>
  readonly metrics: () => string
}

const answer = (request: IncomingMessage, response: ServerResponse, { readiness, metrics }: Asked) => {
  const say = (status: number, text: string) => {
    response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(`${text}\n`)
  }
  switch (request.url?.split("?")[0]) {
    case "/healthz":
      return say(200, "ok")
    case "/readyz":
      return Effect.runCallback(readiness, {
        onExit: (exit) =>
          exit._tag === "Success"
            ? say(exit.value.ready ? 200 : 503, exit.value.message)
            : say(500, "readiness is not known")
      })
    case "/metrics":
      return response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }).end(metrics())
    default:
      return say(404, "only /healthz, /readyz and /metrics are here")
  }
}

const close = (server: Server) =>
  Effect.callback<void>((resume) => {
    server.closeAllConnections()
    server.close(() => resume(Effect.void))
  })

const portOf = (server: Server): number | undefined => {
  const address: AddressInfo | string | null = server.address()
  return typeof address === "object" ? address?.port : undefined
}
