import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as TestClock from "effect/testing/TestClock"
import { at, configMap, started, watching } from "./support.ts"

const configMaps = "/api/v1/namespaces/default/configmaps"

it.effect("refuses with 429 and a Retry-After, once", () =>
  Effect.gen(function* () {
    const { ask, sim } = yield* started()
    yield* sim.fail({ _tag: "Refuse", verb: "create", status: 429, message: "slow down", retryAfterSeconds: 3 })
    const refused = yield* ask("POST", configMaps, { body: configMap("a") })
    assert.deepStrictEqual([refused.code, refused.headers.get("retry-after")], [429, "3"])
    assert.strictEqual(refused.body["reason"], "TooManyRequests")
    assert.strictEqual((yield* ask("POST", configMaps, { body: configMap("a") })).code, 201)
  })
)

it.effect("refuses with 5xx as often as it is told, only what it is told, and no longer than the scope", () =>
  Effect.gen(function* () {
    const { ask, sim } = yield* started()
    yield* Effect.scoped(
      Effect.gen(function* () {
        yield* sim.fail({ _tag: "Refuse", verb: "list", resource: "configmaps", status: 503, message: "no", times: 2 })
        const codes = [
          yield* ask("GET", configMaps),
          yield* ask("GET", `${configMaps}/a`),
          yield* ask("GET", configMaps)
        ]
        assert.deepStrictEqual(
          codes.map(({ code }) => code),
          [503, 404, 503]
        )
        assert.strictEqual((yield* ask("GET", configMaps)).code, 200)
        yield* sim.fail({ _tag: "Refuse", verb: "list", status: 500, message: "no", times: 100 })
        assert.strictEqual((yield* ask("GET", configMaps)).code, 500)
      })
    )
    assert.strictEqual((yield* ask("GET", configMaps)).code, 200)
  })
)

it.effect("lets a write meet another writer", () =>
  Effect.gen(function* () {
    const { ask, sim } = yield* started()
    yield* ask("POST", configMaps, { body: configMap("a") })
    yield* sim.fail({ _tag: "Conflict", resource: "configmaps", name: "a" })
    const change = ask("PUT", `${configMaps}/a`, { body: configMap("a", { k: "v" }) })
    assert.deepStrictEqual([(yield* change).code, (yield* change).code], [409, 200])
  })
)

it.effect("tells a watch that its revision is too old", () =>
  Effect.gen(function* () {
    const { sim } = yield* started()
    yield* sim.fail({ _tag: "Gone", resource: "configmaps" })
    const told = yield* watching(sim, `${configMaps}?watch=true&resourceVersion=1`)
    assert.strictEqual(at(yield* Queue.take(told), "object", "code"), 410)
    assert.strictEqual(yield* Effect.flip(Queue.take(told)), "ended")
  })
)

it.effect("forgets the past: watches and pages from before get a 410, and a token to go on with", () =>
  Effect.gen(function* () {
    const { ask, sim } = yield* started()
    for (const name of ["a", "b", "c"]) yield* ask("POST", configMaps, { body: configMap(name) })
    const first = yield* ask("GET", `${configMaps}?limit=1`)
    yield* ask("DELETE", `${configMaps}/b`)
    yield* sim.forget
    const from = String(at(first.body, "metadata", "resourceVersion"))
    const told = yield* watching(sim, `${configMaps}?watch=true&resourceVersion=${from}`)
    assert.strictEqual(at(yield* Queue.take(told), "object", "code"), 410)
    const pageAfter = (page: unknown) =>
      ask("GET", `${configMaps}?limit=1&continue=${String(at(page, "metadata", "continue"))}`)
    const expired = yield* pageAfter(first.body)
    assert.deepStrictEqual([expired.code, expired.body["reason"]], [410, "Expired"])
    const goesOn = yield* pageAfter(expired.body)
    assert.strictEqual(at(goesOn.body, "items", 0, "metadata", "name"), "c")
  })
)

it.effect("cuts open watches, and new ones only when told", () =>
  Effect.gen(function* () {
    const { sim } = yield* started()
    const open = yield* watching(sim, `${configMaps}?watch=true`)
    yield* sim.fail({ _tag: "CutWatch", resource: "configmaps", times: 1 })
    assert.strictEqual(yield* Effect.flip(Queue.take(open)), "ended")
    const cut = yield* watching(sim, `${configMaps}?watch=true`)
    assert.strictEqual(yield* Effect.flip(Queue.take(cut)), "ended")
  })
)

it.effect("lets open watches fall silent without an end, while new ones tell all", () =>
  Effect.gen(function* () {
    const { ask, sim } = yield* started()
    const open = yield* watching(sim, `${configMaps}?watch=true&allowWatchBookmarks=true&timeoutSeconds=600`)
    yield* ask("POST", configMaps, { body: configMap("seen") })
    assert.strictEqual(at(yield* Queue.take(open), "object", "metadata", "name"), "seen")
    yield* sim.fail({ _tag: "StaleWatch", resource: "configmaps" })
    const fresh = yield* watching(sim, `${configMaps}?watch=true`)
    yield* ask("POST", configMaps, { body: configMap("unseen") })
    const told = [yield* Queue.take(fresh), yield* Queue.take(fresh)]
    assert.deepStrictEqual(
      told.map((line) => at(line, "object", "metadata", "name")),
      ["seen", "unseen"]
    )
    yield* TestClock.adjust("20 minutes") // bookmarks, and the end that the client asked for
    const heard = Effect.exit(Queue.take(open))
    assert.strictEqual(yield* Effect.raceFirst(heard, Effect.as(ask("GET", configMaps), "nothing")), "nothing")
    yield* sim.fail({ _tag: "CutWatch" })
    assert.strictEqual(yield* Effect.flip(Queue.take(open)), "ended")
  })
)

it.effect("answers late, each time while it is told to", () =>
  Effect.gen(function* () {
    const { ask, sim } = yield* started()
    yield* sim.fail({ _tag: "Delay", verb: "list", duration: "3 seconds" })
    for (const _ of [1, 2]) {
      const asked = yield* Effect.forkChild(ask("GET", configMaps))
      // another request shows that the first has arrived, and that only lists are late
      assert.strictEqual((yield* ask("GET", `${configMaps}/a`)).code, 404)
      assert.isUndefined(asked.pollUnsafe())
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual((yield* Fiber.join(asked)).code, 200)
    }
  })
)
