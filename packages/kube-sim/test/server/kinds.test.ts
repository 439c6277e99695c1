import { crdOf } from "../../src/crds/crdOf.ts"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { at, configMap, started, widget, widgets, widgetsPath } from "./support.ts"

const configMaps = "/api/v1/namespaces/default/configmaps"

it.effect("fills defaults in, drops unknown fields with a warning, or refuses them when strict", () =>
  Effect.gen(function* () {
    const { ask } = yield* started({ crds: [widgets] })
    const body = widget("a", { size: 1, sizze: 2 })
    const warned = yield* ask("POST", widgetsPath, { body })
    assert.deepStrictEqual(warned.body["spec"], { size: 1, color: "red" })
    assert.strictEqual(warned.headers.get("warning"), '299 - "unknown field \\"spec.sizze\\""')
    const strict = yield* ask("POST", `${widgetsPath}?fieldValidation=Strict`, {
      body: { ...body, metadata: { name: "b" } }
    })
    assert.strictEqual(strict.code, 400)
    assert.strictEqual(
      strict.body["message"],
      'Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "spec.sizze"'
    )
  })
)

it.effect("refuses what the schema or a rule refuses, naming the fields", () =>
  Effect.gen(function* () {
    const { ask } = yield* started({ crds: [widgets] })
    const missing = yield* ask("POST", widgetsPath, { body: widget("a", {}) })
    assert.strictEqual(missing.code, 422)
    assert.deepStrictEqual(
      [0, 1].map((cause) => at(missing.body, "details", "causes", cause, "field")),
      // the second says that rules were not run
      ["spec.size", "<nil>"]
    )
    yield* ask("POST", widgetsPath, { body: widget("a", { size: 1, cluster: "east" }) })
    const moved = yield* ask("PATCH", `${widgetsPath}/a`, {
      body: { spec: { cluster: "west" } },
      contentType: "application/merge-patch+json"
    })
    assert.deepStrictEqual(
      [moved.code, at(moved.body, "details", "causes", 0, "field"), moved.body["reason"]],
      [422, "spec.cluster", "Invalid"]
    )
    assert.include(String(moved.body["message"]), "cluster is immutable")
  })
)

it.effect("refuses a CRD that is not structural", () =>
  Effect.gen(function* () {
    const { ask } = yield* started()
    const body = crdOf({ group: "example.com", version: "v1", kind: "Widget", plural: "widgets", spec: {} })
    const refused = yield* ask("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", { body })
    assert.strictEqual(refused.code, 422)
  })
)

it.effect("prints the columns of a kind as a table", () =>
  Effect.gen(function* () {
    const { ask } = yield* started({ crds: [widgets] })
    yield* ask("POST", widgetsPath, { body: widget("a", { size: 3 }) })
    yield* ask("PATCH", `${widgetsPath}/a/status`, {
      body: {
        status: {
          conditions: [
            { type: "Other", status: "False" },
            { type: "Ready", status: "True" }
          ]
        }
      },
      contentType: "application/merge-patch+json"
    })
    yield* TestClock.adjust("3 hours")
    const table = yield* ask("GET", widgetsPath, {
      accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
    })
    assert.strictEqual(table.body["kind"], "Table")
    assert.deepStrictEqual(at(table.body, "rows", 0, "cells"), ["a", 3, "True", "red", "3h"])
    assert.strictEqual(at(table.body, "columnDefinitions", 3, "priority"), 1)
    assert.strictEqual(at(table.body, "rows", 0, "object", "kind"), "PartialObjectMetadata")
  })
)

it.effect("gives metadata alone when asked", () =>
  Effect.gen(function* () {
    const { ask } = yield* started()
    yield* ask("POST", configMaps, { body: configMap("a", { k: "v" }) })
    const accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
    const list = yield* ask("GET", configMaps, { accept })
    assert.deepStrictEqual(Object.keys(at(list.body, "items", 0) ?? {}), ["kind", "apiVersion", "metadata"])
  })
)

it.effect("describes what it serves, both ways of discovery", () =>
  Effect.gen(function* () {
    const { ask } = yield* started({ crds: [widgets] })
    const groups = yield* ask("GET", "/apis")
    assert.include(groups.text, '"groupVersion":"example.com/v1"')
    const resources = yield* ask("GET", "/apis/example.com/v1")
    assert.deepStrictEqual(
      [at(resources.body, "resources", 0, "name"), at(resources.body, "resources", 1, "name")],
      ["widgets", "widgets/status"]
    )
    const aggregated = yield* ask("GET", "/apis", {
      accept: "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
    })
    assert.include(aggregated.text, '"resource":"widgets"')
    assert.strictEqual((yield* ask("GET", "/apis/nobody.example.com/v1")).code, 404)
    const openApi = yield* ask("GET", "/openapi/v3/apis/example.com/v1")
    assert.include(openApi.text, '"x-kubernetes-group-version-kind"')
    assert.strictEqual((yield* ask("GET", "/readyz")).text, "ok")
  })
)

it.effect("says loudly what it does not implement", () =>
  Effect.gen(function* () {
    const { ask } = yield* started()
    const parameter = yield* ask("GET", `${configMaps}?shardSelector=x`)
    assert.strictEqual(parameter.code, 501)
    assert.include(String(parameter.body["message"]), `GET ${configMaps}: parameter shardSelector`)
    const subresource = yield* ask("GET", "/api/v1/namespaces/default/pods/p/log")
    assert.strictEqual(subresource.code, 501)
    assert.strictEqual((yield* ask("PATCH", configMaps, { body: {} })).code, 405)
  })
)

it.effect("counts requests by verb and resource", () =>
  Effect.gen(function* () {
    const { ask, sim } = yield* started()
    yield* ask("GET", configMaps)
    yield* ask("GET", configMaps)
    yield* ask("GET", "/apis/apps/v1/deployments")
    assert.deepStrictEqual(yield* sim.requests, { "list configmaps": 2, "list apps/deployments": 1 })
  })
)
