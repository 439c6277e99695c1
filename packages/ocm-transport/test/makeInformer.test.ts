import { assert, describe, it } from "@effect/vitest"
import { resources } from "@multicluster-mesh/mesh-model"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { Gone, type InformerOptions, NotServed, Unavailable } from "../src/index.ts"
import { makeInformer } from "../src/makeInformer.ts"
import { failing, listed, type Script, scriptedRequests, type Seen, telling } from "./support/scriptedRequests.ts"
import { configMap } from "./support/scriptedServer.ts"

const starting = (streams: boolean) =>
  Effect.fnUntraced(function* (script: Script, options: InformerOptions = {}) {
    const { requests, seen } = yield* scriptedRequests(script, streams)
    const informer = yield* makeInformer(requests, resources.configMaps, options)
    return { informer, seen }
  })
const quiet: Script = { list: () => listed(5, "a"), watch: telling([]) }
const object = (name: string, version: number) => ({ apiVersion: "v1", kind: "ConfigMap", ...configMap(name, version) })
const labelled = (name: string, labels: Record<string, string>) => {
  const { metadata, ...rest } = object(name, 9)
  return { ...rest, metadata: { ...metadata, labels } }
}
const event = (type: string, name: string, version: number) => ({ type, object: configMap(name, version) })
const names = (objects: ReadonlyArray<{ readonly name: string }>) => objects.map(({ name }) => name)
const waitsOf = (calls: ReadonlyArray<Seen>) => calls.slice(1).map(({ at }, index) => at - (calls[index]?.at ?? 0))
const assertWaits = (calls: ReadonlyArray<Seen>, seconds: ReadonlyArray<number>) => {
  const waits = waitsOf(calls)
  assert.isAtLeast(waits.length, seconds.length)
  for (const [index, wait] of seconds.entries()) {
    assert.isAtLeast(waits[index] ?? 0, wait * 750)
    assert.isAtMost(waits[index] ?? 0, wait * 1250)
  }
}

