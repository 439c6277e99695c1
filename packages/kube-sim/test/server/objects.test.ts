import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import { at, configMap, started, widget, widgets, widgetsPath, watching } from "./support.ts"

const configMaps = "/api/v1/namespaces/default/configmaps"

it.effect("creates, reads, lists and deletes an object", () =>
  Effect.gen(function* () {
    const { ask, sim } = yield* started()
    const created = yield* ask("POST", `${configMaps}?fieldManager=me`, { body: configMap("a", { k: "v" }) })
    assert.strictEqual(created.code, 201)
    const read = yield* ask("GET", `${configMaps}/a`)
    assert.deepStrictEqual(read.body, created.body)
    const list = yield* ask("GET", "/api/v1/configmaps")
    assert.deepStrictEqual(at(list.body, "items", 0, "metadata"), at(read.body, "metadata"))
    assert.isUndefined(at(list.body, "items", 0, "kind"))
    const deleted = yield* ask("DELETE", `${configMaps}/a`)
    assert.strictEqual(at(deleted.body, "status"), "Success")
    const gone = yield* ask("GET", `${configMaps}/a`)
    assert.strictEqual(gone.code, 404)
    assert.strictEqual(gone.body["message"], 'configmaps "a" not found')
    assert.deepStrictEqual(yield* sim.writes, [
      {
        verb: "create",
        group: "",
        resource: "configmaps",
        namespace: "default",
        name: "a",
        subresource: undefined,
        manager: "me",
        userAgent: "test/1",
        user: "kube-sim"
      },
      {
        verb: "delete",
        group: "",
        resource: "configmaps",
        namespace: "default",
        name: "a",
        subresource: undefined,
        manager: "test",
        userAgent: "test/1",
        user: "kube-sim"
      }
    ])
  })
)

it.effect("refuses to create twice, into a missing namespace, and under a bad name", () =>
  Effect.gen(function* () {
    const { ask } = yield* started()
    yield* ask("POST", configMaps, { body: configMap("a") })
    const twice = yield* ask("POST", configMaps, { body: configMap("a") })
    assert.strictEqual(twice.code, 409)
    assert.strictEqual(twice.body["reason"], "AlreadyExists")
    const missing = yield* ask("POST", "/api/v1/namespaces/nowhere/configmaps", { body: configMap("a") })
    assert.strictEqual(missing.code, 404)
    assert.strictEqual(missing.body["message"], 'namespaces "nowhere" not found')
    const bad = yield* ask("POST", configMaps, { body: configMap("A_b") })
    assert.strictEqual(bad.code, 422)
    assert.strictEqual(at(bad.body, "details", "causes", 0, "field"), "metadata.name")
  })
)

it.effect("makes a name from generateName", () =>
  Effect.gen(function* () {
    const { ask } = yield* started()
    const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { generateName: "x-" } }
    const first = yield* ask("POST", configMaps, { body })
    const second = yield* ask("POST", configMaps, { body })
    assert.match(String(at(first.body, "metadata", "name")), /^x-[a-z]{5}$/u)
    assert.notStrictEqual(at(first.body, "metadata", "name"), at(second.body, "metadata", "name"))
  })
)

it.effect("refuses a write over an outdated resourceVersion", () =>
  Effect.gen(function* () {
    const { ask } = yield* started()
    const created = yield* ask("POST", configMaps, { body: configMap("a") })
    yield* ask("PUT", `${configMaps}/a`, { body: { ...created.body, data: { x: "1" } } })
    const late = yield* ask("PUT", `${configMaps}/a`, { body: { ...created.body, data: { x: "2" } } })
    assert.strictEqual(late.code, 409)
    assert.strictEqual(
      late.body["message"],
      'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again'
    )
  })
)

