import * as Effect from "effect/Effect"
import assert from "node:assert/strict"
import type { Json } from "../RawClient.ts"
import { apply, at, type ContractCase, configMap, configMaps, type Ground, widget, widgets } from "./Case.ts"

const core = (namespace: string, plural: string): string => `/api/v1/namespaces/${namespace}/${plural}`
const service = (name: string, spec: Json): Json => ({ apiVersion: "v1", kind: "Service", metadata: { name }, spec })
const secret = (name: string, more: Json): Json => ({ apiVersion: "v1", kind: "Secret", metadata: { name }, ...more })
const table = "application/json;as=Table;v=v1;g=meta.k8s.io"

const refused = (name: string, plural: string, body: Json, status: number, message: RegExp): ContractCase => ({
  name,
  run: Effect.fnUntraced(function* ({ raw, namespace }: Ground) {
    const answer = yield* raw.request("POST", core(namespace, plural), { body })
    assert.equal(answer.status, status, answer.text)
    assert.match(String(answer.body["message"]), message)
  })
})

const event = (name: string, involved: string, namespace: string): Json => ({
  apiVersion: "v1",
  kind: "Event",
  metadata: { name },
  involvedObject: { apiVersion: "v1", kind: "ConfigMap", name: involved, namespace },
  reason: "Seen",
  message: "seen",
  type: "Normal",
  source: { component: "contract" }
})

