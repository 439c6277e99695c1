import * as Effect from "effect/Effect"
import assert from "node:assert/strict"
import type { Json } from "../RawClient.ts"
import { at, type ContractCase, configMap, configMaps, type Ground, widget, widgets } from "./Case.ts"

const patched = ({ raw, namespace }: Ground, operations: ReadonlyArray<Json>) =>
  raw.request("PATCH", widgets(namespace, "a"), { body: operations, contentType: "application/json-patch+json" })

const merged = ({ raw, namespace }: Ground, body: unknown) =>
  raw.request("PATCH", widgets(namespace, "a"), { body, contentType: "application/merge-patch+json" })

const withWidget = ({ raw, namespace }: Ground) =>
  raw.request("POST", widgets(namespace), { body: widget("a", { size: 2, tags: ["a"], labels: { x: "1" } }) })

const deployments = (namespace: string): string => `/apis/apps/v1/namespaces/${namespace}/deployments`

const deployment = (containers: ReadonlyArray<Json>): Json => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "a" },
  spec: {
    selector: { matchLabels: { app: "a" } },
    template: { metadata: { labels: { app: "a" } }, spec: { containers } }
  }
})

const strategic = ({ raw, namespace }: Ground, spec: Json) =>
  raw.request("PATCH", `${deployments(namespace)}/a`, {
    body: { spec: { template: { spec } } },
    contentType: "application/strategic-merge-patch+json"
  })

