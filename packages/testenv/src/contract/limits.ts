import * as Effect from "effect/Effect"
import assert from "node:assert/strict"
import type { Json } from "../RawClient.ts"
import { apply, at, type ContractCase, configMap, configMaps, type Ground, widget, widgets } from "./Case.ts"

/** About so many KiB of fields. */
const filled = (kibibytes: number): Json =>
  Object.fromEntries(Array.from({ length: kibibytes }, (_, index) => [`k${index}`, "x".repeat(1010)]))

const refusedMetadata = (name: string, metadata: Json, field: string, message: RegExp): ContractCase => ({
  name,
  run: Effect.fnUntraced(function* ({ raw, namespace }: Ground) {
    for (const [path, body] of [
      [widgets(namespace), widget("a", {}, metadata)],
      [configMaps(namespace), configMap("a", {}, metadata)]
    ] as const) {
      const answer = yield* raw.request("POST", path, { body })
      assert.equal(answer.status, 422, answer.text)
      const causes = at(answer.body, "details.causes")
      assert.ok(Array.isArray(causes))
      const cause: unknown = causes.find((one) => at(one, "field") === field)
      assert.match(String(at(cause, "message")), message)
    }
  })
})

const owner = (name: string): Json => ({ apiVersion: "v1", kind: "ConfigMap", name, uid: name, controller: true })

/** Sizes, names, labels. */
export const limits: ReadonlyArray<ContractCase> = [
  {
    name: "an object of one MiB is kept, one above two MiB is not, a request above three is not read",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const create = (name: string, kibibytes: number) =>
        raw.request("POST", widgets(namespace), { body: widget(name, { free: filled(kibibytes) }) })
      assert.equal((yield* create("a", 1024)).status, 201)
      const large = yield* create("b", 2500)
      assert.equal(large.status, 500)
      assert.match(String(large.body["message"]), /ResourceExhausted desc = trying to send message larger than max/u)
      const larger = yield* create("c", 3200)
      assert.equal(larger.status, 413)
      assert.equal(larger.body["reason"], "RequestEntityTooLarge")
      assert.equal(larger.body["message"], "Request entity too large: limit is 3145728")
    })
  },
  {
    name: "an apply that is too large is refused in the same words",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const applied = (kibibytes: number) =>
        apply(raw, widgets(namespace, "a"), "one", widget("a", { free: filled(kibibytes) }))
      assert.equal((yield* applied(2500)).status, 500)
      assert.equal((yield* applied(3200)).status, 413)
    })
  },
  {
    name: "the data of a ConfigMap may be one MiB",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const answer = yield* raw.request("POST", configMaps(namespace), { body: configMap("a", filled(1050)) })
      assert.equal(answer.status, 422)
      assert.match(String(answer.body["message"]), /Too long: may not be more than 1048576 bytes/u)
    })
  },
  {
    name: "a name of 253 characters is kept, one of 254 is not",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const create = (length: number) => raw.request("POST", widgets(namespace), { body: widget("a".repeat(length)) })
      assert.equal((yield* create(253)).status, 201)
      const long = yield* create(254)
      assert.equal(long.status, 422)
      assert.match(String(long.body["message"]), /must be no more than 253 characters/u)
    })
  },
  {
    name: "a namespace has the name of a label",
    run: Effect.fnUntraced(function* ({ raw }) {
      const answer = yield* raw.request("POST", "/api/v1/namespaces", {
        body: { apiVersion: "v1", kind: "Namespace", metadata: { name: "a".repeat(64) } }
      })
      assert.equal(answer.status, 422)
      assert.match(String(answer.body["message"]), /must be no more than 63 characters/u)
    })
  },
  refusedMetadata(
    "a label's key of 64 characters is refused",
    { labels: { ["a".repeat(64)]: "x" } },
    "metadata.labels",
    /name part must be no more than 63 bytes/u
  ),
  refusedMetadata(
    "a label's value of 64 characters is refused",
    { labels: { a: "b".repeat(64) } },
    "metadata.labels",
    /must be no more than 63 bytes/u
  ),
  refusedMetadata(
    "annotations of more than 256 KiB are refused",
    { annotations: { a: "x".repeat(256 * 1024) } },
    "metadata.annotations",
    /Too long: may not be more than 262144 bytes/u
  ),
  refusedMetadata(
    "a finalizer that is no qualified name is refused",
    { finalizers: ["Not A Name/x"] },
    "metadata.finalizers",
    /prefix part a lowercase RFC 1123 subdomain must consist/u
  ),
  refusedMetadata(
    "an owner without a uid is refused",
    { ownerReferences: [{ apiVersion: "v1", kind: "ConfigMap", name: "x" }] },
    "metadata.ownerReferences[0].uid",
    /Required value: must not be empty/u
  ),
  refusedMetadata(
    "two controlling owners are refused",
    { ownerReferences: [owner("x"), owner("y")] },
    "metadata.ownerReferences",
    /Only one reference can have Controller set to true/u
  ),
  {
    name: "a label that is no text cannot be read",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const answer = yield* raw.request("POST", widgets(namespace), { body: widget("a", {}, { labels: { a: 5 } }) })
      assert.equal(answer.status, 400)
      assert.match(String(answer.body["message"]), /cannot unmarshal number into Go struct field ObjectMeta\.labels/u)
    })
  }
]
