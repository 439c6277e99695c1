import { assert, it } from "@effect/vitest"
import { resources } from "@multicluster-mesh/mesh-model"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { Forbidden, Invalid, type KubeError } from "../src/index.ts"
import { makeInformer } from "../src/makeInformer.ts"
import type { Requests } from "../src/request.ts"
import { failing, listed, telling } from "./support/scriptedRequests.ts"
import { configMap } from "./support/scriptedServer.ts"

type WatchCall = Parameters<Requests["lines"]>[0]

const event = (type: string, name: string, version: number) => ({ type, object: configMap(name, version) })
const mark = (version: number) => ({
  type: "BOOKMARK",
  object: { metadata: { resourceVersion: String(version), annotations: { "k8s.io/initial-events-end": "true" } } }
})

/** An informer of a server that has `page` in its pages and streams as `stream` does. */
const informerOf = Effect.fnUntraced(function* (stream: (call: WatchCall) => Effect.Effect<void, KubeError>) {
  const asked: Array<string> = []
  const requests: Requests = {
    json: () => {
      asked.push("pages")
      return listed(5, "page")
    },
    lines: (call) => {
      const query = new URL(call.path, "http://server").searchParams
      asked.push(query.get("sendInitialEvents") === "true" ? "stream" : `after ${query.get("resourceVersion")}`)
      return query.get("sendInitialEvents") === "true" ? stream(call) : Effect.never
    }
  }
  const informer = yield* makeInformer(requests, resources.configMaps, {})
  const names = Effect.map(informer.list, (all) => all.map(({ metadata }) => metadata.name))
  return { informer, names, asked }
})

it.effect("nothing is known before all is told, and what is told and removed meanwhile is not there", () =>
  Effect.gen(function* () {
    let tell: ((event: unknown) => void) | undefined
    const { informer, names } = yield* informerOf((call) =>
      Effect.suspend(() => {
        call.onOpen()
        tell = (said) => call.onLine(JSON.stringify(said))
        return Effect.never
      })
    )
    const all = yield* Effect.forkChild(names)
    yield* TestClock.adjust(0)
    tell?.(event("ADDED", "a", 3))
    tell?.(event("ADDED", "b", 4))
    tell?.(event("DELETED", "a", 6))
    yield* TestClock.adjust(0)
    assert.isUndefined(all.pollUnsafe())
    assert.isFalse(yield* informer.synced)
    tell?.(mark(6))
    assert.deepStrictEqual(yield* Fiber.join(all), ["b"])
    assert.isTrue(yield* informer.synced)
    tell?.(event("ADDED", "c", 7))
    assert.deepStrictEqual(yield* names, ["b", "c"])
  })
)

for (const [what, stream] of [
  ["refuses to stream", () => failing(new Invalid({ causes: [] }))],
  ["ends its stream without the mark", telling([event("ADDED", "half", 3)], Effect.void)]
] as const)
  it.effect(`a server that ${what} is asked for pages at once`, () =>
    Effect.gen(function* () {
      const { names, asked } = yield* informerOf(stream)
      assert.deepStrictEqual(yield* names, ["page"])
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(asked, ["stream", "pages", "after 5"])
    })
  )

it.effect("a server that never says that all is told is asked for pages when it has long been silent", () =>
  Effect.gen(function* () {
    const { names, asked } = yield* informerOf((call) =>
      telling([], Effect.andThen(Effect.sleep("20 seconds"), telling([event("ADDED", "half", 3)])(call)))(call)
    )
    const all = yield* Effect.forkChild(names)
    yield* TestClock.adjust("59 seconds")
    assert.isUndefined(all.pollUnsafe())
    yield* TestClock.adjust("1 second")
    assert.deepStrictEqual(yield* Fiber.join(all), ["page"])
    assert.deepStrictEqual(asked.slice(0, 2), ["stream", "pages"])
  })
)

it.effect("a stream that is forbidden is no reason to ask for pages", () =>
  Effect.gen(function* () {
    const { asked } = yield* informerOf(() => failing(new Forbidden({})))
    yield* TestClock.adjust("1 minute")
    assert.isAbove(asked.length, 3)
    assert.isTrue(asked.every((one) => one === "stream"))
  })
)
