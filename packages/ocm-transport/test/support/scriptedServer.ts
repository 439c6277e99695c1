import * as Effect from "effect/Effect"
import * as http from "node:http"

/** What a client sent. */
export interface Received {
  readonly method: string
  readonly url: URL
  readonly headers: http.IncomingHttpHeaders
  readonly body: unknown
}

/** What a server should answer: a status with JSON or text, or whatever `raw` does with the response. */
export interface Answer {
  readonly status?: number
  readonly json?: unknown
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly raw?: (response: http.ServerResponse) => void
}

/** A real HTTP server that answers as `answer` says, and remembers what it was asked. */
export const scriptedServer = (answer: (received: Received, index: number) => Answer) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly url: string; readonly received: ReadonlyArray<Received>; readonly close: () => void }>(
      (resume) => {
        const received: Array<Received> = []
        const server = http.createServer((request, response) => {
          const chunks: Array<Buffer> = []
          request.on("data", (chunk: Buffer) => chunks.push(chunk))
          request.on("end", () => {
            const text = Buffer.concat(chunks).toString("utf8")
            const one: Received = {
              method: request.method ?? "",
              url: new URL(request.url ?? "", "http://server"),
              headers: request.headers,
              body: text === "" ? undefined : JSON.parse(text)
            }
            received.push(one)
            const { status = 200, json, text: plain = "", headers = {}, raw } = answer(one, received.length - 1)
            if (raw !== undefined) {
              response.writeHead(status, { "content-type": "application/json", ...headers })
              response.flushHeaders()
              raw(response)
              return
            }
            const type = json === undefined ? "text/plain" : "application/json"
            response.writeHead(status, { "content-type": type, ...headers })
            response.end(json === undefined ? plain : JSON.stringify(json))
          })
        })
        server.listen(0, "127.0.0.1", () => {
          const address = server.address()
          const port = typeof address === "object" && address !== null ? address.port : 0
          const close = () => {
            server.closeAllConnections()
            server.close()
          }
          resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, received, close }))
        })
      }
    ),
    (server) => Effect.sync(server.close)
  )

/** A Status as an API server answers it. */
export const statusOf = (code: number, reason: string, details: object = {}) => ({
  status: code,
  json: { kind: "Status", apiVersion: "v1", status: "Failure", message: `${reason}!`, reason, code, details }
})

/** A ConfigMap as it travels in a list, without its kind. */
export const configMap = (name: string, resourceVersion: number | string, data: Record<string, string> = {}) => ({
  metadata: { name, namespace: "shop", uid: `uid-${name}`, resourceVersion: String(resourceVersion) },
  data
})

/** A page of a list. */
export const page = (resourceVersion: number, items: ReadonlyArray<unknown>, next?: string) => ({
  json: {
    kind: "List",
    metadata: { resourceVersion: String(resourceVersion), ...(next !== undefined && { continue: next }) },
    items
  }
})
