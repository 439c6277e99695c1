import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type Asking, at, configMap, started, widget, widgets, widgetsPath } from "./support.ts"

const configMaps = "/api/v1/namespaces/default/configmaps"
const contentType = "application/apply-patch+yaml"

const applying =
  (ask: Asking) =>
  (path: string, body: unknown, manager: string, force = false) =>
    ask("PATCH", `${path}?fieldManager=${manager}&force=${force}`, { body, contentType })

it.effect("an apply creates what is absent and is no write the second time", () =>
  Effect.gen(function* () {
    const { ask, sim } = yield* started()
    const apply = applying(ask)
    const created = yield* apply(`${configMaps}/a`, configMap("a", { k: "v" }), "one")
    assert.strictEqual(created.code, 201)
    const again = yield* apply(`${configMaps}/a`, configMap("a", { k: "v" }), "one")
    assert.strictEqual(again.code, 200)
    assert.deepStrictEqual(again.body, created.body)
    assert.strictEqual((yield* sim.writes).length, 1)
  })
)

it.effect("names the field and the manager that an apply meets, and takes the field by force", () =>
  Effect.gen(function* () {
    const { ask } = yield* started()
    const apply = applying(ask)
    yield* apply(`${configMaps}/a`, configMap("a", { k: "v" }), "one")
    const met = yield* apply(`${configMaps}/a`, configMap("a", { k: "w" }), "two")
    assert.strictEqual(met.code, 409)
    assert.deepStrictEqual(at(met.body, "details", "causes"), [
      { reason: "FieldManagerConflict", message: 'conflict with "one"', field: ".data.k" }
    ])
    assert.strictEqual(met.body["message"], 'Apply failed with 1 conflict: conflict with "one": .data.k')
    yield* ask("PATCH", `${configMaps}/a?fieldManager=three`, {
      body: { data: { l: "x", m: "x" } },
      contentType: "application/merge-patch+json"
    })
    const several = yield* apply(`${configMaps}/a`, configMap("a", { k: "w", l: "w", m: "w" }), "two")
    assert.strictEqual(
      several.body["message"],
      'Apply failed with 3 conflicts: conflicts with "one":\n- .data.k\nconflicts with "three" using v1 at 1970-01-01T00:00:00Z:\n- .data.l\n- .data.m'
    )
    const taken = yield* apply(`${configMaps}/a`, configMap("a", { k: "w" }), "two", true)
    assert.deepStrictEqual(taken.body["data"], { k: "w", l: "x", m: "x" })
  })
)

it.effect("restores what others have when a manager applies nothing any more", () =>
  Effect.gen(function* () {
    const { ask } = yield* started({ crds: [widgets] })
    const apply = applying(ask)
    const before = yield* ask("POST", widgetsPath, { body: widget("a", { size: 1, parts: [{ name: "p" }] }) })
    const added = yield* apply(
      `${widgetsPath}/a`,
      { ...widget("a"), spec: { parts: [{ name: "q", weight: 2 }] } },
      "guest"
    )
    assert.deepStrictEqual(at(added.body, "spec", "parts"), [{ name: "p" }, { name: "q", weight: 2 }])
    const { spec: _, ...bare } = widget("a")
    const left = yield* apply(`${widgetsPath}/a`, bare, "guest")
    assert.deepStrictEqual(left.body["spec"], before.body["spec"])
    assert.deepStrictEqual(at(left.body, "metadata", "managedFields"), at(before.body, "metadata", "managedFields"))
  })
)

it.effect("refuses an apply that names another uid, and never creates by one", () =>
  Effect.gen(function* () {
    const { ask } = yield* started()
    const apply = applying(ask)
    const body = { ...configMap("a"), metadata: { name: "a", uid: "0000" } }
    const absent = yield* apply(`${configMaps}/a`, body, "one")
    assert.strictEqual(absent.code, 409)
    assert.include(
      String(absent.body["message"]),
      "uid mismatch: the provided object specified uid 0000, and no existing object was found"
    )
    const created = yield* ask("POST", configMaps, { body: configMap("a") })
    const replaced = yield* apply(`${configMaps}/a`, body, "one")
    assert.strictEqual(replaced.code, 422)
    assert.strictEqual(at(replaced.body, "details", "causes", 0, "field"), "metadata.uid")
    const uid = at(created.body, "metadata", "uid")
    const right = yield* apply(`${configMaps}/a`, { ...body, metadata: { name: "a", uid } }, "one")
    assert.strictEqual(right.code, 200)
  })
)

it.effect("keeps the status out of an apply to the object, and the spec out of one to the status", () =>
  Effect.gen(function* () {
    const { ask } = yield* started({ crds: [widgets] })
    const apply = applying(ask)
    const object = yield* apply(`${widgetsPath}/a`, widget("a", { size: 1 }, { status: { x: 1 } }), "one")
    assert.isUndefined(object.body["status"])
    const status = yield* apply(`${widgetsPath}/a/status`, widget("a", { size: 5 }, { status: { x: 1 } }), "two")
    assert.deepStrictEqual(status.body["status"], { x: 1 })
    assert.strictEqual(at(status.body, "spec", "size"), 1)
    const again = yield* apply(`${widgetsPath}/a/status`, widget("a", { size: 5 }, { status: { x: 1 } }), "two")
    assert.deepStrictEqual(again.body, status.body)
  })
)

it.effect("refuses an apply of a field that the schema does not have, and one without a manager", () =>
  Effect.gen(function* () {
    const { ask } = yield* started({ crds: [widgets] })
    const unknown = yield* applying(ask)(`${widgetsPath}/a`, widget("a", { size: 1, sizze: 2 }), "one")
    assert.strictEqual(unknown.code, 500)
    assert.include(String(unknown.body["message"]), ".spec.sizze: field not declared in schema")
    const nobody = yield* ask("PATCH", `${widgetsPath}/a`, { body: widget("a"), contentType })
    assert.strictEqual(nobody.code, 422)
  })
)
