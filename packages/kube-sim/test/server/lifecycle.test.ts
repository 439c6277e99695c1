import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import { type Asking, at, configMap, started, widget, widgets, widgetsPath, watching } from "./support.ts"

const configMaps = "/api/v1/namespaces/default/configmaps"

/** Asks until the answer has the code; the controllers come a moment after the write. */
const untilCode = (ask: Asking, path: string, code: number) =>
  Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 2))).pipe(
    Effect.andThen(ask("GET", path)),
    Effect.repeat({ schedule: Schedule.recurs(500), until: (reply) => reply.code === code }),
    Effect.tap((reply) => Effect.sync(() => assert.strictEqual(reply.code, code, `${path}: ${reply.text}`)))
  )

const ownedBy = (name: string, owner: { readonly name: string; readonly uid: unknown }, more: object = {}) => ({
  ...configMap(name),
  metadata: {
    name,
    ownerReferences: [{ apiVersion: "v1", kind: "ConfigMap", name: owner.name, uid: owner.uid, ...more }]
  }
})

it.effect("deletes what an object owned, and what those owned", () =>
  Effect.gen(function* () {
    const { ask } = yield* started()
    const owner = yield* ask("POST", configMaps, { body: configMap("owner") })
    const child = yield* ask("POST", configMaps, {
      body: ownedBy("child", { name: "owner", uid: at(owner.body, "metadata", "uid") })
    })
    yield* ask("POST", configMaps, {
      body: ownedBy("grandchild", { name: "child", uid: at(child.body, "metadata", "uid") })
    })
    yield* ask("POST", configMaps, { body: configMap("stranger") })
    yield* ask("DELETE", `${configMaps}/owner`)
    yield* untilCode(ask, `${configMaps}/grandchild`, 404)
    assert.strictEqual((yield* ask("GET", `${configMaps}/child`)).code, 404)
    assert.strictEqual((yield* ask("GET", `${configMaps}/stranger`)).code, 200)
  })
)

it.effect("deletes an object that names an owner of another uid", () =>
  Effect.gen(function* () {
    const { ask } = yield* started()
    yield* ask("POST", configMaps, { body: configMap("owner") })
    yield* ask("POST", configMaps, { body: ownedBy("child", { name: "owner", uid: "an-older-one" }) })
    yield* untilCode(ask, `${configMaps}/child`, 404)
  })
)

it.effect("keeps an object that has another owner, without the reference", () =>
  Effect.gen(function* () {
    const { ask, sim } = yield* started()
    const owners = [
      yield* ask("POST", configMaps, { body: configMap("one") }),
      yield* ask("POST", configMaps, { body: configMap("two") })
    ].map(({ body }) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      name: at(body, "metadata", "name"),
      uid: at(body, "metadata", "uid")
    }))
    yield* ask("POST", configMaps, {
      body: { ...configMap("child"), metadata: { name: "child", ownerReferences: owners } }
    })
    yield* ask("DELETE", `${configMaps}/one`)
    yield* Effect.repeat(Effect.andThen(ask("GET", `${configMaps}/child`), sim.writes), {
      schedule: Schedule.recurs(100),
      until: (writes) => writes.some((write) => write.verb === "update")
    })
    const child = yield* ask("GET", `${configMaps}/child`)
    assert.deepStrictEqual(at(child.body, "metadata", "ownerReferences"), owners.slice(1))
  })
)

it.effect("orphans, or deletes dependents first, as the deletion asks", () =>
  Effect.gen(function* () {
    const { ask } = yield* started()
    const owner = yield* ask("POST", configMaps, { body: configMap("owner") })
    const uid = at(owner.body, "metadata", "uid")
    yield* ask("POST", configMaps, { body: ownedBy("child", { name: "owner", uid }) })
    yield* ask("DELETE", `${configMaps}/owner?propagationPolicy=Orphan`)
    yield* untilCode(ask, `${configMaps}/owner`, 404)
    const orphan = yield* ask("GET", `${configMaps}/child`)
    assert.strictEqual(orphan.code, 200)
    assert.deepStrictEqual(at(orphan.body, "metadata", "ownerReferences") ?? [], [])

    const other = yield* ask("POST", configMaps, { body: configMap("other") })
    const held = ownedBy(
      "held",
      { name: "other", uid: at(other.body, "metadata", "uid") },
      { blockOwnerDeletion: true }
    )
    yield* ask("POST", configMaps, { body: { ...held, metadata: { ...held.metadata, finalizers: ["x.io/y"] } } })
    yield* ask("DELETE", `${configMaps}/other`, { body: { propagationPolicy: "Foreground" } })
    assert.strictEqual((yield* ask("GET", `${configMaps}/other`)).code, 200)
    yield* ask("PATCH", `${configMaps}/held`, {
      body: { metadata: { finalizers: null } },
      contentType: "application/merge-patch+json"
    })
    yield* untilCode(ask, `${configMaps}/other`, 404)
  })
)

