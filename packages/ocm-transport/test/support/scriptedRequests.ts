import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import { KubeError, type KubeErrorReason } from "../../src/KubeError.ts"
import type { Requests } from "../../src/request.ts"
import { configMap } from "./scriptedServer.ts"

/** One call as the server saw it: when, and what it asked for. */
export interface Seen {
  readonly at: number
  readonly verb: "list" | "watch"
  readonly resourceVersion: string | null
}

type WatchCall = Parameters<Requests["lines"]>[0]

/** How a server behaves; `index` counts the calls of that verb. */
export interface Script {
  readonly list: (index: number) => Effect.Effect<unknown, KubeError>
  readonly watch: (call: WatchCall, index: number) => Effect.Effect<void, KubeError>
}

/** A server that exists only in virtual time. */
export const scriptedRequests = Effect.fnUntraced(function* (script: Script) {
  const seen = yield* Queue.unbounded<Seen>()
  const counts = { list: 0, watch: 0 }
  const note = (verb: Seen["verb"], path: string) =>
    Effect.flatMap(Clock.currentTimeMillis, (at) => {
      const { searchParams } = new URL(path, "http://server")
      return Queue.offer(seen, { at, verb, resourceVersion: searchParams.get("resourceVersion") })
    })
  const requests: Requests = {
    json: (call) =>
      Effect.andThen(
        note("list", call.path),
        Effect.suspend(() => script.list(counts.list++))
      ),
    lines: (call) =>
      Effect.andThen(
        note("watch", call.path),
        Effect.suspend(() => script.watch(call, counts.watch++))
      )
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
