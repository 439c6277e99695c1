import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as TestClock from "effect/testing/TestClock"
import { at, configMap, started, watching } from "./support.ts"

const configMaps = "/api/v1/namespaces/default/configmaps"

it.effect("sends what happens after a list", () =>
  Effect.gen(function* () {
    const { ask, sim } = yield* started()
    yield* ask("POST", configMaps, { body: configMap("before") })
    const list = yield* ask("GET", configMaps)
    const from = String(at(list.body, "metadata", "resourceVersion"))
    yield* ask("POST", configMaps, { body: configMap("between") })
    const lines = yield* watching(sim, `${configMaps}?watch=true&resourceVersion=${from}`)
    const first = yield* Queue.take(lines)
    assert.deepStrictEqual([first["type"], at(first, "object", "metadata", "name")], ["ADDED", "between"])
    yield* ask("DELETE", `${configMaps}/before`)
    const second = yield* Queue.take(lines)
    assert.deepStrictEqual([second["type"], at(second, "object", "metadata", "name")], ["DELETED", "before"])
  })
)

it.effect("sends the state and a bookmark first when initial events are asked for, then bookmarks on time", () =>
  Effect.gen(function* () {
    const { ask, sim } = yield* started()
    yield* ask("POST", configMaps, { body: configMap("a") })
    const query = "watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
    const lines = yield* watching(sim, `${configMaps}?${query}`)
    const [first, second] = [yield* Queue.take(lines), yield* Queue.take(lines)]
    assert.strictEqual(first["type"], "ADDED")
    assert.strictEqual(second["type"], "BOOKMARK")
    assert.strictEqual(at(second, "object", "metadata", "annotations", "k8s.io/initial-events-end"), "true")
    yield* TestClock.adjust("1 minute")
    const later = yield* Queue.take(lines)
    assert.strictEqual(later["type"], "BOOKMARK")
    assert.isUndefined(at(later, "object", "metadata", "annotations"))
  })
)

it.effect("shows an object that leaves the selection as deleted, and one that enters it as added", () =>
  Effect.gen(function* () {
    const { ask, sim } = yield* started()
    const label = (value: string) =>
      ask("PATCH", `${configMaps}/a`, {
        body: { metadata: { labels: { app: value } } },
        contentType: "application/merge-patch+json"
      })
    yield* ask("POST", configMaps, { body: configMap("a") })
    const lines = yield* watching(sim, `${configMaps}?watch=true&labelSelector=app%3Dyes`)
    for (const value of ["yes", "no"]) yield* label(value)
    assert.deepStrictEqual(
      [(yield* Queue.take(lines))["type"], (yield* Queue.take(lines))["type"]],
      ["ADDED", "DELETED"]
    )
  })
)

it.effect("tells a watch from a forgotten revision that it is too old", () =>
  Effect.gen(function* () {
    const { ask, sim } = yield* started({ historySize: 2 })
    for (const name of ["a", "b", "c", "d", "e", "f"]) yield* ask("POST", configMaps, { body: configMap(name) })
    const old = yield* watching(sim, `${configMaps}?watch=true&resourceVersion=1`)
    const line = yield* Queue.take(old)
    assert.deepStrictEqual([line["type"], at(line, "object", "code")], ["ERROR", 410])
    assert.strictEqual(yield* Effect.flip(Queue.take(old)), "ended")
  })
)

it.effect("pages through one consistent state", () =>
  Effect.gen(function* () {
    const { ask } = yield* started()
    for (const name of ["a", "b", "c"]) yield* ask("POST", configMaps, { body: configMap(name) })
    const first = yield* ask("GET", `${configMaps}?limit=2`)
    assert.strictEqual(at(first.body, "metadata", "remainingItemCount"), 1)
    yield* ask("DELETE", `${configMaps}/c`)
    const token = String(at(first.body, "metadata", "continue"))
    const second = yield* ask("GET", `${configMaps}?limit=2&continue=${token}`)
    assert.strictEqual(at(second.body, "items", 0, "metadata", "name"), "c")
    assert.strictEqual(at(second.body, "metadata", "resourceVersion"), at(first.body, "metadata", "resourceVersion"))
    assert.isUndefined(at(second.body, "metadata", "continue"))
  })
)

it.effect("selects by labels and fields, and refuses fields that cannot be selected by", () =>
  Effect.gen(function* () {
    const { ask } = yield* started()
    for (const [name, app] of [
      ["a", "x"],
      ["b", "y"],
      ["c", "z"]
    ] as const) {
      yield* ask("POST", configMaps, { body: { ...configMap(name), metadata: { name, labels: { app } } } })
    }
    const names = (query: string) =>
      Effect.map(ask("GET", `${configMaps}?${query}`), (reply) => {
        const items = reply.body["items"]
        return Array.isArray(items) ? items.map((item) => at(item, "metadata", "name")).join("") : String(reply.code)
      })
    assert.strictEqual(yield* names(`labelSelector=${encodeURIComponent("app in (x,z)")}`), "ac")
    assert.strictEqual(yield* names(`labelSelector=${encodeURIComponent("app notin (x),app!=y")}`), "c")
    assert.strictEqual(yield* names(`labelSelector=${encodeURIComponent("!app")}`), "")
    assert.strictEqual(yield* names("fieldSelector=metadata.name%3Db"), "b")
    assert.strictEqual(yield* names("fieldSelector=data.k%3Db"), "400")
  })
)