/** JSON patch, strategic merge patch, what no patch may do, and dry runs. */
export const patching: ReadonlyArray<ContractCase> = [
  {
    name: "a JSON patch adds, replaces, removes, moves, copies and appends",
    run: Effect.fnUntraced(function* (ground) {
      yield* withWidget(ground)
      const answer = yield* patched(ground, [
        { op: "test", path: "/spec/size", value: 2 },
        { op: "replace", path: "/spec/size", value: 5 },
        { op: "add", path: "/spec/tags/-", value: "c" },
        { op: "add", path: "/spec/tags/1", value: "b" },
        { op: "remove", path: "/spec/labels/x" },
        { op: "copy", from: "/spec/size", path: "/spec/port" },
        { op: "add", path: "/metadata/annotations", value: { "contract.example.com/a": "1" } },
        { op: "move", from: "/metadata/annotations/contract.example.com~1a", path: "/metadata/annotations/b" }
      ])
      assert.equal(answer.status, 200, answer.text)
      assert.deepEqual(at(answer.body, "spec"), { size: 5, tags: ["a", "b", "c"], labels: {}, port: 5 })
      assert.deepEqual(at(answer.body, "metadata.annotations"), { b: "1" })
    })
  },
  {
    name: "a JSON patch that fails does nothing, and is Invalid",
    run: Effect.fnUntraced(function* (ground) {
      yield* withWidget(ground)
      const failing: ReadonlyArray<Json> = [
        { op: "test", path: "/spec/size", value: 7 },
        { op: "remove", path: "/spec/nothing" },
        { op: "replace", path: "/spec/nothing/x", value: 1 },
        { op: "test", path: "/metadata/resourceVersion", value: "1" }
      ]
      for (const operation of failing) {
        const answer = yield* patched(ground, [{ op: "replace", path: "/spec/size", value: 9 }, operation])
        assert.equal(answer.status, 422, answer.text)
        assert.equal(answer.body["message"], "the server rejected our request due to an error in our request")
      }
      assert.equal(at((yield* ground.raw.request("GET", widgets(ground.namespace, "a"))).body, "spec.size"), 2)
    })
  },
  {
    name: "what is no list of operations, and a merge patch that is a list, are bad requests",
    run: Effect.fnUntraced(function* (ground) {
      const { namespace, raw } = ground
      yield* withWidget(ground)
      const contentType = "application/json-patch+json"
      const object = yield* raw.request("PATCH", widgets(namespace, "a"), { body: { op: "remove" }, contentType })
      for (const answer of [object, yield* merged(ground, [1])]) {
        assert.equal(answer.status, 400, answer.text)
        assert.match(String(answer.body["message"]), /^error decoding patch: json: cannot unmarshal/u)
      }
    })
  },
  {
    name: "a custom resource takes no strategic merge patch",
    run: Effect.fnUntraced(function* (ground) {
      yield* withWidget(ground)
      const answer = yield* ground.raw.request("PATCH", widgets(ground.namespace, "a"), {
        body: { spec: { size: 3 } },
        contentType: "application/strategic-merge-patch+json"
      })
      assert.equal(answer.status, 415)
    })
  },
  {
    name: "no patch renames, moves or turns an object into another kind",
    run: Effect.fnUntraced(function* (ground) {
      yield* withWidget(ground)
      assert.equal((yield* merged(ground, { metadata: { name: "b" } })).status, 400)
      assert.equal((yield* merged(ground, { metadata: { namespace: "elsewhere" } })).status, 400)
      const kind = yield* merged(ground, { kind: "Other" })
      assert.equal(kind.status, 422)
      assert.match(String(kind.body["message"]), /kind: Invalid value: "Other": must be Widget/u)
      const uid = yield* merged(ground, { metadata: { uid: "x" } })
      assert.equal(uid.status, 422)
      assert.match(String(uid.body["message"]), /metadata\.uid: Invalid value: "x": field is immutable/u)
    })
  },
  {
    name: "a strategic merge patch merges containers and variables by name, and deletes by directive",
    run: Effect.fnUntraced(function* (ground) {
      const env = [
        { name: "A", value: "1" },
        { name: "B", value: "2" }
      ]
      yield* ground.raw.request("POST", deployments(ground.namespace), {
        body: deployment([{ name: "one", image: "x:1", env }])
      })
      const both = yield* strategic(ground, {
        containers: [
          { name: "one", env: [{ name: "B", value: "3" }] },
          { name: "two", image: "y:1" }
        ]
      })
      assert.equal(both.status, 200, both.text)
      const containers = at(both.body, "spec.template.spec.containers")
      assert.deepEqual(at(containers, "0.env"), [
        { name: "A", value: "1" },
        { name: "B", value: "3" }
      ])
      assert.equal(at(containers, "1.image"), "y:1")
      const less = yield* strategic(ground, { containers: [{ name: "one", $patch: "delete" }] })
      assert.equal(at(less.body, "spec.template.spec.containers.0.name"), "two")
      const sorted = yield* strategic(ground, {
        "$setElementOrder/containers": [{ name: "new" }, { name: "two" }],
        containers: [{ name: "new", image: "z:1" }]
      })
      assert.equal(at(sorted.body, "spec.template.spec.containers.0.name"), "new")
    })
  },
  {
    name: "a patch that makes a value of another type is Invalid as a patch",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      yield* raw.request("POST", configMaps(namespace), { body: configMap("a", { x: "1" }) })
      const answer = yield* raw.request("PATCH", configMaps(namespace, "a"), {
        body: { data: { x: 5 } },
        contentType: "application/merge-patch+json"
      })
      assert.equal(answer.status, 422)
      assert.equal(at(answer.body, "details.causes.0.field"), "patch")
      assert.match(
        String(answer.body["message"]),
        /json: cannot unmarshal number into Go struct field ConfigMap\.data of type string/u
      )
    })
  },
  {
    name: "dry run of replace, patch, apply and delete keeps nothing",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const path = configMaps(namespace, "a")
      const made = yield* raw.request("POST", configMaps(namespace), { body: configMap("a", { x: "1" }) })
      const body = configMap("a", { x: "2" })
      const tries = [
        yield* raw.request("PUT", `${path}?dryRun=All`, { body }),
        yield* raw.request("PATCH", `${path}?dryRun=All`, { body, contentType: "application/merge-patch+json" }),
        yield* raw.request("PATCH", `${path}?dryRun=All&fieldManager=other&force=true`, {
          body,
          contentType: "application/apply-patch+yaml"
        })
      ]
      for (const answer of tries) {
        assert.equal(answer.status, 200, answer.text)
        assert.equal(at(answer.body, "data.x"), "2")
      }
      assert.equal((yield* raw.request("DELETE", `${path}?dryRun=All`)).status, 200)
      assert.deepEqual((yield* raw.request("GET", path)).body, made.body)
    })
  }
]
