import { assert, it } from "@effect/vitest"
import { resources } from "@multicluster-mesh/mesh-model"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ServerResponse } from "node:http"
import { connectionTo, makeKubeApi } from "../src/index.ts"
import { configMap, scriptedServer } from "./support/scriptedServer.ts"

/** What a watch says when it has told all that there was. */
const mark = (version: number) =>
  line("BOOKMARK", {
    metadata: { resourceVersion: String(version), annotations: { "k8s.io/initial-events-end": "true" } }
  })
const line = (type: string, object: unknown) => Buffer.from(`${JSON.stringify({ type, object })}\n`)

/** Writes a byte at a time, each in a chunk of its own, then does `end`. */
const dribble = (response: ServerResponse, bytes: Buffer, end: () => void, index = 0): void => {
  if (index === bytes.length) end()
  else response.write(bytes.subarray(index, index + 1), () => dribble(response, bytes, end, index + 1))
}

it.live("reads events whose lines and characters are split over chunks", () =>
  Effect.gen(function* () {
    const server = yield* scriptedServer(() => ({
      raw: (response) => {
        const first = line("ADDED", configMap("b", 6, { greeting: "grüß dich 👋" }))
        dribble(response, Buffer.concat([mark(5), first, line("ADDED", configMap("c", 7))]), () => undefined)
      }
    }))
    const api = yield* makeKubeApi(connectionTo(server.url))
    const informer = yield* api.informer(resources.configMaps, { namespace: "shop" })
    yield* informer.changes.pipe(Stream.take(2), Stream.runDrain)
    const b = yield* informer.get({ namespace: "shop", name: "b" })
    assert.deepStrictEqual(b?.["data"], { greeting: "grüß dich 👋" })
    const { pathname, searchParams } = server.received[0]?.url ?? new URL("http://none")
    assert.strictEqual(pathname, "/api/v1/namespaces/shop/configmaps")
    searchParams.delete("timeoutSeconds")
    assert.deepStrictEqual(Object.fromEntries(searchParams), {
      watch: "true",
      allowWatchBookmarks: "true",
      sendInitialEvents: "true",
      resourceVersionMatch: "NotOlderThan"
    })
  })
)

it.live("an event cut in the middle is not believed, and comes whole from the next watch", () =>
  Effect.gen(function* () {
    let watches = 0
    const server = yield* scriptedServer(() => {
      watches += 1
      const event = line("ADDED", configMap("b", 6))
      const cut = Buffer.concat([mark(5), event.subarray(0, 40)])
      return watches === 1
        ? { raw: (response) => response.write(cut, () => response.destroy()) }
        : { raw: (response) => response.write(event) }
    })
    const api = yield* makeKubeApi(connectionTo(server.url))
    const informer = yield* api.informer(resources.configMaps)
    const [changed] = yield* informer.changes.pipe(Stream.take(1), Stream.runCollect)
    assert.deepStrictEqual(changed, { namespace: "shop", name: "b" })
    assert.deepStrictEqual(
      server.received.map(({ url }) => url.searchParams.get("resourceVersion")),
      [null, "5"]
    )
  })
)

it.live("the end of the scope closes the watch", () =>
  Effect.gen(function* () {
    const closed = yield* Effect.callback<void>((resume) => {
      const run = Effect.gen(function* () {
        const server = yield* scriptedServer(() => ({
          raw: (response) => {
            response.on("close", () => resume(Effect.void))
            response.write(Buffer.concat([line("ADDED", configMap("a", 1)), mark(5)]))
          }
        }))
        yield* Effect.scoped(
          Effect.gen(function* () {
            const api = yield* makeKubeApi(connectionTo(server.url))
            const informer = yield* api.informer(resources.configMaps)
            yield* informer.list
          })
        )
        yield* Effect.never
      })
      const fiber = Effect.runFork(Effect.scoped(run))
      return Effect.sync(() => fiber.interruptUnsafe())
    }).pipe(Effect.timeout("5 seconds"))
    assert.isUndefined(closed)
  })
)
