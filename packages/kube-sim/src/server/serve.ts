import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as http from "node:http"
import * as https from "node:https"
import { type Answer, json } from "./Answer.ts"
import { answerRequest, type Request } from "./answerRequest.ts"
import { apiError } from "./ApiError.ts"
import type { Server } from "./Server.ts"
import { type User, userOf } from "./User.ts"

/** The port cannot be listened on. */
export class ListenFailed extends Data.TaggedError("ListenFailed")<{
  readonly port: number
  readonly problem: string
}> {
  override get message() {
    return `cannot listen on 127.0.0.1:${this.port}: ${this.problem}`
  }
}

/** PEM texts of a server that speaks TLS. */
export interface TlsOptions {
  readonly certificate: string
  readonly key: string
  /** What signed the certificate; the certificate itself when absent. */
  readonly ca?: string
  /** Signs clients: each then needs a certificate, whose common name and organizations are its user and groups. */
  readonly clientCa?: string
}

/** Serves `server` over HTTP or HTTPS on 127.0.0.1 while the scope lives; returns the port. */
export const serve = Effect.fnUntraced(function* (server: Server, port: number, tls?: TlsOptions) {
  const run = yield* FiberSet.makeRuntime()
  const answer = (incoming: http.IncomingMessage, outgoing: http.ServerResponse): void => {
    const fiber = run(exchange(server, userOf(incoming, tls), incoming, outgoing))
    outgoing.on("close", () => fiber.interruptUnsafe())
  }
  const listener = tls === undefined ? http.createServer(answer) : https.createServer(secured(tls), answer)
  // clients keep connections; one that is closed just as a request arrives looks like a fault
  listener.keepAliveTimeout = 120_000
  yield* Effect.acquireRelease(
    Effect.callback<void, ListenFailed>((resume) => {
      listener.once("error", (cause) => resume(Effect.fail(new ListenFailed({ port, problem: cause.message }))))
      listener.listen(port, "127.0.0.1", () => resume(Effect.void))
    }),
    () =>
      Effect.callback<void>((resume) => {
        listener.close(() => resume(Effect.void))
        listener.closeAllConnections()
      })
  )
  const address = listener.address()
  return typeof address === "object" && address !== null ? address.port : port
})

/** A client without a certificate is answered, with 401: not cut off. */
const secured = ({ certificate, clientCa, key }: TlsOptions): https.ServerOptions => ({
  cert: certificate,
  key,
  ...(clientCa !== undefined && { ca: clientCa, requestCert: true, rejectUnauthorized: false })
})

const exchange = Effect.fnUntraced(function* (
  server: Server,
  user: User | undefined,
  incoming: http.IncomingMessage,
  outgoing: http.ServerResponse
) {
  const body = yield* readBody(incoming)
  if (user === undefined) return yield* send(json(unauthorized.status, 401), outgoing)
  const request: Request = {
    user,
    method: incoming.method ?? "GET",
    url: new URL(incoming.url ?? "/", "http://localhost"),
    headers: incoming.headers,
    body,
    warnings: []
  }
  const answer = yield* answerRequest(server, request).pipe(
    Effect.catch((error) => {
      const { status } = error._tag === "ApiError" ? error : apiError(500, "InternalError", "an endless race")
      return Effect.succeed(json(status, status.code))
    }),
    Effect.catchDefect((defect) => {
      const { status } = apiError(500, "InternalError", `kube-sim is broken: ${describe(defect)}`)
      return Effect.as(Effect.logError("kube-sim is broken", defect), json(status, 500))
    })
  )
  for (const warning of request.warnings) outgoing.appendHeader("Warning", `299 - ${JSON.stringify(warning)}`)
  return yield* send(answer, outgoing)
})

const unauthorized = apiError(401, "Unauthorized", "Unauthorized")

const describe = (defect: unknown): string =>
  defect instanceof Error ? (defect.stack ?? defect.message) : String(defect)

const readBody = (incoming: http.IncomingMessage): Effect.Effect<Uint8Array> =>
  Effect.callback((resume) => {
    const chunks: Array<Buffer> = []
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk))
    incoming.on("end", () => resume(Effect.succeed(Buffer.concat(chunks))))
  })

const send = (answer: Answer, outgoing: http.ServerResponse): Effect.Effect<void> => {
  switch (answer._tag) {
    case "Json":
      return Effect.sync(() => {
        outgoing.writeHead(answer.code, {
          "Content-Type": answer.contentType ?? "application/json",
          ...retryAfter(answer.body)
        })
        outgoing.end(JSON.stringify(answer.body))
      })
    case "Text":
      return Effect.sync(() => {
        outgoing.writeHead(answer.code, { "Content-Type": "text/plain; charset=utf-8" })
        outgoing.end(answer.body)
      })
    default:
      return Effect.suspend(() => {
        outgoing.writeHead(200, { "Content-Type": "application/json" })
        outgoing.flushHeaders()
        return Effect.andThen(
          answer.watch.run((line) => outgoing.write(`${JSON.stringify(line)}\n`)),
          Effect.sync(() => outgoing.end())
        )
      })
  }
}

const retryAfter = (body: unknown): { readonly "Retry-After"?: string } => {
  const details: unknown = typeof body === "object" && body !== null ? Reflect.get(body, "details") : undefined
  const seconds: unknown =
    typeof details === "object" && details !== null ? Reflect.get(details, "retryAfterSeconds") : undefined
  return typeof seconds === "number" ? { "Retry-After": String(seconds) } : {}
}