it.effect("keeps the resourceVersion when a write changes nothing, and does not count it", () =>
  Effect.gen(function* () {
    const { ask, sim } = yield* started()
    const created = yield* ask("POST", configMaps, { body: configMap("a", { k: "v" }) })
    const same = yield* ask("PUT", `${configMaps}/a`, { body: created.body })
    assert.strictEqual(at(same.body, "metadata", "resourceVersion"), at(created.body, "metadata", "resourceVersion"))
    const patched = yield* ask("PATCH", `${configMaps}/a`, {
      body: { data: { k: "v" } },
      contentType: "application/merge-patch+json"
    })
    assert.strictEqual(at(patched.body, "metadata", "resourceVersion"), at(created.body, "metadata", "resourceVersion"))
    assert.strictEqual((yield* sim.writes).length, 1)
  })
)

it.effect("splits spec and status, and counts generations of the spec alone", () =>
  Effect.gen(function* () {
    const { ask } = yield* started({ crds: [widgets] })
    const created = yield* ask("POST", widgetsPath, { body: widget("a", { size: 1 }, { status: { ready: true } }) })
    assert.isUndefined(created.body["status"])
    assert.strictEqual(at(created.body, "metadata", "generation"), 1)
    const status = yield* ask("PATCH", `${widgetsPath}/a/status`, {
      body: { spec: { size: 9 }, status: { ready: true }, metadata: { labels: { x: "y" } } },
      contentType: "application/merge-patch+json"
    })
    assert.deepStrictEqual(status.body["status"], { ready: true })
    assert.strictEqual(at(status.body, "spec", "size"), 1)
    assert.isUndefined(at(status.body, "metadata", "labels"))
    assert.strictEqual(at(status.body, "metadata", "generation"), 1)
    const spec = yield* ask("PATCH", `${widgetsPath}/a`, {
      body: { spec: { size: 2 }, status: { ready: false } },
      contentType: "application/merge-patch+json"
    })
    assert.deepStrictEqual(spec.body["status"], { ready: true })
    assert.strictEqual(at(spec.body, "metadata", "generation"), 2)
  })
)

it.effect("keeps an object that finalizers hold until the last one goes", () =>
  Effect.gen(function* () {
    const { ask, sim } = yield* started()
    const lines = yield* watching(sim, `${configMaps}?watch=true`)
    yield* ask("POST", configMaps, { body: { ...configMap("a"), metadata: { name: "a", finalizers: ["x.io/y"] } } })
    const deleting = yield* ask("DELETE", `${configMaps}/a`)
    assert.isString(at(deleting.body, "metadata", "deletionTimestamp"))
    const more = yield* ask("PATCH", `${configMaps}/a`, {
      body: { metadata: { finalizers: ["x.io/y", "x.io/z"] } },
      contentType: "application/merge-patch+json"
    })
    assert.strictEqual(more.code, 422)
    yield* ask("PATCH", `${configMaps}/a`, {
      body: { metadata: { finalizers: null } },
      contentType: "application/merge-patch+json"
    })
    assert.strictEqual((yield* ask("GET", `${configMaps}/a`)).code, 404)
    const seen = (yield* Queue.takeN(lines, 3)).map((line) => line["type"])
    assert.deepStrictEqual(seen, ["ADDED", "MODIFIED", "DELETED"])
  })
)

it.effect("deletes only the object whose uid is named", () =>
  Effect.gen(function* () {
    const { ask } = yield* started()
    const created = yield* ask("POST", configMaps, { body: configMap("a") })
    const other = yield* ask("DELETE", `${configMaps}/a`, { body: { preconditions: { uid: "another" } } })
    assert.strictEqual(other.code, 409)
    const right = yield* ask("DELETE", `${configMaps}/a`, {
      body: { preconditions: { uid: at(created.body, "metadata", "uid") } }
    })
    assert.strictEqual(right.code, 200)
  })
)

it.effect("stores nothing on a dry run", () =>
  Effect.gen(function* () {
    const { ask, sim } = yield* started()
    const dry = yield* ask("POST", `${configMaps}?dryRun=All`, { body: configMap("a") })
    assert.strictEqual(dry.code, 201)
    assert.strictEqual((yield* ask("GET", `${configMaps}/a`)).code, 404)
    assert.deepStrictEqual(yield* sim.writes, [])
  })
)