/** Built-in kinds: what they refuse, default and show. */
export const builtin: ReadonlyArray<ContractCase> = [
  {
    name: "an unknown field is dropped with a warning, and refused when validation is strict",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      for (const [path, body, field] of [
        [configMaps(namespace), { ...configMap("a"), bogus: 1 }, "bogus"],
        [widgets(namespace), widget("a", { bogus: 1 }), "spec.bogus"]
      ] as const) {
        const warned = yield* raw.request("POST", path, { body })
        assert.equal(warned.status, 201, warned.text)
        assert.ok(
          warned.warnings.some((warning) => warning.includes(`unknown field \\"${field}\\"`)),
          path
        )
        const silent = yield* raw.request("POST", `${path}?fieldValidation=Ignore&dryRun=All`, {
          body: { ...body, metadata: { name: "b" } }
        })
        assert.deepEqual([silent.status, silent.warnings], [201, []])
        const strict = yield* raw.request("POST", `${path}?fieldValidation=Strict`, {
          body: { ...body, metadata: { name: "c" } }
        })
        assert.equal(strict.status, 400)
        assert.ok(String(strict.body["message"]).includes(`strict decoding error: unknown field "${field}"`))
      }
    })
  },
  refused(
    "a value of another type cannot be read",
    "configmaps",
    configMap("a", { x: 5 }),
    400,
    /cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap\.data of type string/u
  ),
  refused(
    "another kind than the path's is refused",
    "configmaps",
    { ...configMap("a"), kind: "Secret" },
    400,
    /^Secret in version "v1" cannot be handled as a ConfigMap/u
  ),
  refused(
    "a key of a ConfigMap is a file's name",
    "configmaps",
    configMap("a", { "not a key": "x" }),
    422,
    /data\[not a key\]: Invalid value: "not a key": a valid config key must consist/u
  ),
  refused(
    "the data of a Secret are Base64",
    "secrets",
    secret("a", { data: { x: "%%%" } }),
    400,
    /illegal base64 data at input byte 0/u
  ),
  refused(
    "a Secret for TLS has certificate and key",
    "secrets",
    secret("a", { type: "kubernetes.io/tls" }),
    422,
    /data\[tls\.crt\]: Required value, data\[tls\.key\]: Required value/u
  ),
  refused("a Service has ports", "services", service("a", {}), 422, /spec\.ports: Required value/u),
  refused(
    "of several ports each has a name",
    "services",
    service("a", { ports: [{ port: 80, name: "a" }, { port: 81 }] }),
    422,
    /spec\.ports\[1\]\.name: Required value/u
  ),
  {
    name: "an Event is about an object of its own namespace",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const answer = yield* raw.request("POST", core(namespace, "events"), { body: event("a", "x", "elsewhere") })
      assert.equal(answer.status, 422)
      assert.match(String(answer.body["message"]), /does not match event\.namespace/u)
    })
  },
  {
    name: "Events are selected by what they are about, why, and who says so",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      for (const name of ["a", "b"]) {
        yield* raw.request("POST", core(namespace, "events"), { body: event(name, `about-${name}`, namespace) })
      }
      const count = (selector: string) =>
        Effect.map(
          raw.request("GET", `${core(namespace, "events")}?fieldSelector=${encodeURIComponent(selector)}`),
          ({ body }) => {
            const items = at(body, "items")
            return Array.isArray(items) ? items.length : undefined
          }
        )
      assert.equal(yield* count("involvedObject.name=about-a,involvedObject.kind=ConfigMap"), 1)
      assert.equal(yield* count("reason=Seen,type=Normal,source=contract"), 2)
      assert.equal(yield* count("type!=Normal"), 0)
      assert.equal(yield* count("message=seen"), undefined)
    })
  },
  {
    name: "a Service gets an address, families, and target ports; one for the outside a port on each node",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const body = service("a", { type: "LoadBalancer", ports: [{ port: 80 }], selector: { app: "a" } })
      const made = yield* raw.request("POST", core(namespace, "services"), { body })
      const spec = at(made.body, "spec")
      assert.equal(at(spec, "clusterIP"), at(spec, "clusterIPs.0"))
      assert.match(String(at(spec, "clusterIP")), /^10\./u)
      assert.deepEqual([at(spec, "ipFamilyPolicy"), at(spec, "ipFamilies")], ["SingleStack", ["IPv4"]])
      assert.deepEqual([at(spec, "ports.0.protocol"), at(spec, "ports.0.targetPort")], ["TCP", 80])
      assert.ok(Number(at(spec, "ports.0.nodePort")) >= 30_000)
      assert.deepEqual([at(spec, "internalTrafficPolicy"), at(spec, "externalTrafficPolicy")], ["Cluster", "Cluster"])
      const again = yield* raw.request("PUT", `${core(namespace, "services")}/a`, { body })
      assert.equal(at(again.body, "spec.clusterIP"), at(spec, "clusterIP"))
      assert.equal(at(again.body, "spec.ports.0.nodePort"), at(spec, "ports.0.nodePort"))
    })
  },
  {
    name: "a table of a built-in kind has the columns that kubectl shows",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      yield* raw.request("POST", core(namespace, "services"), {
        body: service("a", { ports: [{ port: 80 }], selector: { app: "a" } })
      })
      yield* raw.request("POST", core(namespace, "secrets"), { body: secret("a", { stringData: { x: "1" } }) })
      const tableOf = (path: string) =>
        Effect.map(raw.request("GET", path, { accept: table }), ({ body }) => {
          const [columns, cells] = [at(body, "columnDefinitions"), at(body, "rows.0.cells")]
          assert.ok(Array.isArray(columns) && Array.isArray(cells))
          const hidden = new Set(["Age", "Cluster-IP"])
          return columns.flatMap((column, index) => {
            const name = String(at(column, "name"))
            return hidden.has(name) ? [name] : [`${name}: ${JSON.stringify(cells[index])}`]
          })
        })
      assert.deepEqual(yield* tableOf(`${core(namespace, "services")}/a`), [
        'Name: "a"',
        'Type: "ClusterIP"',
        "Cluster-IP",
        'External-IP: "<none>"',
        'Port(s): "80/TCP"',
        "Age",
        'Selector: "app=a"'
      ])
      assert.deepEqual(yield* tableOf(`${core(namespace, "secrets")}/a`), [
        'Name: "a"',
        'Type: "Opaque"',
        "Data: 1",
        "Age"
      ])
      assert.deepEqual(yield* tableOf(`/api/v1/namespaces/${namespace}`), [
        `Name: "${namespace}"`,
        'Status: "Active"',
        "Age"
      ])
      const crd = yield* tableOf("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.contract.example.com")
      assert.deepEqual(crd.slice(0, 3), [
        'Name: "widgets.contract.example.com"',
        'Scope: "Namespaced"',
        'Versions: "v1(storage)"'
      ])
    })
  },
  {
    name: "a map that loses its last key by an apply is left null: gone in a built-in kind, refused in a custom one",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      yield* apply(raw, configMaps(namespace, "a"), "one", configMap("a", { x: "1" }))
      const map = yield* apply(raw, configMaps(namespace, "a"), "one", configMap("a", {}))
      assert.equal(map.status, 200, map.text)
      assert.equal(at(map.body, "data"), undefined)
      yield* apply(raw, widgets(namespace, "a"), "one", widget("a", { labels: { x: "1" } }))
      const custom = yield* apply(raw, widgets(namespace, "a"), "one", widget("a", { labels: {} }))
      assert.equal(custom.status, 422, custom.text)
      assert.match(String(custom.body["message"]), /spec\.labels: Invalid value: "null"/u)
      const without = yield* apply(raw, widgets(namespace, "a"), "one", widget("a", {}))
      assert.equal(without.status, 200, without.text)
      assert.equal(at(without.body, "spec.labels"), undefined)
    })
  },
  {
    name: "an apply of another type, of a key that comes twice, and of no kind is refused before anything is merged",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const attempt = (spec: Json) => apply(raw, widgets(namespace, "a"), "one", widget("a", spec))
      for (const [spec, problem] of [
        [{ size: "x" }, ".spec.size: expected numeric (int or float), got string"],
        [{ tags: "a" }, ".spec.tags: expected list, got &{a}"],
        [{ color: 5 }, ".spec.color: expected string, got &value.valueUnstructured{Value:5}"],
        [{ parts: [{ name: "x" }, { name: "x" }] }, '.spec.parts: duplicate entries for key [name="x"]']
      ] as const) {
        const answer = yield* attempt(spec)
        assert.equal(answer.status, 500, answer.text)
        assert.ok(String(answer.body["message"]).endsWith(problem), answer.text)
      }
      const kindless = yield* apply(raw, widgets(namespace, "a"), "one", { metadata: { name: "a" } })
      assert.equal(kindless.status, 400)
    })
  }
]
