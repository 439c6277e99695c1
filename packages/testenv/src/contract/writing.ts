import * as Effect from "effect/Effect"
import assert from "node:assert/strict"
import { at, type ContractCase, configMap, configMaps, widget, widgets } from "./Case.ts"

/** Create, replace, merge patch, dry run, generation, status subresource, conflicts. */
export const writing: ReadonlyArray<ContractCase> = [
  {
    name: "create gives uid, resourceVersion, creationTimestamp and generation 1, and the defaults of the schema",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const made = yield* raw.request("POST", widgets(namespace), { body: widget("a", { color: "red" }) })
      assert.equal(made.status, 201)
      assert.equal(at(made.body, "metadata.generation"), 1)
      for (const field of ["uid", "resourceVersion", "creationTimestamp"])
        assert.equal(typeof at(made.body, `metadata.${field}`), "string", field)
      assert.deepEqual(at(made.body, "spec"), { color: "red", size: 1 })
    })
  },
  {
    name: "a name that is taken is AlreadyExists",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      yield* raw.request("POST", configMaps(namespace), { body: configMap("a") })
      const again = yield* raw.request("POST", configMaps(namespace), { body: configMap("a") })
      assert.equal(again.status, 409)
      assert.equal(again.body["reason"], "AlreadyExists")
      assert.equal(again.body["message"], 'configmaps "a" already exists')
    })
  },
  {
    name: "generateName gives a fresh name",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { generateName: "made-" } }
      const [one, other] = [
        yield* raw.request("POST", configMaps(namespace), { body }),
        yield* raw.request("POST", configMaps(namespace), { body })
      ]
      assert.match(String(at(one.body, "metadata.name")), /^made-[a-z0-9]{5}$/u)
      assert.notEqual(at(one.body, "metadata.name"), at(other.body, "metadata.name"))
    })
  },
  {
    name: "an object of an unknown namespace is refused by name",
    run: Effect.fnUntraced(function* ({ raw }) {
      const made = yield* raw.request("POST", configMaps("contract-nowhere"), { body: configMap("a") })
      assert.equal(made.status, 404)
      assert.equal(made.body["message"], 'namespaces "contract-nowhere" not found')
    })
  },
  {
    name: "an invalid name is Invalid and names the field",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const made = yield* raw.request("POST", configMaps(namespace), { body: configMap("Not_A_Name") })
      assert.equal(made.status, 422)
      assert.equal(made.body["reason"], "Invalid")
      assert.equal(at(made.body, "details.causes.0.field"), "metadata.name")
    })
  },
  {
    name: "replace with an old resourceVersion is a Conflict; without one it overwrites",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const made = yield* raw.request("POST", configMaps(namespace), { body: configMap("a", { x: "1" }) })
      const version = at(made.body, "metadata.resourceVersion")
      yield* raw.request("PUT", configMaps(namespace, "a"), { body: configMap("a", { x: "2" }) })
      const stale = yield* raw.request("PUT", configMaps(namespace, "a"), {
        body: configMap("a", { x: "3" }, { resourceVersion: version })
      })
      assert.equal(stale.status, 409)
      assert.equal(stale.body["reason"], "Conflict")
      assert.match(
        String(stale.body["message"]),
        /the object has been modified; please apply your changes to the latest version/u
      )
      const live = yield* raw.request("GET", configMaps(namespace, "a"))
      assert.deepEqual(at(live.body, "data"), { x: "2" })
    })
  },
  {
    name: "a replace that changes nothing keeps the resourceVersion",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const made = yield* raw.request("POST", configMaps(namespace), { body: configMap("a", { x: "1" }) })
      const again = yield* raw.request("PUT", configMaps(namespace, "a"), { body: made.body })
      assert.equal(again.status, 200)
      assert.equal(at(again.body, "metadata.resourceVersion"), at(made.body, "metadata.resourceVersion"))
    })
  },
  {
    name: "replace of what is not there is NotFound for a custom resource",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const answer = yield* raw.request("PUT", widgets(namespace, "gone"), {
        body: widget("gone", {}, { resourceVersion: "1" })
      })
      assert.equal(answer.status, 404)
      assert.equal(answer.body["reason"], "NotFound")
      assert.equal(answer.body["message"], 'widgets.contract.example.com "gone" not found')
    })
  },
  {
    name: "a replace with another uid is a Conflict",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      yield* raw.request("POST", configMaps(namespace), { body: configMap("a") })
      const answer = yield* raw.request("PUT", configMaps(namespace, "a"), {
        body: configMap("a", { x: "1" }, { uid: "00000000-0000-0000-0000-000000000000" })
      })
      assert.equal(answer.status, 409)
    })
  },
  {
    name: "a merge patch sets, and removes with null",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      yield* raw.request("POST", configMaps(namespace), { body: configMap("a", { x: "1", y: "1" }) })
      const patched = yield* raw.request("PATCH", configMaps(namespace, "a"), {
        body: { data: { x: null, z: "2" } },
        contentType: "application/merge-patch+json"
      })
      assert.equal(patched.status, 200)
      assert.deepEqual(at(patched.body, "data"), { y: "1", z: "2" })
    })
  },
  {
    name: "a merge patch of what is not there is NotFound",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const answer = yield* raw.request("PATCH", configMaps(namespace, "gone"), {
        body: { data: { x: "1" } },
        contentType: "application/merge-patch+json"
      })
      assert.equal(answer.status, 404)
    })
  },
  {
    name: "a patch with an old resourceVersion is a Conflict",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const made = yield* raw.request("POST", configMaps(namespace), { body: configMap("a") })
      yield* raw.request("PUT", configMaps(namespace, "a"), { body: configMap("a", { x: "1" }) })
      const answer = yield* raw.request("PATCH", configMaps(namespace, "a"), {
        body: { metadata: { resourceVersion: at(made.body, "metadata.resourceVersion") }, data: { x: "2" } },
        contentType: "application/merge-patch+json"
      })
      assert.equal(answer.status, 409)
    })
  },
  {
    name: "dry run answers as if, and keeps nothing",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const tried = yield* raw.request("POST", `${widgets(namespace)}?dryRun=All`, { body: widget("a") })
      assert.equal(tried.status, 201)
      assert.equal(at(tried.body, "spec.size"), 1)
      assert.equal((yield* raw.request("GET", widgets(namespace, "a"))).status, 404)
    })
  },
  {
    name: "the generation counts changes of spec, not of metadata or status",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      yield* raw.request("POST", widgets(namespace), { body: widget("a") })
      const merge = (body: object, rest = "") =>
        raw.request("PATCH", widgets(namespace, "a", rest), { body, contentType: "application/merge-patch+json" })
      assert.equal(at((yield* merge({ metadata: { labels: { x: "1" } } })).body, "metadata.generation"), 1)
      assert.equal(at((yield* merge({ status: { seen: 1 } }, "/status")).body, "metadata.generation"), 1)
      assert.equal(at((yield* merge({ spec: { size: 2 } })).body, "metadata.generation"), 2)
    })
  },
  {
    name: "the main resource does not write status, the status subresource does not write spec",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const made = yield* raw.request("POST", widgets(namespace), {
        body: { ...widget("a", { size: 3 }), status: { seen: 9 } }
      })
      assert.equal(at(made.body, "status"), undefined)
      const status = yield* raw.request("PUT", widgets(namespace, "a", "/status"), {
        body: { ...made.body, spec: { size: 50 }, status: { seen: 4 } }
      })
      assert.equal(status.status, 200)
      assert.equal(at(status.body, "spec.size"), 3)
      assert.deepEqual(at(status.body, "status"), { seen: 4 })
      const main = yield* raw.request("PUT", widgets(namespace, "a"), {
        body: { ...status.body, status: { seen: 5 }, spec: { size: 6 } }
      })
      assert.equal(at(main.body, "spec.size"), 6)
      assert.deepEqual(at(main.body, "status"), { seen: 4 })
    })
  }
]
