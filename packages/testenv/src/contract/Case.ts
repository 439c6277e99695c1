import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type { Json, RawAnswer, RawClient, WatchEvent } from "../RawClient.ts"
import type { TestenvError } from "../TestenvError.ts"
import type * as Scope from "effect/Scope"

/** What a case may use: a namespace that is its own, on a server that has the contract's CRD. */
export interface Ground {
  readonly raw: RawClient
  readonly namespace: string
  /** Lets the server forget what happened before, as a compaction of etcd does. */
  readonly forget: Effect.Effect<void, TestenvError>
}

/** One thing that an API server does; the same assertions hold for every server. */
export interface ContractCase {
  /** What holds, as a sentence. */
  readonly name: string
  readonly run: (ground: Ground) => Effect.Effect<void, TestenvError, Scope.Scope>
}

const group = "/apis/contract.example.com/v1"

/** Path of the widgets of a namespace, or of one of them. */
export const widgets = (namespace: string, name?: string, rest = ""): string =>
  `${group}/namespaces/${namespace}/widgets${name === undefined ? "" : `/${name}`}${rest}`

export const configMaps = (namespace: string, name?: string, rest = ""): string =>
  `/api/v1/namespaces/${namespace}/configmaps${name === undefined ? "" : `/${name}`}${rest}`

export const widget = (name: string, spec: Json = {}, metadata: Json = {}): Json => ({
  apiVersion: "contract.example.com/v1",
  kind: "Widget",
  metadata: { name, ...metadata },
  spec
})

export const configMap = (name: string, data: Json = {}, metadata: Json = {}): Json => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, ...metadata },
  data
})

/** Server-side apply under a field manager. */
export const apply = (
  raw: RawClient,
  path: string,
  manager: string,
  object: Json,
  query = ""
): Effect.Effect<RawAnswer, TestenvError> =>
  raw.request("PATCH", `${path}?fieldManager=${manager}${query}`, {
    body: object,
    contentType: "application/apply-patch+yaml"
  })

/** The value at a path such as `metadata.generation` or `status.conditions.0.type`; undefined where there is none. */
export const at = (value: unknown, path: string): unknown => step(value, path.split("."))

/** The same where a key holds dots itself. */
export const step = (value: unknown, keys: ReadonlyArray<string>): unknown =>
  keys.reduce<unknown>((found, key) => {
    if (Array.isArray(found)) return found[Number(key)]
    return Predicate.isReadonlyObject(found) ? found[key] : undefined
  }, value)

/** The next event that is no bookmark. */
export const nextChange = (events: Effect.Effect<WatchEvent>): Effect.Effect<WatchEvent> =>
  Effect.flatMap(events, (event) => (event.type === "BOOKMARK" ? nextChange(events) : Effect.succeed(event)))
