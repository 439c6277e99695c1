import { age, crdOf, fields, mapList, open, text } from "../../src/crds/crdOf.ts"
import { isJsonObject, type JsonObject } from "../../src/schema/json.ts"
import { type KubeSim, type KubeSimOptions, makeKubeSim } from "../../src/server/makeKubeSim.ts"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"

/** What came back: the code, and the body as JSON or, where it is none, as text. */
export interface Reply {
  readonly code: number
  readonly body: JsonObject
  readonly text: string
  readonly headers: Headers
}

export interface Ask {
  readonly body?: unknown
  readonly accept?: string
  readonly contentType?: string
}

/** A server, and a way to ask it. */
export const started = Effect.fnUntraced(function* (options: KubeSimOptions = {}) {
  const sim = yield* makeKubeSim(options)
  return { sim, ask: asking(sim) }
})

const asking =
  (sim: KubeSim) =>
  (method: string, path: string, { body, accept, contentType }: Ask = {}): Effect.Effect<Reply> =>
    Effect.promise(async (signal) => {
      const response = await fetch(sim.url + path, {
        method,
        signal,
        headers: {
          "Content-Type": contentType ?? "application/json",
          "User-Agent": "test/1",
          ...(accept !== undefined && { Accept: accept })
        },
        ...(body !== undefined && { body: JSON.stringify(body) })
      })
      const text = await response.text()
      const json: unknown = text.startsWith("{") ? JSON.parse(text) : {}
      return { code: response.status, body: isJsonObject(json) ? json : {}, text, headers: response.headers }
    })

export type Asking = ReturnType<typeof asking>

/** The lines of a watch while the scope lives; the queue ends with the watch. */
export const watching = Effect.fnUntraced(function* (sim: KubeSim, path: string, accept = "application/json") {
  const lines = yield* Queue.unbounded<JsonObject, "ended">()
  const aborted = new AbortController()
  yield* Effect.addFinalizer(() => Effect.sync(() => aborted.abort()))
  const response = yield* Effect.promise(() =>
    fetch(sim.url + path, { signal: aborted.signal, headers: { Accept: accept } })
  )
  const read = async (): Promise<void> => {
    let pending = ""
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? []) {
      const parts = (pending + decoder.decode(chunk, { stream: true })).split("\n")
      pending = parts.pop() ?? ""
      for (const line of parts) Queue.offerUnsafe(lines, JSON.parse(line))
    }
  }
  yield* Effect.forkScoped(
    Effect.tryPromise(read).pipe(Effect.ignore, Effect.andThen(Queue.fail(lines, "ended" as const)))
  )
  return lines
})

/** The value at a path of fields and indexes. */
export const at = (value: unknown, ...path: ReadonlyArray<string | number>): unknown =>
  path.reduce<unknown>(
    (inner, field) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, field) : undefined),
    value
  )

export const configMap = (name: string, data: Readonly<Record<string, string>> = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name },
  data
})

/** A CustomResourceDefinition with a status, a list map, a default, a bound and a rule. */
export const widgets = crdOf({
  group: "example.com",
  version: "v1",
  kind: "Widget",
  plural: "widgets",
  shortNames: ["wd"],
  columns: [
    { name: "Size", type: "integer", jsonPath: ".spec.size" },
    { name: "Ready", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: "Secret", type: "string", jsonPath: ".spec.color", priority: 1 },
    age
  ],
  spec: fields(
    {
      size: { type: "integer", maximum: 10 },
      color: { ...text, default: "red" },
      cluster: {
        ...text,
        maxLength: 63,
        "x-kubernetes-validations": [{ rule: "self == oldSelf", message: "cluster is immutable" }]
      },
      parts: mapList(fields({ name: text, weight: { type: "integer" } }, ["name"]), "name")
    },
    ["size"]
  ),
  status: open
})

export const widgetsPath = "/apis/example.com/v1/namespaces/default/widgets"

export const widget = (name: string, spec: JsonObject = { size: 1 }, more: JsonObject = {}) => ({
  apiVersion: "example.com/v1",
  kind: "Widget",
  metadata: { name },
  spec,
  ...more
})
