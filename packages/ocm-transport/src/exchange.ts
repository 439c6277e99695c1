import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import * as http from "node:http"
import * as https from "node:https"
import { urlToHttpOptions } from "node:url"
import type { Connection } from "./Connection.ts"
import type { KubeError } from "./KubeError.ts"
import type { Sockets } from "./Sockets.ts"
import { splitLines } from "./splitLines.ts"
import { noAnswer, statusError } from "./statusError.ts"

export interface Call {
  /** How errors name it: `list pods`. */
  readonly call: string
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  /** Path and query. */
  readonly path: string
  readonly body?: unknown
  readonly contentType?: string
  readonly accept?: string
  /** The same call twice is no more than once: it may be sent again when a reused socket turns out to be dead. */
  readonly repeatable?: boolean
  readonly timeout?: Duration.Input
}

export interface WatchCall extends Call {
  /** The server has accepted the watch. */
  readonly onOpen: () => void
  /** One line of the answer; an error that it returns ends the watch with it. */
  readonly onLine: (line: string) => KubeError | undefined
}

export interface Failure {
  readonly error: KubeError
  /** The server had closed the idle socket before it saw the call. */
  readonly staleSocket: boolean
  /** One side did not accept the other's certificate: perhaps ours, or what we trust, is out of date. */
  readonly distrust: boolean
}

export interface Answer {
  readonly status: number
  readonly body: unknown
}

/** Sends a call and reads its whole answer. */
export const exchange = (connection: Connection, call: Call, sockets: Sockets): Effect.Effect<Answer, Failure> =>
  Effect.callback((resume) => {
    const fail = (error: KubeError, why: Partial<Failure> = {}) =>
      resume(Effect.fail({ error, staleSocket: false, distrust: false, ...why }))
    const request = open(connection, call, sockets, sockets.calls)
    request.on("response", (response) =>
      readAll(response, (failure, text) => {
        if (failure !== undefined) fail(noAnswer(call.call, `answer cut off: ${failure.message}`))
        else if (succeeded(response)) {
          const answer = Effect.map(parsed(call, text), (body) => ({ status: response.statusCode ?? 0, body }))
          resume(Effect.mapError(answer, (error) => ({ error, staleSocket: false, distrust: false })))
        } else fail(refusal(call, response, text))
      })
    )
    request.on("error", (error) =>
      fail(noAnswer(call.call, describe(error)), { staleSocket: isStale(request, error), distrust: isDistrust(error) })
    )
    return Effect.sync(() => request.destroy())
  })

/** Sends a call whose answer is a line at a time, for as long as the server goes on. */
export const follow = (connection: Connection, call: WatchCall, sockets: Sockets): Effect.Effect<void, Failure> =>
  Effect.callback((resume) => {
    const request = open(connection, call, sockets, sockets.watches)
    const end = (exit: Exit.Exit<void, Failure>) => {
      resume(exit)
      request.destroy()
    }
    const fail = (error: KubeError, distrust = false) => end(Exit.fail({ error, staleSocket: false, distrust }))
    // a bug in a callback fails the watch, not the process
    const guarded = (run: () => void) => {
      const done = Result.try(run)
      if (Result.isFailure(done)) end(Exit.die(done.failure))
    }
    const onChunk = splitLines((line) => {
      if (request.destroyed) return
      const error = call.onLine(line)
      if (error !== undefined) fail(error)
    })
    request.on("response", (response) => {
      if (!succeeded(response)) {
        readAll(response, (failure, text) =>
          fail(failure === undefined ? refusal(call, response, text) : noAnswer(call.call, failure.message))
        )
        return
      }
      // a peer that vanished without a word shows only by unanswered probes
      response.socket.setKeepAlive(true, 30_000)
      guarded(call.onOpen)
      response.on("data", (chunk: Buffer) => guarded(() => onChunk(chunk)))
      response.on("end", () => end(Exit.void))
      response.on("error", (error) => fail(noAnswer(call.call, describe(error))))
    })
    request.on("error", (error) => fail(noAnswer(call.call, describe(error)), isDistrust(error)))
    return Effect.sync(() => request.destroy())
  })

const open = (connection: Connection, call: Call, sockets: Sockets, agent: http.Agent): http.ClientRequest => {
  const server = new URL(connection.server)
  const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body))
  const request = (server.protocol === "https:" ? https : http).request({
    ...urlToHttpOptions(server),
    path: server.pathname.replace(/\/+$/u, "") + call.path,
    method: call.method,
    agent,
    headers: {
      accept: call.accept ?? "application/json",
      "user-agent": "multicluster-mesh",
      ...(sockets.authorization !== undefined && { authorization: sockets.authorization }),
      ...(body !== undefined && {
        "content-type": call.contentType ?? "application/json",
        "content-length": body.length
      })
    }
  })
  request.end(body)
  return request
}

const readAll = (response: http.IncomingMessage, done: (failure: Error | undefined, text: string) => void): void => {
  const chunks: Array<Buffer> = []
  response.on("data", (chunk: Buffer) => chunks.push(chunk))
  response.on("end", () => done(undefined, Buffer.concat(chunks).toString("utf8")))
  response.on("error", (failure) => done(failure, ""))
}

const succeeded = (response: http.IncomingMessage): boolean =>
  response.statusCode !== undefined && response.statusCode >= 200 && response.statusCode < 300

const parsed = (call: Call, text: string): Effect.Effect<unknown, KubeError> =>
  Effect.try({
    try: (): unknown => JSON.parse(text),
    catch: () => noAnswer(call.call, `the answer is not JSON: ${text.slice(0, 100)}`)
  })

const refusal = (call: Call, response: http.IncomingMessage, text: string): KubeError => {
  const isJson = response.headers["content-type"]?.includes("json") === true
  const body = isJson ? Exit.getSuccess(Effect.runSyncExit(parsed(call, text))) : undefined
  return statusError(call.call, {
    status: response.statusCode ?? 0,
    body: body?._tag === "Some" ? body.value : text,
    retryAfter: response.headers["retry-after"]
  })
}

const isStale = (request: http.ClientRequest, error: NodeJS.ErrnoException): boolean =>
  request.reusedSocket && (error.code === "ECONNRESET" || error.code === "EPIPE")

const isDistrust = (error: NodeJS.ErrnoException): boolean => /SSL|TLS|CERT|VERIFY|EPROTO/u.test(error.code ?? "")

/** Several addresses of one host fail as one AggregateError without a message of its own. */
const describe = (error: NodeJS.ErrnoException): string =>
  error instanceof AggregateError && error.errors.length > 0
    ? error.errors.map((inner: unknown) => (inner instanceof Error ? inner.message : String(inner))).join("; ")
    : error.message || error.code || "connection failed"
