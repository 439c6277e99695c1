import * as Effect from "effect/Effect"
import assert from "node:assert/strict"
import type { Json } from "../RawClient.ts"
import { at, type ContractCase, type Ground, widget, widgets } from "./Case.ts"

const create = ({ raw, namespace }: Ground, spec: Json, query = "") =>
  raw.request("POST", `${widgets(namespace)}${query}`, { body: widget("a", spec) })

/** A case of a spec that is refused for one field; `message` is what the server says of it. */
const refused = (name: string, spec: Json, field: string, message: RegExp): ContractCase => ({
  name,
  run: Effect.fnUntraced(function* (ground: Ground) {
    const answer = yield* create(ground, spec)
    assert.equal(answer.status, 422, answer.text)
    assert.equal(answer.body["reason"], "Invalid")
    const causes = at(answer.body, "details.causes")
    assert.ok(Array.isArray(causes))
    const cause: unknown = causes.find((cause) => at(cause, "field") === field)
    assert.ok(cause !== undefined, `no cause for ${field}: ${answer.text}`)
    assert.match(String(at(cause, "message")), message)
  })
})

/** Pruning, defaults, validation and CEL rules of custom resources. */
export const schema: ReadonlyArray<ContractCase> = [
  {
    name: "unknown fields are pruned, below preserve-unknown-fields they stay",
    run: Effect.fnUntraced(function* (ground) {
      const made = yield* create(ground, { bogus: 1, free: { any: { thing: [1] } } })
      assert.deepEqual(at(made.body, "spec"), { size: 1, free: { any: { thing: [1] } } })
    })
  },
  {
    name: "fieldValidation=Strict refuses unknown fields by name",
    run: Effect.fnUntraced(function* (ground) {
      const answer = yield* create(ground, { bogus: 1 }, "?fieldValidation=Strict")
      assert.equal(answer.status, 400)
      assert.match(String(answer.body["message"]), /unknown field "spec\.bogus"/u)
    })
  },
  {
    name: "defaults reach into the items of lists",
    run: Effect.fnUntraced(function* (ground) {
      const made = yield* create(ground, { parts: [{ name: "x" }, { name: "y", weight: 1 }] })
      assert.deepEqual(at(made.body, "spec.parts"), [
        { name: "x", weight: 7 },
        { name: "y", weight: 1 }
      ])
    })
  },
  {
    name: "null is kept where the schema says nullable, and dropped before defaulting where it does not",
    run: Effect.fnUntraced(function* (ground) {
      const made = yield* create(ground, { maybe: null, size: null })
      assert.deepEqual(at(made.body, "spec"), { maybe: null, size: 1 })
    })
  },
  {
    name: "an int-or-string takes both",
    run: Effect.fnUntraced(function* (ground) {
      assert.equal((yield* create(ground, { port: 80 }, "?dryRun=All")).status, 201)
      assert.equal((yield* create(ground, { port: "http" })).status, 201)
    })
  },
  refused(
    "a wrong type is refused",
    { color: 5 },
    "spec.color",
    /spec\.color in body must be of type string: "integer"/u
  ),
  refused(
    "a value outside an enum is refused with the values that are in it",
    { color: "blue" },
    "spec.color",
    /Unsupported value: "blue": supported values: "red", "green"/u
  ),
  refused(
    "a number above the maximum is refused",
    { size: 101 },
    "spec.size",
    /Invalid value: 101: spec\.size in body should be less than or equal to 100/u
  ),
  refused(
    "a number below the minimum is refused",
    { size: -1 },
    "spec.size",
    /Invalid value: -1: spec\.size in body should be greater than or equal to 0/u
  ),
  refused(
    "a text that does not match its pattern is refused",
    { code: "A1" },
    "spec.code",
    /Invalid value: "A1": spec\.code in body should match '\^\[a-z\]\+\$'/u
  ),
  refused(
    "a text that is too long is refused",
    { code: "abcdef" },
    "spec.code",
    /Too long: may not be more than 5 bytes/u
  ),
  refused(
    "a required field of an item is demanded by its index",
    { parts: [{ weight: 1 }] },
    "spec.parts[0].name",
    /Required value/u
  ),
  refused(
    "a list that is too long is refused",
    { tags: ["a", "b", "c", "d", "e"] },
    "spec.tags",
    /Too many: 5: must have at most 4 items/u
  ),
  refused("a set holds a value once", { tags: ["a", "a"] }, "spec.tags[1]", /Duplicate value: "a"/u),
  refused(
    "a map list holds a key once",
    { parts: [{ name: "x" }, { name: "x" }] },
    "spec.parts[1]",
    /Duplicate value: \{"name":"x"\}/u
  ),
  refused(
    "a rule on fields that go together is enforced",
    { first: "x" },
    "spec",
    /Invalid value: first and second go together/u
  ),
  {
    name: "a rule with oldSelf refuses a change, not the first value",
    run: Effect.fnUntraced(function* (ground) {
      const { namespace, raw } = ground
      assert.equal((yield* create(ground, { fixed: "x" })).status, 201)
      const merge = (spec: Json) =>
        raw.request("PATCH", widgets(namespace, "a"), { body: { spec }, contentType: "application/merge-patch+json" })
      const changed = yield* merge({ fixed: "y" })
      assert.equal(changed.status, 422)
      assert.match(String(changed.body["message"]), /spec\.fixed: Invalid value: .*fixed is immutable/u)
      assert.equal((yield* merge({ fixed: "x", size: 2 })).status, 200)
      assert.equal((yield* merge({ fixed: null })).status, 200)
    })
  },
  {
    name: "all faults of the schema are named at once, and that rules were not run",
    run: Effect.fnUntraced(function* (ground) {
      const answer = yield* create(ground, { size: 101, color: "blue" })
      const causes = at(answer.body, "details.causes")
      assert.ok(Array.isArray(causes))
      assert.deepEqual(
        new Set(causes.map((cause) => at(cause, "field"))),
        new Set(["<nil>", "spec.color", "spec.size"])
      )
    })
  }
]
