import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import assert from "node:assert/strict"
import type { Json } from "../RawClient.ts"
import { TestenvError } from "../TestenvError.ts"
import { apply, at, type ContractCase, configMap, configMaps, type Ground, widget, widgets } from "./Case.ts"

const hold = "contract.example.com/hold"

/** Waits until `path` answers with `status`: on a real server controllers take their time. */
const becomes = ({ raw }: Ground, path: string, status: number): Effect.Effect<void, TestenvError> =>
  Effect.flatMap(raw.request("GET", path), (answer) =>
    answer.status === status ? Effect.void : Effect.fail(new TestenvError({ part: path, problem: answer.text }))
  ).pipe(Effect.retry(Schedule.max([Schedule.spaced("100 millis"), Schedule.recurs(150)])))

const withOwner = Effect.fnUntraced(function* ({ raw, namespace }: Ground, more: Json = {}) {
  const owner = yield* raw.request("POST", widgets(namespace), { body: widget("owner") })
  const reference = {
    apiVersion: "contract.example.com/v1",
    kind: "Widget",
    name: "owner",
    uid: at(owner.body, "metadata.uid"),
    ...more
  }
  const made = yield* raw.request("POST", configMaps(namespace), {
    body: configMap("owned", {}, { ownerReferences: [reference] })
  })
  assert.equal(made.status, 201, made.text)
})

const release = ({ raw }: Ground, path: string) =>
  raw.request("PATCH", path, { body: { metadata: { finalizers: null } }, contentType: "application/merge-patch+json" })

/** What controllers do: garbage collection, namespaces that drain. */
export const collecting: ReadonlyArray<ContractCase> = [
  {
    name: "what is owned goes after its owner",
    run: Effect.fnUntraced(function* (ground) {
      const { namespace, raw } = ground
      yield* withOwner(ground)
      yield* raw.request("DELETE", widgets(namespace, "owner"))
      yield* becomes(ground, configMaps(namespace, "owned"), 404)
    })
  },
  {
    name: "what is owned stays, without its owner, when it is orphaned",
    run: Effect.fnUntraced(function* (ground) {
      const { namespace, raw } = ground
      yield* withOwner(ground)
      yield* raw.request("DELETE", `${widgets(namespace, "owner")}?propagationPolicy=Orphan`)
      yield* becomes(ground, widgets(namespace, "owner"), 404)
      const owned = yield* raw.request("GET", configMaps(namespace, "owned"))
      assert.equal(owned.status, 200)
      assert.equal(at(owned.body, "metadata.ownerReferences"), undefined)
    })
  },
  {
    name: "an owner that is deleted in the foreground waits for what blocks it",
    run: Effect.fnUntraced(function* (ground) {
      const { namespace, raw } = ground
      yield* withOwner(ground, { blockOwnerDeletion: true })
      yield* raw.request("PATCH", configMaps(namespace, "owned"), {
        body: { metadata: { finalizers: [hold] } },
        contentType: "application/merge-patch+json"
      })
      const deleted = yield* raw.request("DELETE", `${widgets(namespace, "owner")}?propagationPolicy=Foreground`)
      assert.deepEqual(at(deleted.body, "metadata.finalizers"), ["foregroundDeletion"])
      assert.equal((yield* raw.request("GET", widgets(namespace, "owner"))).status, 200)
      yield* Effect.filterOrFail(
        raw.request("GET", configMaps(namespace, "owned")),
        ({ body }) => at(body, "metadata.deletionTimestamp") !== undefined,
        ({ text }) => new TestenvError({ part: "owned", problem: text })
      ).pipe(Effect.retry(Schedule.max([Schedule.spaced("100 millis"), Schedule.recurs(150)])))
      yield* release(ground, configMaps(namespace, "owned"))
      yield* becomes(ground, widgets(namespace, "owner"), 404)
    })
  },
  {
    name: "an owner that never was is collected away with what it owns",
    run: Effect.fnUntraced(function* (ground) {
      const { namespace, raw } = ground
      const ownerReferences = [
        {
          apiVersion: "contract.example.com/v1",
          kind: "Widget",
          name: "never",
          uid: "11111111-1111-4111-8111-111111111111"
        }
      ]
      yield* raw.request("POST", configMaps(namespace), { body: configMap("owned", {}, { ownerReferences }) })
      yield* becomes(ground, configMaps(namespace, "owned"), 404)
    })
  },
  {
    name: "a namespace that is being deleted takes nothing new, and goes with its content",
    run: Effect.fnUntraced(function* (ground) {
      const { raw } = ground
      const namespace = `${ground.namespace}-ending`
      const path = `/api/v1/namespaces/${namespace}`
      yield* raw.request("POST", "/api/v1/namespaces", {
        body: { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }
      })
      yield* raw.request("POST", configMaps(namespace), { body: configMap("held", {}, { finalizers: [hold] }) })
      yield* raw.request("POST", configMaps(namespace), { body: configMap("free") })
      const deleted = yield* raw.request("DELETE", path)
      assert.equal(at(deleted.body, "status.phase"), "Terminating")
      const late = [
        yield* raw.request("POST", configMaps(namespace), { body: configMap("late") }),
        yield* apply(raw, configMaps(namespace, "late"), "one", configMap("late"))
      ]
      for (const answer of late) {
        assert.equal(answer.status, 403, answer.text)
        assert.equal(
          answer.body["message"],
          `configmaps "late" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`
        )
        assert.equal(at(answer.body, "details.causes.0.reason"), "NamespaceTerminating")
      }
      yield* becomes(ground, configMaps(namespace, "free"), 404)
      assert.equal((yield* raw.request("GET", path)).status, 200)
      yield* release(ground, configMaps(namespace, "held"))
      yield* becomes(ground, path, 404)
    })
  }
]