it.effect("applies JSON patches as a whole or not at all", () =>
  Effect.gen(function* () {
    const { ask } = yield* started()
    yield* ask("POST", configMaps, { body: { ...configMap("a"), metadata: { name: "a", annotations: { k: "v" } } } })
    const patch = (body: unknown) =>
      ask("PATCH", `${configMaps}/a`, { body, contentType: "application/json-patch+json" })
    const done = yield* patch([
      { op: "test", path: "/metadata/annotations/k", value: "v" },
      { op: "replace", path: "/metadata/annotations/k", value: "w" },
      { op: "add", path: "/metadata/annotations/x~1y", value: "z" }
    ])
    assert.deepStrictEqual(at(done.body, "metadata", "annotations"), { k: "w", "x/y": "z" })
    const refused = yield* patch([
      { op: "remove", path: "/metadata/annotations/k" },
      { op: "test", path: "/metadata/annotations/x~1y", value: "other" }
    ])
    assert.strictEqual(refused.code, 422)
    assert.deepStrictEqual(at((yield* ask("GET", `${configMaps}/a`)).body, "metadata", "annotations"), {
      k: "w",
      "x/y": "z"
    })
  })
)

it.effect("merges the lists of built-in kinds by their keys in a strategic merge patch", () =>
  Effect.gen(function* () {
    const { ask } = yield* started()
    const deployments = "/apis/apps/v1/namespaces/default/deployments"
    yield* ask("POST", deployments, {
      body: {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "d" },
        spec: {
          selector: { matchLabels: { app: "d" } },
          template: {
            metadata: { labels: { app: "d" } },
            spec: {
              containers: [
                { name: "one", image: "one:1" },
                { name: "two", image: "two:1" }
              ]
            }
          }
        }
      }
    })
    const patched = yield* ask("PATCH", `${deployments}/d`, {
      body: {
        spec: {
          template: {
            spec: {
              containers: [
                { name: "two", image: "two:2" },
                { name: "one", $patch: "delete" }
              ]
            }
          }
        }
      },
      contentType: "application/strategic-merge-patch+json"
    })
    const containers = at(patched.body, "spec", "template", "spec", "containers")
    assert.strictEqual(at(containers, "length"), 1)
    assert.strictEqual(at(containers, 0, "image"), "two:2")
  })
)

it.effect("gives a Service an address that a replace without one keeps", () =>
  Effect.gen(function* () {
    const { ask } = yield* started()
    const services = "/api/v1/namespaces/default/services"
    const body = { apiVersion: "v1", kind: "Service", metadata: { name: "s" }, spec: { ports: [{ port: 80 }] } }
    const created = yield* ask("POST", services, { body })
    assert.match(String(at(created.body, "spec", "clusterIP")), /^10\.\d+\.\d+\.\d+$/u)
    const replaced = yield* ask("PUT", `${services}/s`, { body })
    assert.strictEqual(at(replaced.body, "spec", "clusterIP"), at(created.body, "spec", "clusterIP"))
  })
)

it.effect("replaces a custom object only over a resourceVersion", () =>
  Effect.gen(function* () {
    const { ask } = yield* started({ crds: [widgets] })
    const created = yield* ask("POST", widgetsPath, { body: widget("a") })
    const blind = yield* ask("PUT", `${widgetsPath}/a`, { body: widget("a", { size: 2 }) })
    assert.strictEqual(blind.code, 422)
    assert.strictEqual(at(blind.body, "details", "causes", 0, "field"), "metadata.resourceVersion")
    const seen = yield* ask("PUT", `${widgetsPath}/a`, { body: { ...created.body, spec: { size: 2 } } })
    assert.strictEqual(at(seen.body, "spec", "size"), 2)
  })
)
