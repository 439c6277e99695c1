import * as Effect from "effect/Effect"
import assert from "node:assert/strict"
import { at, type ContractCase, configMap, configMaps, nextChange, widget, widgets } from "./Case.ts"

const all = "watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan"
const isEnd = (object: unknown): boolean => {
  const annotations = at(object, "metadata.annotations")
  return JSON.stringify(annotations ?? {}).includes('"k8s.io/initial-events-end":"true"')
}

/** Watches that begin with all there is (WatchList), as our informers use them. */
export const streaming: ReadonlyArray<ContractCase> = [
  {
    name: "after the mark the same watch tells what changes",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      yield* raw.request("POST", widgets(namespace), { body: widget("a") })
      const events = yield* raw.watch(`${widgets(namespace)}?${all}`)
      const first = [yield* events, yield* events]
      assert.deepEqual(
        first.map(({ type }) => type),
        ["ADDED", "BOOKMARK"]
      )
      yield* raw.request("POST", widgets(namespace), { body: widget("b") })
      yield* raw.request("DELETE", widgets(namespace, "a"))
      const then = [yield* nextChange(events), yield* nextChange(events)]
      assert.deepEqual(
        then.map(({ object, type }) => [type, at(object, "metadata.name")]),
        [
          ["ADDED", "b"],
          ["DELETED", "a"]
        ]
      )
    })
  },
  {
    name: "where nothing is, the mark comes at once, and a watch can go on from its version",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const { object, type } = yield* yield* raw.watch(`${widgets(namespace)}?${all}`)
      assert.equal(type, "BOOKMARK")
      assert.ok(isEnd(object))
      const version = String(at(object, "metadata.resourceVersion"))
      yield* raw.request("POST", widgets(namespace), { body: widget("a") })
      const later = yield* raw.watch(`${widgets(namespace)}?watch=true&resourceVersion=${version}`)
      assert.equal(at((yield* nextChange(later)).object, "metadata.name"), "a")
    })
  },
  {
    name: "what was written before is told before the mark, and only what is selected",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      for (const name of ["a", "b", "c"]) {
        const labels = name === "b" ? {} : { in: "yes" }
        yield* raw.request("POST", configMaps(namespace), { body: configMap(name, {}, { labels }) })
      }
      const events = yield* raw.watch(`${configMaps(namespace)}?labelSelector=in%3Dyes&${all}`)
      const seen = [yield* events, yield* events, yield* events]
      assert.deepEqual(seen.map(({ object }) => at(object, "metadata.name")).slice(0, 2), ["a", "c"])
      assert.ok(isEnd(seen[2]?.object))
    })
  },
  {
    name: "metadata alone is streamed when that is asked for, and the mark is still a mark",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      yield* raw.request("POST", widgets(namespace), { body: widget("a", { size: 3 }) })
      const events = yield* raw.watch(
        `${widgets(namespace)}?${all}`,
        "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
      )
      const { object } = yield* events
      assert.equal(object["kind"], "PartialObjectMetadata")
      assert.equal(at(object, "metadata.name"), "a")
      assert.equal(object["spec"], undefined)
      assert.ok(isEnd((yield* events).object))
    })
  },
  {
    name: "a stream that does not say which version it may begin at is refused",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const events = yield* raw.watch(
        `${widgets(namespace)}?watch=true&sendInitialEvents=true&allowWatchBookmarks=true`
      )
      const { object, type } = yield* events
      assert.equal(type, "REFUSED")
      assert.equal(object["code"], 422)
    })
  },
  {
    name: "a watch of a kind that is not served is refused with 404, without the Status of an object",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const events = yield* raw.watch(`/apis/nowhere.example.com/v1/namespaces/${namespace}/things?${all}`)
      assert.equal((yield* events).type, "REFUSED")
    })
  }
]
