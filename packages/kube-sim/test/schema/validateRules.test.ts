import { describe, expect, it } from "vitest"
import type { StructuralSchema, ValidationRule } from "../../src/schema/StructuralSchema.ts"
import { compileRules } from "../../src/schema/validateRules.ts"
import { fieldsOf, kindOf, objectOf, texts } from "./customObject.ts"

const text: StructuralSchema = { type: "string" }
const integer: StructuralSchema = { type: "integer" }
const withRules = (schema: StructuralSchema, ...rules: ReadonlyArray<ValidationRule>): StructuralSchema => ({
  ...schema,
  "x-kubernetes-validations": rules
})
const specWith = (properties: Readonly<Record<string, StructuralSchema>>, rule: string): StructuralSchema =>
  kindOf(withRules({ type: "object", properties }, { rule, message: "broken" }))

const errorsOf = (schema: StructuralSchema, spec: unknown, old?: unknown) =>
  texts((compileRules(schema) ?? (() => []))(objectOf(spec), old === undefined ? undefined : objectOf(old)))

describe("compileRules evaluates", () => {
  const fields = { a: integer, b: integer, name: text, list: { type: "array", items: text }, d: { type: "number" } }
  const cases: ReadonlyArray<readonly [rule: string, accepted: unknown, refused: unknown]> = [
    ["self.a <= self.b", { a: 1, b: 2 }, { a: 2, b: 1 }],
    ["self.a * 2 == self.b", { a: 1, b: 2 }, { a: 1, b: 1 }],
    ["!has(self.name) || self.name != ''", {}, { name: "" }],
    ["has(self.a) ? self.a > 0 : true", {}, { a: 0 }],
    ["size(self.list) < 2", { list: ["x"] }, { list: ["x", "y"] }],
    ["self.list.all(x, x.startsWith('mesh-'))", { list: ["mesh-a"] }, { list: ["mesh-a", "b"] }],
    ["self.list.exists(x, x == self.name)", { list: ["a", "b"], name: "b" }, { list: ["a"], name: "b" }],
    ["self.list.exists_one(x, x == 'a')", { list: ["a", "b"] }, { list: ["a", "a"] }],
    ["self.list.filter(x, x != 'a').map(x, size(x)).all(n, n == 2)", { list: ["a", "bb"] }, { list: ["b"] }],
    ["self.name in ['a', 'b']", { name: "a" }, { name: "c" }],
    ["self.name.matches('^[a-z]+$')", { name: "a" }, { name: "A" }],
    ["self.name.lowerAscii() == self.name", { name: "a" }, { name: "A" }],
    ["self.d > 0.5", { d: 1 }, { d: 0.25 }],
    ["isIP(self.name)", { name: "10.0.0.1" }, { name: "gateway.example.org" }],
    ["url(self.name).getScheme() == 'https'", { name: "https://x/y" }, { name: "http://x/y" }]
  ]
  it.each(cases)("%s", (rule, accepted, refused) => {
    expect(errorsOf(specWith(fields, rule), accepted)).toEqual([])
    expect(errorsOf(specWith(fields, rule), refused)).toEqual(["spec: Invalid value: broken"])
  })
})

describe("compileRules", () => {
  it("knows name and type at the root, whatever the schema says", () => {
    const schema = withRules(fieldsOf({}), { rule: "self.metadata.name == self.kind.lowerAscii()", message: "no" })
    expect(errorsOf(schema, {})).toEqual(["<nil>: Invalid value: no"])
  })
  it("runs rules of items and map values, and shows small values", () => {
    const small = withRules(integer, { rule: "self < 3", message: "too much" })
    const schema = fieldsOf({
      list: { type: "array", items: small },
      map: { type: "object", additionalProperties: small }
    })
    expect(errorsOf(schema, { list: [1, 5], map: { k: 7 } })).toEqual([
      "spec.list[1]: Invalid value: 5: too much",
      "spec.map[k]: Invalid value: 7: too much"
    ])
  })
  it("does not run a transition rule on a creation", () => {
    const schema = fieldsOf({ a: withRules(text, { rule: "self == oldSelf", message: "immutable" }) })
    expect(errorsOf(schema, { a: "x" })).toEqual([])
    expect(errorsOf(schema, { a: "x" }, {})).toEqual([])
    expect(errorsOf(schema, { a: "y" }, { a: "x" })).toEqual(['spec.a: Invalid value: "y": immutable'])
  })
  it("compares objects as wholes", () => {
    const side: StructuralSchema = {
      type: "object",
      properties: { name: text, ports: { type: "array", items: integer } }
    }
    const schema = fieldsOf({ side: withRules(side, { rule: "self == oldSelf", message: "frozen" }) })
    const old = { side: { name: "a", ports: [1] } }
    expect(errorsOf(schema, { side: { ports: [1], name: "a" } }, old)).toEqual([])
    expect(errorsOf(schema, { side: { name: "a", ports: [2] } }, old)).toEqual(["spec.side: Invalid value: frozen"])
  })
  it("finds the old item of a keyed list by its key", () => {
    const item = withRules(
      { type: "object", properties: { name: text, n: integer } },
      { rule: "self.n >= oldSelf.n", message: "shrinks" }
    )
    const list: StructuralSchema = {
      type: "array",
      items: item,
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["name"]
    }
    const old = {
      list: [
        { name: "a", n: 5 },
        { name: "b", n: 1 }
      ]
    }
    expect(
      errorsOf(
        fieldsOf({ list }),
        {
          list: [
            { name: "b", n: 2 },
            { name: "c", n: 0 },
            { name: "a", n: 4 }
          ]
        },
        old
      )
    ).toEqual(["spec.list[2]: Invalid value: shrinks"])
  })
  it("does not hold a broken rule against an update that leaves the value alone", () => {
    const schema = fieldsOf({ a: withRules(integer, { rule: "self < 3", message: "too much" }), b: integer })
    expect(errorsOf(schema, { a: 5, b: 2 }, { a: 5, b: 1 })).toEqual([])
  })
  it("reads dates as times and escaped names as fields", () => {
    const schema = specWith(
      { since: { type: "string", format: "date-time" }, namespace: text, "east-west": text },
      "self.since < timestamp('2026-01-01T00:00:00Z') && self.__namespace__ == self.namespace && has(self.east__dash__west)"
    )
    expect(errorsOf(schema, { since: "2025-01-01T00:00:00Z", namespace: "a", "east-west": "b" })).toEqual([])
  })
  it("gives messageExpression, reason, or the rule itself as the cause", () => {
    const rules: ReadonlyArray<ValidationRule> = [
      { rule: "self.a < 3", messageExpression: "'a is ' + string(self.a)" },
      { rule: "self.a < 4", message: "not so many", reason: "FieldValueForbidden" },
      { rule: "self.a < 5" }
    ]
    const schema = kindOf(withRules({ type: "object", properties: { a: integer } }, ...rules))
    expect(errorsOf(schema, { a: 7 })).toEqual([
      "spec: Invalid value: a is 7",
      "spec: Forbidden: not so many",
      "spec: Invalid value: failed rule: self.a < 5"
    ])
  })
  it("says when a rule fails to evaluate", () => {
    expect(errorsOf(specWith({ a: integer }, "self.a > 1"), {})).toEqual([
      'spec: Invalid value: "object": no such key: a evaluating rule: broken'
    ])
  })
  it("never takes a rule that does not compile as kept", () => {
    expect(errorsOf(specWith({ a: integer }, "self.a.isSorted()"), { a: 1 })[0]).toContain("rule compile error")
  })
})
