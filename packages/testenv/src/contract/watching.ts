import * as Effect from "effect/Effect"
import assert from "node:assert/strict"
import { at, type ContractCase, configMap, configMaps, nextChange, step, widget, widgets } from "./Case.ts"

/** Watches. */
export const watching: ReadonlyArray<ContractCase> = [
  {
    name: "a watch from a list's resourceVersion tells each change after it, in order",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      yield* raw.request("POST", widgets(namespace), { body: widget("before") })
      const list = yield* raw.request("GET", widgets(namespace))
      const version = String(at(list.body, "metadata.resourceVersion"))
      const events = yield* raw.watch(`${widgets(namespace)}?watch=true&resourceVersion=${version}`)
      yield* raw.request("POST", widgets(namespace), { body: widget("a") })
      yield* raw.request("PATCH", widgets(namespace, "a"), {
        body: { spec: { size: 2 } },
        contentType: "application/merge-patch+json"
      })
      yield* raw.request("DELETE", widgets(namespace, "a"))
      const seen = [yield* events, yield* events, yield* events]
      assert.deepEqual(
        seen.map(({ object, type }) => [type, at(object, "metadata.name"), at(object, "spec.size")]),
        [
          ["ADDED", "a", 1],
          ["MODIFIED", "a", 2],
          ["DELETED", "a", 2]
        ]
      )
    })
  },
  {
    name: "a watch without a resourceVersion begins with what is there",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      yield* raw.request("POST", widgets(namespace), { body: widget("a") })
      const events = yield* raw.watch(`${widgets(namespace)}?watch=true`)
      const first = yield* nextChange(events)
      assert.equal(first.type, "ADDED")
      assert.equal(at(first.object, "metadata.name"), "a")
    })
  },
  {
    name: "an object that leaves the selection of a watch is DELETED there, one that enters is ADDED",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const list = yield* raw.request("GET", configMaps(namespace))
      const version = String(at(list.body, "metadata.resourceVersion"))
      const events = yield* raw.watch(
        `${configMaps(namespace)}?watch=true&labelSelector=in%3Dyes&resourceVersion=${version}`
      )
      const label = (value: string | null) =>
        raw.request("PATCH", configMaps(namespace, "a"), {
          body: { metadata: { labels: { in: value } } },
          contentType: "application/merge-patch+json"
        })
      yield* raw.request("POST", configMaps(namespace), { body: configMap("a") })
      yield* label("yes")
      yield* label(null)
      const seen = [yield* nextChange(events), yield* nextChange(events)]
      assert.deepEqual(
        seen.map((event) => event.type),
        ["ADDED", "DELETED"]
      )
    })
  },
  {
    name: "sendInitialEvents tells what is there and marks its end with a bookmark",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      yield* raw.request("POST", widgets(namespace), { body: widget("a") })
      const events = yield* raw.watch(
        `${widgets(namespace)}?watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan`
      )
      const first = yield* events
      assert.equal(first.type, "ADDED")
      const mark = yield* events
      assert.equal(mark.type, "BOOKMARK")
      assert.equal(step(mark.object, ["metadata", "annotations", "k8s.io/initial-events-end"]), "true")
      assert.match(String(at(mark.object, "metadata.resourceVersion")), /^[0-9]+$/u)
    })
  },
  {
    name: "metadata alone is watched when that is asked for, and the field selector on a name holds",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const list = yield* raw.request("GET", widgets(namespace))
      const version = String(at(list.body, "metadata.resourceVersion"))
      const events = yield* raw.watch(
        `${widgets(namespace)}?watch=true&fieldSelector=metadata.name%3Db&resourceVersion=${version}`
      )
      for (const name of ["a", "b"]) yield* raw.request("POST", widgets(namespace), { body: widget(name) })
      assert.equal(at((yield* nextChange(events)).object, "metadata.name"), "b")
    })
  },
  {
    name: "a watch ends by itself after timeoutSeconds",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const events = yield* raw.watch(`${widgets(namespace)}?watch=true&timeoutSeconds=1`)
      assert.equal((yield* nextChange(events)).type, "END")
    })
  }
]