it.effect("empties a namespace before it goes, and refuses new content meanwhile", () =>
  Effect.gen(function* () {
    const { ask } = yield* started()
    yield* ask("POST", "/api/v1/namespaces", { body: { apiVersion: "v1", kind: "Namespace", metadata: { name: "n" } } })
    const inside = "/api/v1/namespaces/n/configmaps"
    yield* ask("POST", inside, { body: { ...configMap("a"), metadata: { name: "a", finalizers: ["x.io/y"] } } })
    yield* ask("POST", inside, { body: configMap("b") })
    const deleting = yield* ask("DELETE", "/api/v1/namespaces/n")
    assert.strictEqual(at(deleting.body, "status", "phase"), "Terminating")
    yield* untilCode(ask, `${inside}/b`, 404)
    const late = yield* ask("POST", inside, { body: configMap("c") })
    assert.strictEqual(late.code, 403)
    assert.strictEqual(
      late.body["message"],
      'configmaps "c" is forbidden: unable to create new content in namespace n because it is being terminated'
    )
    assert.strictEqual((yield* ask("GET", "/api/v1/namespaces/n")).code, 200)
    yield* ask("PATCH", `${inside}/a`, {
      body: { metadata: { finalizers: null } },
      contentType: "application/merge-patch+json"
    })
    yield* untilCode(ask, "/api/v1/namespaces/n", 404)
  })
)

it.effect("serves a kind as soon as its CRD is there, and drops its objects and watches with it", () =>
  Effect.gen(function* () {
    const { ask, sim } = yield* started()
    const before = yield* ask("GET", widgetsPath)
    assert.deepStrictEqual([before.code, before.text], [404, "404 page not found\n"])
    const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    const crd = yield* ask("POST", crds, { body: widgets })
    assert.strictEqual(at(crd.body, "status", "conditions", 1, "type"), "Established")
    assert.strictEqual((yield* ask("POST", widgetsPath, { body: widget("a") })).code, 201)
    const lines = yield* watching(sim, `${widgetsPath}?watch=true`)
    assert.strictEqual((yield* Queue.take(lines))["type"], "ADDED")
    yield* ask("DELETE", `${crds}/widgets.example.com`)
    assert.strictEqual((yield* Queue.take(lines))["type"], "DELETED")
    assert.strictEqual(yield* Effect.flip(Queue.take(lines)), "ended")
    yield* untilCode(ask, `${crds}/widgets.example.com`, 404)
    assert.strictEqual((yield* ask("GET", widgetsPath)).code, 404)
    yield* ask("POST", crds, { body: widgets })
    assert.deepStrictEqual((yield* ask("GET", widgetsPath)).body["items"], [])
  })
)

it.effect("never deletes the namespaces of the system", () =>
  Effect.gen(function* () {
    const { ask } = yield* started()
    const refused = yield* ask("DELETE", "/api/v1/namespaces/default")
    assert.deepStrictEqual(
      [refused.code, refused.body["message"]],
      [403, 'namespaces "default" is forbidden: this namespace may not be deleted']
    )
  })
)

it.effect("asks hooks about each write: they change it, or refuse it with their name", () =>
  Effect.gen(function* () {
    const { ask, sim } = yield* started()
    yield* sim.admit({
      name: "guard.example.com",
      matches: ({ type }) => type.plural === "configmaps",
      mutate: ({ object }) => Effect.succeed({ ...object, data: { added: "yes" } }),
      validate: ({ operation, name }) =>
        Effect.succeed(operation === "DELETE" || name === "bad" ? { message: `no ${operation}` } : undefined)
    })
    const created = yield* ask("POST", configMaps, { body: configMap("a") })
    assert.deepStrictEqual(created.body["data"], { added: "yes" })
    const refused = yield* ask("POST", configMaps, { body: configMap("bad") })
    assert.deepStrictEqual(
      [refused.code, refused.body["message"]],
      [403, 'admission webhook "guard.example.com" denied the request: no CREATE']
    )
    assert.strictEqual((yield* ask("DELETE", `${configMaps}/a`)).code, 403)
  })
)

it.effect("does a write again when the object changed while a hook was asked", () =>
  Effect.gen(function* () {
    const { ask, sim } = yield* started()
    const created = yield* ask("POST", configMaps, { body: configMap("a", { k: "v" }) })
    const asked = yield* Queue.unbounded<string>()
    const answered = yield* Latch.make()
    yield* sim.admit({
      name: "slow.example.com",
      matches: ({ manager }) => manager === "slow",
      validate: ({ object }) =>
        Queue.offer(asked, JSON.stringify(object?.["data"])).pipe(Effect.andThen(answered.await), Effect.as(undefined))
    })
    const patch = yield* Effect.forkChild(
      ask("PATCH", `${configMaps}/a?fieldManager=slow`, {
        body: { data: { slow: "yes" } },
        contentType: "application/merge-patch+json"
      })
    )
    const put = yield* Effect.forkChild(
      ask("PUT", `${configMaps}/a?fieldManager=slow`, { body: { ...created.body, data: { put: "yes" } } })
    )
    yield* Queue.takeN(asked, 2)
    yield* ask("PATCH", `${configMaps}/a`, {
      body: { data: { quick: "yes" } },
      contentType: "application/merge-patch+json"
    })
    yield* answered.open
    assert.deepStrictEqual((yield* Fiber.join(patch)).body["data"], { k: "v", quick: "yes", slow: "yes" })
    assert.strictEqual((yield* Fiber.join(put)).code, 409)
  })
)
