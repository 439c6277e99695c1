import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import { KubeError, type KubeErrorReason, Refused } from "../../src/KubeError.ts"
import type { Requests } from "../../src/request.ts"
import { configMap } from "./scriptedServer.ts"

/** One call as the server saw it: when, and what it asked for. */
export interface Seen {
  readonly at: number
  readonly verb: "list" | "watch"
  readonly resourceVersion: string | null
}

type WatchCall = Parameters<Requests["lines"]>[0]

interface Listed {
  readonly metadata: { readonly resourceVersion: string }
  readonly items: ReadonlyArray<unknown>
}

/** How a server behaves; `index` counts the calls of that verb. */
export interface Script {
  readonly list: (index: number) => Effect.Effect<Listed, KubeError>
  readonly watch: (call: WatchCall, index: number) => Effect.Effect<void, KubeError>
}

/**
 * A server that exists only in virtual time. It `streams` what its list holds as the first events of a watch, or
 * refuses to, and is asked for pages then; what is seen of it is the same.
 */
export const scriptedRequests = Effect.fnUntraced(function* (script: Script, streams: boolean) {
  const seen = yield* Queue.unbounded<Seen>()
  const counts = { list: 0, watch: 0 }
  const note = (verb: Seen["verb"], resourceVersion: string | null) =>
    Effect.flatMap(Clock.currentTimeMillis, (at) => Queue.offer(seen, { at, verb, resourceVersion }))
  const list = Effect.andThen(
    note("list", null),
    Effect.suspend(() => script.list(counts.list++))
  )
  const watch = (call: WatchCall, resourceVersion: string | null) =>
    Effect.andThen(
      note("watch", resourceVersion),
      Effect.suspend(() => script.watch(call, counts.watch++))
    )
  const requests: Requests = {
    json: () => list,
    lines: (call) => {
      const query = new URL(call.path, "http://server").searchParams
      if (query.get("sendInitialEvents") !== "true") return watch(call, query.get("resourceVersion"))
      if (!streams) return failing(new Refused({ status: 400 }))
      return Effect.flatMap(list, ({ items, metadata }) => {
        call.onOpen()
        const mark = { ...metadata, annotations: { "k8s.io/initial-events-end": "true" } }
        for (const object of items) call.onLine(JSON.stringify({ type: "ADDED", object }))
        call.onLine(JSON.stringify({ type: "BOOKMARK", object: { metadata: mark } }))
        return watch(call, metadata.resourceVersion)
      })
    }
  }
  return { requests, seen }
})

export const failing = (reason: KubeErrorReason) =>
  Effect.fail(new KubeError({ call: "call", reason, detail: "as the script says" }))

export const listed = (resourceVersion: number, ...names: ReadonlyArray<string>) =>
  Effect.succeed({
    metadata: { resourceVersion: String(resourceVersion) },
    items: names.map((name) => configMap(name, resourceVersion))
  })

/** A watch that is accepted, tells `events` and then ends as `end` does. */
export const telling =
  (events: ReadonlyArray<unknown>, end: Effect.Effect<void, KubeError> = Effect.never) =>
  (call: WatchCall): Effect.Effect<void, KubeError> =>
    Effect.suspend(() => {
      call.onOpen()
      for (const event of events) {
        const error = call.onLine(JSON.stringify(event))
        if (error !== undefined) return Effect.fail(error)
      }
      return end
    })