for (const [server, start] of [
  ["a server that streams", starting(true)],
  ["a server that lists pages", starting(false)]
] as const)
  describe(`with ${server}`, () => {
    it.effect("looks for a kind that is not served ever more seldom, and says that it is not synced", () =>
      Effect.gen(function* () {
        let served = false
        const { informer, seen } = yield* start({
          list: () => (served ? listed(5, "a") : failing(new NotServed({}))),
          watch: telling([])
        })
        const list = yield* Effect.forkChild(informer.list)
        yield* TestClock.adjust("3 minutes")
        assertWaits(yield* Queue.takeAll(seen), [2, 4, 8, 16, 30, 30])
        assert.isFalse(yield* informer.synced)
        assert.isUndefined(list.pollUnsafe())
        served = true
        yield* TestClock.adjust("40 seconds")
        assert.deepStrictEqual(names((yield* Fiber.join(list)).map(({ metadata }) => metadata)), ["a"])
        assert.isTrue(yield* informer.synced)
      })
    )

    it.effect("goes on where a cut watch has ended, with growing waits, and keeps what it knows", () =>
      Effect.gen(function* () {
        const { informer, seen } = yield* start({
          list: () => listed(5, "a"),
          watch: (call, index) =>
            index === 0
              ? telling(
                  [event("ADDED", "b", 6), { type: "BOOKMARK", object: { metadata: { resourceVersion: "8" } } }],
                  failing(new Unavailable({}))
                )(call)
              : failing(new Unavailable({}))
        })
        yield* TestClock.adjust("1 minute")
        const calls = yield* Queue.takeAll(seen)
        assert.deepStrictEqual(
          calls.slice(0, 4).map(({ verb, resourceVersion }) => [verb, resourceVersion]),
          [
            ["list", null],
            ["watch", "5"],
            ["watch", "8"],
            ["watch", "8"]
          ]
        )
        assertWaits(calls.slice(1), [0.5, 1, 2, 4, 5, 5])
        assert.deepStrictEqual(names((yield* informer.list).map(({ metadata }) => metadata)), ["a", "b"])
        assert.isFalse(yield* informer.synced)
      })
    )

    it.effect("lists anew after a while when its version is too old, and names what has vanished", () =>
      Effect.gen(function* () {
        const status = { kind: "Status", code: 410, reason: "Expired", message: "too old resource version" }
        const { informer, seen } = yield* start({
          list: (index) => (index === 0 ? listed(5, "a", "b") : listed(9, "b", "c")),
          watch: (call, index) =>
            index === 0
              ? Effect.andThen(Effect.sleep("1 minute"), telling([{ type: "ERROR", object: status }])(call))
              : Effect.never
        })
        yield* informer.list
        const changes = yield* Effect.forkChild(informer.changes.pipe(Stream.take(5), Stream.runCollect))
        yield* TestClock.adjust("2 minutes")
        assert.deepStrictEqual(names(yield* Fiber.join(changes)), ["a", "b", "b", "c", "a"])
        const calls = yield* Queue.takeAll(seen)
        assert.deepStrictEqual(
          calls.map(({ verb, resourceVersion }) => [verb, resourceVersion]),
          [
            ["list", null],
            ["watch", "5"],
            ["list", null],
            ["watch", "9"]
          ]
        )
        const waited = (calls[2]?.at ?? 0) - 60_000
        assert.isAtLeast(waited, 750)
        assert.isAtMost(waited, 1250)
      })
    )

    it.effect("after an outage, one that is told that its version is too old lists soon", () =>
      Effect.gen(function* () {
        const { seen } = yield* start({
          list: () => listed(5, "a"),
          watch: (_, index) =>
            index < 6 ? failing(new Unavailable({})) : index === 6 ? failing(new Gone({})) : Effect.never
        })
        yield* TestClock.adjust("1 minute")
        const calls = (yield* Queue.takeAll(seen)).filter(({ verb }) => verb === "list" || verb === "watch")
        const again = calls.findLastIndex(({ verb }) => verb === "list")
        assert.isAtLeast(again, 7)
        assert.isAtMost((calls[again]?.at ?? 0) - (calls[again - 1]?.at ?? 0), 1250)
      })
    )

    it.effect("is synced again when what was missed has had time to come", () =>
      Effect.gen(function* () {
        const { informer } = yield* start({
          list: () => listed(5, "a"),
          watch: (call, index) =>
            index === 0
              ? Effect.andThen(Effect.sleep("1 minute"), telling([], failing(new Unavailable({})))(call))
              : Effect.andThen(Effect.sleep("10 seconds"), telling([], Effect.never)(call))
        })
        yield* informer.list
        yield* TestClock.adjust("59 seconds")
        assert.isTrue(yield* informer.synced)
        // cut, and half a second later, more or less, asked for again: answered after ten more
        yield* TestClock.adjust("11 seconds")
        assert.isFalse(yield* informer.synced)
        yield* TestClock.adjust("1300 millis")
        assert.isFalse(yield* informer.synced)
        yield* TestClock.adjust("2 seconds")
        assert.isTrue(yield* informer.synced)
      })
    )

    it.effect("a server that is always too old is not listed without pause", () =>
      Effect.gen(function* () {
        const { seen } = yield* start({ list: () => listed(5, "a"), watch: () => failing(new Gone({})) })
        yield* TestClock.adjust("1 minute")
        const lists = (yield* Queue.takeAll(seen)).filter(({ verb }) => verb === "list")
        assertWaits(lists, [1, 2, 4, 8, 16])
      })
    )

    it.effect("a server that ends each watch at once is not asked without pause", () =>
      Effect.gen(function* () {
        const { informer, seen } = yield* start({ list: () => listed(5, "a"), watch: telling([], Effect.void) })
        yield* TestClock.adjust("1 minute")
        assertWaits((yield* Queue.takeAll(seen)).slice(1), [0.5, 1, 2, 4, 5, 5])
        assert.isTrue(yield* informer.synced)
      })
    )

    it.effect("each subscriber hears of all keys first, and of a key that it was slow to take once", () =>
      Effect.gen(function* () {
        let tell: ((event: unknown) => void) | undefined
        const { informer } = yield* start({
          list: () => listed(5, "a"),
          watch: (call) =>
            Effect.suspend(() => {
              tell = (said) => call.onLine(JSON.stringify(said))
              return Effect.never
            })
        })
        yield* informer.list
        const heard = yield* Queue.unbounded<string>()
        const slow = informer.changes.pipe(
          Stream.runForEach(({ name }) => Effect.andThen(Queue.offer(heard, name), Effect.sleep("1 second")))
        )
        yield* Effect.forkScoped(slow)
        assert.strictEqual(yield* Queue.take(heard), "a")
        tell?.(event("ADDED", "b", 6))
        tell?.(event("MODIFIED", "b", 7))
        tell?.(event("ADDED", "c", 8))
        tell?.(event("DELETED", "b", 9))
        yield* TestClock.adjust("1 minute")
        assert.deepStrictEqual(yield* Queue.clear(heard), ["b", "c"])
        assert.deepStrictEqual(yield* informer.changes.pipe(Stream.take(2), Stream.runCollect, Effect.map(names)), [
          "a",
          "c"
        ])
      })
    )

    it.effect("a write of ours is seen at once, and is not undone by older news", () =>
      Effect.gen(function* () {
        const { informer } = yield* start({
          list: (index) => (index === 0 ? listed(5, "a") : listed(9, "a")),
          watch: (call, index) =>
            index === 0
              ? Effect.andThen(
                  Effect.sleep("1 minute"),
                  telling([event("MODIFIED", "a", 6)], failing(new Gone({})))(call)
                )
              : Effect.never
        })
        yield* informer.list
        yield* informer.upsert(object("a", 10))
        yield* informer.upsert(object("b", 11))
        yield* informer.upsert(object("a", 4))
        const versions = Effect.map(informer.list, (all) => all.map(({ metadata }) => metadata.resourceVersion))
        assert.deepStrictEqual(yield* versions, ["10", "11"])
        yield* TestClock.adjust("2 minutes")
        assert.deepStrictEqual(yield* versions, ["10", "11"])
      })
    )

    it.effect("a write that came back late does not bring back what has been deleted since", () =>
      Effect.gen(function* () {
        const { informer } = yield* start({
          ...quiet,
          watch: telling([event("ADDED", "b", 6), event("DELETED", "b", 8)])
        })
        yield* informer.list
        yield* TestClock.adjust(0)
        yield* informer.upsert(object("b", 7))
        assert.isUndefined(yield* informer.get({ namespace: "shop", name: "b" }))
      })
    )

    it.effect("a write of an object that is not selected is not taken over", () =>
      Effect.gen(function* () {
        const { informer } = yield* start(quiet, { labelSelector: "fleet=one,ours" })
        yield* informer.list
        yield* informer.upsert(labelled("b", { fleet: "two", ours: "" }))
        yield* informer.upsert(labelled("c", { fleet: "one", ours: "" }))
        yield* informer.upsert(labelled("d", { fleet: "one" }))
        assert.deepStrictEqual(names((yield* informer.list).map(({ metadata }) => metadata)), ["a", "c"])
      })
    )

    it.effect("keeps only what the projection leaves", () =>
      Effect.gen(function* () {
        const { informer } = yield* start(
          { ...quiet, watch: telling([event("ADDED", "b", 6)]) },
          { project: ({ apiVersion, kind, metadata }) => ({ apiVersion, kind, metadata, seen: true }) }
        )
        yield* informer.list
        yield* TestClock.adjust(0)
        yield* informer.upsert(object("c", 7))
        for (const kept of yield* informer.list) {
          assert.deepStrictEqual(Object.keys(kept), ["apiVersion", "kind", "metadata", "seen"])
        }
        assert.strictEqual((yield* informer.list).length, 3)
      })
    )
  })
