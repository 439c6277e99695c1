import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as http from "node:http"
import { type Answer, json } from "./Answer.ts"
import { answerRequest, type Request } from "./answerRequest.ts"
import { apiError } from "./ApiError.ts"
import type { Server } from "./Server.ts"

/** The port cannot be listened on. */
export class ListenFailed extends Data.TaggedError("ListenFailed")<{
  readonly port: number
  readonly problem: string
}> {
  override get message() {
    return `cannot listen on 127.0.0.1:${this.port}: ${this.problem}`
  }
}

/** Serves `server` over HTTP on 127.0.0.1 while the scope lives; returns the port. */
export const serve = Effect.fnUntraced(function* (server: Server, port: number) {
  const run = yield* FiberSet.makeRuntime()
  const listener = http.createServer((incoming, outgoing) => {
    const fiber = run(exchange(server, incoming, outgoing))
    outgoing.on("close", () => fiber.interruptUnsafe())
  })
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

const exchange = Effect.fnUntraced(function* (
  server: Server,
  incoming: http.IncomingMessage,
  outgoing: http.ServerResponse
) {
  const request: Request = {
    method: incoming.method ?? "GET",
    url: new URL(incoming.url ?? "/", "http://localhost"),
    headers: incoming.headers,
    body: yield* readBody(incoming),
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
  yield* send(answer, outgoing)
})

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
