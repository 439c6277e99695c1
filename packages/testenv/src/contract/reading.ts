import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import assert from "node:assert/strict"
import { at, type ContractCase, configMap, configMaps, step, widget, widgets } from "./Case.ts"

const table = "application/json;as=Table;v=v1;g=meta.k8s.io"
const partial = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
const partialList = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"

const namesOf = (list: unknown): ReadonlyArray<unknown> => {
  const items = at(list, "items")
  return Array.isArray(items) ? items.map((item) => at(item, "metadata.name")) : []
}

/** Get, list, selectors, pages, tables, metadata alone, discovery. */
export const reading: ReadonlyArray<ContractCase> = [
  {
    name: "what is not there is NotFound, with a Status that names it",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const answer = yield* raw.request("GET", configMaps(namespace, "gone"))
      assert.equal(answer.status, 404)
      assert.equal(answer.body["kind"], "Status")
      assert.equal(answer.body["message"], 'configmaps "gone" not found')
      assert.equal(at(answer.body, "details.name"), "gone")
    })
  },
  {
    name: "a kind that is not served is 404 without a Status of an object",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const answer = yield* raw.request("GET", `/apis/nowhere.example.com/v1/namespaces/${namespace}/things`)
      assert.equal(answer.status, 404)
      assert.equal(at(answer.body, "details.name"), undefined)
    })
  },
  {
    name: "a list is sorted by name, has a resourceVersion, and its items lack nothing",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      for (const name of ["b", "a", "c"]) yield* raw.request("POST", widgets(namespace), { body: widget(name) })
      const list = yield* raw.request("GET", widgets(namespace))
      assert.equal(list.body["kind"], "WidgetList")
      assert.deepEqual(namesOf(list.body), ["a", "b", "c"])
      assert.match(String(at(list.body, "metadata.resourceVersion")), /^[0-9]+$/u)
    })
  },
  {
    name: "an empty list is a list",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const list = yield* raw.request("GET", widgets(namespace))
      assert.equal(list.status, 200)
      assert.deepEqual(at(list.body, "items"), [])
    })
  },
  {
    name: "label selectors select: equality, inequality, sets, existence",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const labelled = (name: string, labels: object) =>
        raw.request("POST", configMaps(namespace), {
          body: configMap(name, {}, { labels: { contract: "x", ...labels } })
        })
      yield* labelled("a", { tier: "one" })
      yield* labelled("b", { tier: "two" })
      yield* labelled("c", {})
      const select = (selector: string) =>
        Effect.map(
          raw.request("GET", `${configMaps(namespace)}?labelSelector=${encodeURIComponent(`contract=x,${selector}`)}`),
          (answer) => namesOf(answer.body)
        )
      assert.deepEqual(yield* select("tier=one"), ["a"])
      assert.deepEqual(yield* select("tier!=one"), ["b", "c"])
      assert.deepEqual(yield* select("tier in (one,two)"), ["a", "b"])
      assert.deepEqual(yield* select("tier notin (one)"), ["b", "c"])
      assert.deepEqual(yield* select("tier"), ["a", "b"])
      assert.deepEqual(yield* select("!tier"), ["c"])
    })
  },
  {
    name: "a selector that does not parse is a bad request",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const answer = yield* raw.request("GET", `${configMaps(namespace)}?labelSelector=${encodeURIComponent("a in b")}`)
      assert.equal(answer.status, 400)
    })
  },
  {
    name: "a field selector on the name selects one; on another field of a custom resource it is refused",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      for (const name of ["a", "b"]) yield* raw.request("POST", widgets(namespace), { body: widget(name) })
      const one = yield* raw.request("GET", `${widgets(namespace)}?fieldSelector=metadata.name%3Da`)
      assert.deepEqual(namesOf(one.body), ["a"])
      const other = yield* raw.request("GET", `${widgets(namespace)}?fieldSelector=spec.size%3D1`)
      assert.equal(other.status, 400)
    })
  },
  {
    name: "pages follow each other by continue tokens and say how many remain",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      for (const name of ["a", "b", "c"]) yield* raw.request("POST", widgets(namespace), { body: widget(name) })
      const first = yield* raw.request("GET", `${widgets(namespace)}?limit=2`)
      assert.deepEqual(namesOf(first.body), ["a", "b"])
      assert.equal(at(first.body, "metadata.remainingItemCount"), 1)
      const token = encodeURIComponent(String(at(first.body, "metadata.continue")))
      const second = yield* raw.request("GET", `${widgets(namespace)}?limit=2&continue=${token}`)
      assert.deepEqual(namesOf(second.body), ["c"])
      assert.ok(!at(second.body, "metadata.continue"))
      assert.equal(at(second.body, "metadata.resourceVersion"), at(first.body, "metadata.resourceVersion"))
    })
  },
  {
    name: "a table has the printer columns of the CRD and the metadata of each object",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      yield* raw.request("POST", widgets(namespace), { body: widget("a", { size: 4, color: "red" }) })
      yield* raw.request("PATCH", widgets(namespace, "a", "/status"), {
        body: { status: { conditions: [{ type: "Ready", status: "True" }] } },
        contentType: "application/merge-patch+json"
      })
      const answer = yield* raw.request("GET", widgets(namespace), { accept: table })
      assert.equal(answer.body["kind"], "Table")
      const columns = at(answer.body, "columnDefinitions")
      assert.ok(Array.isArray(columns))
      assert.deepEqual(
        columns.map((column) => [at(column, "name"), at(column, "type"), at(column, "priority")]),
        [
          ["Name", "string", 0],
          ["Size", "integer", 0],
          ["Ready", "string", 0],
          ["Color", "string", 1],
          ["Age", "date", 0]
        ]
      )
      const cells = at(answer.body, "rows.0.cells")
      assert.ok(Array.isArray(cells))
      assert.deepEqual(cells.slice(0, 4), ["a", 4, "True", "red"])
      assert.match(String(cells[4]), /^[0-9]+s$/u)
      assert.equal(at(answer.body, "rows.0.object.kind"), "PartialObjectMetadata")
      assert.equal(at(answer.body, "rows.0.object.metadata.name"), "a")
    })
  },
  {
    name: "metadata alone travels when that is asked for",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      yield* raw.request("POST", configMaps(namespace), {
        body: configMap("a", { x: "1" }, { labels: { contract: "y" } })
      })
      const one = yield* raw.request("GET", configMaps(namespace, "a"), { accept: partial })
      assert.equal(one.body["kind"], "PartialObjectMetadata")
      assert.equal(at(one.body, "data"), undefined)
      const list = yield* raw.request("GET", `${configMaps(namespace)}?labelSelector=contract%3Dy`, {
        accept: partialList
      })
      assert.equal(list.body["kind"], "PartialObjectMetadataList")
      assert.deepEqual(namesOf(list.body), ["a"])
      assert.equal(at(list.body, "items.0.data"), undefined)
    })
  },
  {
    name: "discovery names the kind, its short names and its verbs",
    run: Effect.fnUntraced(function* ({ raw }) {
      const answer = yield* raw.request("GET", "/apis/contract.example.com/v1")
      assert.equal(answer.body["kind"], "APIResourceList")
      const resources = at(answer.body, "resources")
      assert.ok(Array.isArray(resources))
      const widgets: unknown = resources.find((resource) => at(resource, "name") === "widgets")
      assert.equal(at(widgets, "kind"), "Widget")
      assert.equal(at(widgets, "namespaced"), true)
      assert.deepEqual(at(widgets, "shortNames"), ["wdg"])
      assert.ok(resources.some((resource) => at(resource, "name") === "widgets/status"))
    })
  },
  {
    name: "the OpenAPI v3 document of a group has the schema of its kinds",
    run: Effect.fnUntraced(function* ({ raw }) {
      const index = yield* raw.request("GET", "/openapi/v3")
      const path = step(index.body, ["paths", "apis/contract.example.com/v1", "serverRelativeURL"])
      assert.match(String(path), /^\/openapi\/v3\/apis\/contract\.example\.com\/v1/u)
      const document = yield* raw.request("GET", String(path))
      const schemas = at(document.body, "components.schemas")
      assert.ok(Predicate.isReadonlyObject(schemas))
      const widget = Object.values(schemas).find((schema) => {
        const kinds = at(schema, "x-kubernetes-group-version-kind")
        return Array.isArray(kinds) && kinds.some((kind) => at(kind, "kind") === "Widget")
      })
      assert.equal(at(widget, "properties.spec.properties.color.type"), "string")
    })
  }
]
