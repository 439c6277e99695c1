import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import assert from "node:assert/strict"
import { TestenvError } from "../TestenvError.ts"
import { at, type ContractCase, configMap, configMaps, type Ground, widget, widgets } from "./Case.ts"

/** Waits until the object at `path` is gone: garbage collection and namespaces take their time on a real server. */
const gone = (ground: Ground, path: string): Effect.Effect<void, TestenvError> =>
  Effect.flatMap(ground.raw.request("GET", path), (answer) =>
    answer.status === 404 ? Effect.void : Effect.fail(new TestenvError({ part: path, problem: "still there" }))
  ).pipe(Effect.retry(Schedule.max([Schedule.spaced("100 millis"), Schedule.recurs(150)])))

/** Deletion: finalizers, preconditions, collections. */
export const lifecycle: ReadonlyArray<ContractCase> = [
  {
    name: "a delete answers with success and the object is gone",
    run: Effect.fnUntraced(function* (ground) {
      const { namespace, raw } = ground
      yield* raw.request("POST", configMaps(namespace), { body: configMap("a") })
      const deleted = yield* raw.request("DELETE", configMaps(namespace, "a"))
      assert.equal(deleted.status, 200)
      assert.equal(deleted.body["status"], "Success")
      yield* gone(ground, configMaps(namespace, "a"))
    })
  },
  {
    name: "a finalizer holds the object with a deletionTimestamp until it is taken off",
    run: Effect.fnUntraced(function* (ground) {
      const { namespace, raw } = ground
      const path = widgets(namespace, "a")
      yield* raw.request("POST", widgets(namespace), {
        body: widget("a", {}, { finalizers: ["contract.example.com/hold"] })
      })
      const deleted = yield* raw.request("DELETE", path)
      assert.equal(deleted.status, 200)
      const held = yield* raw.request("GET", path)
      assert.equal(typeof at(held.body, "metadata.deletionTimestamp"), "string")
      // a deletion is a change of the desired state
      assert.equal(at(held.body, "metadata.generation"), 2)
      yield* raw.request("PATCH", path, {
        body: { metadata: { finalizers: null } },
        contentType: "application/merge-patch+json"
      })
      yield* gone(ground, path)
    })
  },
  {
    name: "an object that is being deleted takes no new finalizers",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const path = widgets(namespace, "a")
      yield* raw.request("POST", widgets(namespace), {
        body: widget("a", {}, { finalizers: ["contract.example.com/hold"] })
      })
      yield* raw.request("DELETE", path)
      const answer = yield* raw.request("PATCH", path, {
        body: { metadata: { finalizers: ["contract.example.com/hold", "contract.example.com/more"] } },
        contentType: "application/merge-patch+json"
      })
      assert.equal(answer.status, 422)
      yield* raw.request("PATCH", path, {
        body: { metadata: { finalizers: null } },
        contentType: "application/merge-patch+json"
      })
    })
  },
  {
    name: "a delete with another uid is a Conflict and deletes nothing",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      yield* raw.request("POST", configMaps(namespace), { body: configMap("a") })
      const answer = yield* raw.request("DELETE", configMaps(namespace, "a"), {
        body: {
          apiVersion: "v1",
          kind: "DeleteOptions",
          preconditions: { uid: "00000000-0000-0000-0000-000000000000" }
        }
      })
      assert.equal(answer.status, 409)
      assert.equal((yield* raw.request("GET", configMaps(namespace, "a"))).status, 200)
    })
  },
  {
    name: "a collection is deleted by selector",
    run: Effect.fnUntraced(function* (ground) {
      const { namespace, raw } = ground
      yield* raw.request("POST", configMaps(namespace), { body: configMap("a", {}, { labels: { go: "yes" } }) })
      yield* raw.request("POST", configMaps(namespace), { body: configMap("b") })
      const answer = yield* raw.request("DELETE", `${configMaps(namespace)}?labelSelector=go%3Dyes`)
      assert.equal(answer.status, 200)
      yield* gone(ground, configMaps(namespace, "a"))
      assert.equal((yield* raw.request("GET", configMaps(namespace, "b"))).status, 200)
    })
  },
  {
    name: "deleting what is not there is NotFound",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      assert.equal((yield* raw.request("DELETE", configMaps(namespace, "gone"))).status, 404)
    })
  }
]
