import * as Effect from "effect/Effect"
import assert from "node:assert/strict"
import type { Json } from "../RawClient.ts"
import { apply, at, type ContractCase, configMap, configMaps, type Ground, widget, widgets } from "./Case.ts"

const applyWidget = ({ raw, namespace }: Ground, manager: string, spec: Json, query = "", metadata: Json = {}) =>
  apply(raw, widgets(namespace, "a"), manager, widget("a", spec, metadata), query)

const managersOf = (body: Json): ReadonlyArray<unknown> => {
  const entries = at(body, "metadata.managedFields")
  return Array.isArray(entries) ? entries.map((entry) => at(entry, "manager")) : []
}

const condition = (type: string): Json => ({
  apiVersion: "contract.example.com/v1",
  kind: "Widget",
  metadata: { name: "a" },
  status: { conditions: [{ type, status: "True" }] }
})

/** Server-side apply. */
export const applying: ReadonlyArray<ContractCase> = [
  {
    name: "apply creates with 201, and again with 200",
    run: Effect.fnUntraced(function* (ground) {
      assert.equal((yield* applyWidget(ground, "one", { size: 2 })).status, 201)
      assert.equal((yield* applyWidget(ground, "one", { size: 2 })).status, 200)
    })
  },
  {
    name: "an apply that changes nothing keeps resourceVersion and generation",
    run: Effect.fnUntraced(function* (ground) {
      const first = yield* applyWidget(ground, "one", { size: 2, tags: ["a"] })
      const again = yield* applyWidget(ground, "one", { size: 2, tags: ["a"] })
      assert.equal(at(again.body, "metadata.resourceVersion"), at(first.body, "metadata.resourceVersion"))
    })
  },
  {
    name: "apply without a field manager is refused",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const answer = yield* raw.request("PATCH", widgets(namespace, "a"), {
        body: widget("a"),
        contentType: "application/apply-patch+yaml"
      })
      assert.equal(answer.status, 422)
      assert.match(String(answer.body["message"]), /fieldManager: Required value: is required for apply patch/u)
    })
  },
  {
    name: "a field of another applier is a conflict that names manager and field; force takes it over",
    run: Effect.fnUntraced(function* (ground) {
      yield* applyWidget(ground, "one", { size: 2 })
      const conflict = yield* applyWidget(ground, "two", { size: 3 })
      assert.equal(conflict.status, 409)
      assert.equal(conflict.body["reason"], "Conflict")
      assert.equal(at(conflict.body, "details.causes.0.reason"), "FieldManagerConflict")
      assert.equal(at(conflict.body, "details.causes.0.field"), ".spec.size")
      assert.match(String(at(conflict.body, "details.causes.0.message")), /conflict with "one"/u)
      const forced = yield* applyWidget(ground, "two", { size: 3 }, "&force=true")
      assert.equal(forced.status, 200)
      assert.equal(at(forced.body, "spec.size"), 3)
    })
  },
  {
    name: "equal values are owned together, and stay until the last owner drops them",
    run: Effect.fnUntraced(function* (ground) {
      yield* applyWidget(ground, "one", { color: "red" })
      assert.equal((yield* applyWidget(ground, "two", { color: "red" })).status, 200)
      assert.equal(at((yield* applyWidget(ground, "one", {})).body, "spec.color"), "red")
      assert.equal(at((yield* applyWidget(ground, "two", {})).body, "spec.color"), undefined)
    })
  },
  {
    name: "a dropped key vanishes, and comes back as its default",
    run: Effect.fnUntraced(function* (ground) {
      yield* applyWidget(ground, "one", { size: 5, color: "red" })
      const dropped = yield* applyWidget(ground, "one", { color: "red" })
      assert.deepEqual(at(dropped.body, "spec"), { size: 1, color: "red" })
    })
  },
  {
    name: "appliers share a map list by its keys",
    run: Effect.fnUntraced(function* (ground) {
      yield* applyWidget(ground, "one", { parts: [{ name: "x", note: "1" }] })
      const both = yield* applyWidget(ground, "two", { parts: [{ name: "y" }] })
      assert.deepEqual(at(both.body, "spec.parts"), [
        { name: "x", note: "1", weight: 7 },
        { name: "y", weight: 7 }
      ])
      const conflict = yield* applyWidget(ground, "two", { parts: [{ name: "x", note: "2" }] })
      assert.equal(at(conflict.body, "details.causes.0.field"), '.spec.parts[name="x"].note')
      const left = yield* applyWidget(ground, "one", {})
      assert.deepEqual(at(left.body, "spec.parts"), [{ name: "y", weight: 7 }])
    })
  },
  {
    name: "appliers share a set and a map, an atomic list and an atomic map belong to one",
    run: Effect.fnUntraced(function* (ground) {
      yield* applyWidget(ground, "one", { tags: ["a"], labels: { a: "1" }, order: ["a"], whole: { a: "1" } })
      const shared = yield* applyWidget(ground, "two", { tags: ["b"], labels: { b: "1" } })
      assert.deepEqual(at(shared.body, "spec.tags"), ["a", "b"])
      assert.deepEqual(at(shared.body, "spec.labels"), { a: "1", b: "1" })
      assert.equal(
        at((yield* applyWidget(ground, "two", { order: ["b"] })).body, "details.causes.0.field"),
        ".spec.order"
      )
      assert.equal(
        at((yield* applyWidget(ground, "two", { whole: { b: "1" } })).body, "details.causes.0.field"),
        ".spec.whole"
      )
    })
  },
  {
    name: "what a plain update wrote conflicts with an apply, and names the updater",
    run: Effect.fnUntraced(function* (ground) {
      const { namespace, raw } = ground
      yield* raw.request("POST", `${widgets(namespace)}?fieldManager=user`, { body: widget("a", { size: 2 }) })
      const conflict = yield* applyWidget(ground, "one", { size: 3 })
      assert.equal(conflict.status, 409)
      assert.match(
        String(at(conflict.body, "details.causes.0.message")),
        /conflict with "user" using contract\.example\.com\/v1/u
      )
    })
  },
  {
    name: "an apply without keys gives back what was there before, and its manager vanishes",
    run: Effect.fnUntraced(function* (ground) {
      const { namespace, raw } = ground
      const before = yield* raw.request("POST", `${widgets(namespace)}?fieldManager=user`, {
        body: widget("a", { size: 2 })
      })
      yield* applyWidget(ground, "one", { labels: { x: "1" } })
      const after = yield* apply(raw, widgets(namespace, "a"), "one", {
        apiVersion: "contract.example.com/v1",
        kind: "Widget",
        metadata: { name: "a" }
      })
      assert.deepEqual(at(after.body, "spec"), at(before.body, "spec"))
      assert.deepEqual(managersOf(after.body), ["user"])
    })
  },
  {
    name: "an apply with another uid neither creates nor hits",
    run: Effect.fnUntraced(function* (ground) {
      const uid = "00000000-0000-0000-0000-000000000000"
      const absent = yield* applyWidget(ground, "one", { size: 2 }, "", { uid })
      assert.equal(absent.status, 409)
      yield* applyWidget(ground, "two", {})
      const other = yield* applyWidget(ground, "one", { size: 2 }, "", { uid })
      assert.ok(other.status === 409 || other.status === 422, other.text)
    })
  },
  {
    name: "status is applied on its subresource, by managers of its own",
    run: Effect.fnUntraced(function* (ground) {
      const { namespace, raw } = ground
      yield* applyWidget(ground, "one", { size: 2 })
      yield* apply(raw, widgets(namespace, "a", "/status"), "one", condition("Ready"))
      const both = yield* apply(raw, widgets(namespace, "a", "/status"), "two", condition("Seen"))
      assert.deepEqual(at(both.body, "status.conditions"), [
        { type: "Ready", status: "True" },
        { type: "Seen", status: "True" }
      ])
      const main = yield* applyWidget(ground, "one", { size: 4 })
      assert.deepEqual(at(main.body, "status"), at(both.body, "status"))
    })
  },
  {
    name: "labels, annotations and data of built-in kinds are shared by key",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const path = configMaps(namespace, "a")
      yield* apply(raw, path, "one", configMap("a", { x: "1" }, { labels: { x: "1" } }))
      const both = yield* apply(raw, path, "two", configMap("a", { y: "1" }, { labels: { y: "1" } }))
      assert.deepEqual(at(both.body, "data"), { x: "1", y: "1" })
      assert.deepEqual(at(both.body, "metadata.labels"), { x: "1", y: "1" })
      const conflict = yield* apply(raw, path, "two", configMap("a", { x: "2" }))
      assert.equal(at(conflict.body, "details.causes.0.field"), ".data.x")
    })
  },
  {
    name: "apply refuses a field that the schema does not declare, also where create prunes it",
    run: Effect.fnUntraced(function* (ground) {
      const answer = yield* applyWidget(ground, "one", { bogus: 1 })
      assert.equal(answer.status, 500)
      assert.match(String(answer.body["message"]), /\.spec\.bogus: field not declared in schema/u)
    })
  },
  {
    name: "apply defaults and validates as create does",
    run: Effect.fnUntraced(function* (ground) {
      const made = yield* applyWidget(ground, "one", { parts: [{ name: "x" }] })
      assert.deepEqual(at(made.body, "spec"), { size: 1, parts: [{ name: "x", weight: 7 }] })
      assert.equal((yield* applyWidget(ground, "one", { color: "blue" })).status, 422)
    })
  }
]
