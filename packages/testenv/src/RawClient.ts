import type { Connection, KubeConfigError } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as http from "node:http"
import * as https from "node:https"
import { createInterface } from "node:readline"
import { TestenvError } from "./TestenvError.ts"

export interface RawRequest {
  readonly body?: unknown
  readonly contentType?: string
  readonly accept?: string
}

export type Json = Readonly<Record<string, unknown>>

export interface RawAnswer {
  readonly status: number
  /** The decoded body; empty when it is not a JSON object. */
  readonly body: Json
  readonly text: string
  /** The `Warning` headers, as kubectl shows them to people. */
  readonly warnings: ReadonlyArray<string>
}

export interface WatchEvent {
  readonly type: string
  readonly object: Json
}

/** Requests as they are, without any client's help: what a contract between two servers is written in. */
export interface RawClient {
  readonly request: (method: string, path: string, options?: RawRequest) => Effect.Effect<RawAnswer, TestenvError>
  /**
   * Opens a watch that ends with the scope; each take waits for the next event. A watch that the server has ended
   * gives an event of type `END`; one that it refuses gives one of type `REFUSED` with the Status.
   */
  readonly watch: (path: string, accept?: string) => Effect.Effect<Effect.Effect<WatchEvent>, TestenvError, Scope.Scope>
}

/** Makes requests to one API server with the credentials of `connection`. */
export const makeRawClient = Effect.fnUntraced(function* (connection: Connection) {
  const credentials = yield* Effect.mapError(
    connection.credentials,
    (cause: KubeConfigError) => new TestenvError({ part: connection.server, problem: cause.message })
  )
  const secure = connection.server.startsWith("https:")
  const agent = yield* Effect.acquireRelease(
    Effect.sync(() =>
      secure
        ? new https.Agent({
            keepAlive: true,
            ...(credentials.ca !== undefined && { ca: credentials.ca }),
            ...(credentials.certificate !== undefined && { cert: credentials.certificate }),
            ...(credentials.key !== undefined && { key: credentials.key })
          })
        : new http.Agent({ keepAlive: true })
    ),
    (agent) => Effect.sync(() => agent.destroy())
  )
  const send = (
    method: string,
    path: string,
    options: RawRequest,
    answered: (answer: http.IncomingMessage) => void
  ) => {
    const body = options.body === undefined ? undefined : JSON.stringify(options.body)
    return (secure ? https : http)
      .request(
        `${connection.server}${path}`,
        {
          method,
          agent,
          headers: {
            accept: options.accept ?? "application/json",
            ...(body !== undefined && {
              "content-type": options.contentType ?? "application/json",
              // node leaves it out of a DELETE, and the body then reads as the next request
              "content-length": Buffer.byteLength(body)
            })
          }
        },
        answered
      )
      .end(body)
  }

  const client: RawClient = {
    request: (method, path, options = {}) =>
      Effect.callback((resume) => {
        const call = send(method, path, options, (answer) => {
          const chunks: Array<Buffer> = []
          answer.on("data", (chunk: Buffer) => chunks.push(chunk))
          answer.on("end", () => {
            const text = Buffer.concat(chunks).toString("utf8")
            resume(
              Effect.succeed({
                status: answer.statusCode ?? 0,
                body: jsonOf(text),
                text,
                warnings: answer.headersDistinct["warning"] ?? []
              })
            )
          })
        })
        call.once("error", (cause) =>
          resume(Effect.fail(new TestenvError({ part: `${method} ${path}`, problem: cause.message })))
        )
        return Effect.sync(() => call.destroy())
      }),
    watch: Effect.fnUntraced(function* (path, accept) {
      const events = yield* Queue.unbounded<WatchEvent>()
      yield* Effect.acquireRelease(
        Effect.sync(() =>
          send("GET", path, accept === undefined ? {} : { accept }, (answer) => {
            answer.on("error", () => undefined) // we cut it ourselves
            createInterface({ input: answer })
              .on("error", () => undefined)
              .on("line", (line) => Queue.offerUnsafe(events, eventOf(answer.statusCode ?? 0, line)))
              .on("close", () => Queue.offerUnsafe(events, { type: "END", object: {} }))
          }).on("error", () => undefined)
        ),
        (call) => Effect.sync(() => call.destroy())
      )
      return Queue.take(events)
    })
  }
  return client
})

const eventOf = (status: number, line: string): WatchEvent => {
  const json = jsonOf(line)
  return status === 200
    ? { type: String(json["type"]), object: Predicate.isReadonlyObject(json["object"]) ? json["object"] : {} }
    : { type: "REFUSED", object: json }
}

const jsonOf = (text: string): Json => {
  try {
    const value: unknown = JSON.parse(text)
    return Predicate.isReadonlyObject(value) ? value : {}
  } catch {
    return {}
  }
}
