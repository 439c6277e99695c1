import { describe, expect, it } from "vitest"
import type { StructuralSchema } from "../../src/schema/StructuralSchema.ts"
import { validateSchema } from "../../src/schema/validateSchema.ts"
import { fieldsOf, kindOf, objectOf, texts } from "./customObject.ts"

const errorsOf = (x: StructuralSchema, value: unknown) => texts(validateSchema(fieldsOf({ x }), objectOf({ x: value })))

describe("validateSchema words its errors as kube-apiserver does", () => {
  const cases: ReadonlyArray<readonly [what: string, schema: StructuralSchema, value: unknown, error: string]> = [
    [
      "a wrong type",
      { type: "string" },
      1,
      'spec.x: Invalid value: "integer": spec.x in body must be of type string: "integer"'
    ],
    [
      "a null",
      { type: "string" },
      null,
      'spec.x: Invalid value: "null": spec.x in body must be of type string: "null"'
    ],
    [
      "a list for an object",
      { type: "object" },
      [],
      'spec.x: Invalid value: "array": spec.x in body must be of type object: "array"'
    ],
    [
      "neither integer nor string",
      { "x-kubernetes-int-or-string": true },
      true,
      'spec.x: Invalid value: "boolean": spec.x in body must be of type integer,string: "boolean"'
    ],
    [
      "a value outside an enum",
      { type: "string", enum: ["B", "C"] },
      "a",
      'spec.x: Unsupported value: "a": supported values: "B", "C"'
    ],
    [
      "an integer outside an enum",
      { type: "integer", enum: [1, 2] },
      3,
      'spec.x: Unsupported value: 3: supported values: "1", "2"'
    ],
    [
      "too many items",
      { type: "array", items: { type: "string" }, maxItems: 4 },
      ["a", "b", "c", "d", "e"],
      "spec.x: Too many: 5: must have at most 4 items"
    ],
    [
      "too few items",
      { type: "array", items: { type: "string" }, minItems: 1 },
      [],
      "spec.x: Invalid value: 0: spec.x in body should have at least 1 items"
    ],
    [
      "too many keys",
      { type: "object", additionalProperties: { type: "string" }, maxProperties: 1 },
      { a: "1", b: "2" },
      "spec.x: Too many: 2: must have at most 1 item"
    ],
    [
      "text that is too long",
      { type: "string", maxLength: 2 },
      "abc",
      "spec.x: Too long: may not be more than 2 bytes"
    ],
    [
      "text that is too short",
      { type: "string", minLength: 1 },
      "",
      'spec.x: Invalid value: "": spec.x in body should be at least 1 chars long'
    ],
    [
      "text of another pattern",
      { type: "string", pattern: "^[a-z]+$" },
      "A",
      `spec.x: Invalid value: "A": spec.x in body should match '^[a-z]+$'`
    ],
    [
      "a number that is too small",
      { type: "integer", minimum: 1 },
      0,
      "spec.x: Invalid value: 0: spec.x in body should be greater than or equal to 1"
    ],
    [
      "a number at an excluded bound",
      { type: "integer", maximum: 3, exclusiveMaximum: true },
      3,
      "spec.x: Invalid value: 3: spec.x in body should be less than 3"
    ],
    [
      "a number that is no multiple",
      { type: "integer", multipleOf: 2 },
      3,
      "spec.x: Invalid value: 3: spec.x in body should be a multiple of 2"
    ],
    [
      "a date that is none",
      { type: "string", format: "date-time" },
      "soon",
      'spec.x: Invalid value: "soon": spec.x in body must be of type date-time: "soon"'
    ],
    [
      "a number beyond its format",
      { type: "integer", format: "int32" },
      2 ** 31,
      '<nil>: Invalid value: "": Checked value must be of type integer with format int32 in spec.x'
    ]
  ]
  it.each(cases)("%s", (_, schema, value, error) => {
    expect(errorsOf(schema, value)).toEqual([error])
  })
})

describe("validateSchema", () => {
  it("asks for required fields at every depth", () => {
    const item: StructuralSchema = { type: "object", required: ["name"], properties: { name: { type: "string" } } }
    const schema: StructuralSchema = {
      ...kindOf({ type: "object", properties: { list: { type: "array", items: item } } }),
      required: ["spec"]
    }
    const { spec: _, ...bare } = objectOf({})
    expect(texts(validateSchema(schema, bare))).toEqual(["spec: Required value"])
    expect(texts(validateSchema(schema, objectOf({ list: [{}] })))).toEqual(["spec.list[0].name: Required value"])
  })
  it("refuses a fraction for an integer twice, as the real one does", () => {
    expect(errorsOf({ type: "integer" }, 1.5)).toEqual([
      'spec.x: Invalid value: "number": spec.x in body must be of type integer: "number"',
      '<nil>: Invalid value: "": Checked value must be of type integer (default format) in spec.x'
    ])
  })
  it("takes a null where it is allowed", () => {
    expect(errorsOf({ type: "string", nullable: true }, null)).toEqual([])
  })
  it("takes both integers and text for int-or-string", () => {
    const schema: StructuralSchema = {
      "x-kubernetes-int-or-string": true,
      anyOf: [{ type: "integer" }, { type: "string" }]
    }
    expect([...errorsOf(schema, 80), ...errorsOf(schema, "http")]).toEqual([])
  })
  it("counts characters, not bytes, of text", () => {
    expect(errorsOf({ type: "string", maxLength: 2 }, "äö")).toEqual([])
  })
  it("names the second of equal items of a set, once", () => {
    const schema: StructuralSchema = { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "set" }
    expect(errorsOf(schema, ["a", "b", "a", "a"])).toEqual(['spec.x[2]: Duplicate value: "a"'])
  })
  it("names the keys of items that come twice", () => {
    const port: StructuralSchema = {
      type: "object",
      properties: { port: { type: "integer" }, protocol: { type: "string" } }
    }
    const schema: StructuralSchema = {
      type: "array",
      items: port,
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["port", "protocol"]
    }
    const ports = [
      { port: 80, protocol: "TCP" },
      { port: 80, protocol: "UDP" },
      { protocol: "TCP", port: 80 }
    ]
    expect(errorsOf(schema, ports)).toEqual(['spec.x[2]: Duplicate value: {"port":80,"protocol":"TCP"}'])
  })
  it("demands one of anyOf, exactly one of oneOf, all of allOf, none of not", () => {
    const short: StructuralSchema = { maxLength: 2 }
    const lower: StructuralSchema = { pattern: "^[a-z]*$" }
    const text = { type: "string" } as const
    expect(errorsOf({ ...text, anyOf: [short, lower] }, "abc")).toEqual([])
    expect(errorsOf({ ...text, anyOf: [short, lower] }, "ABC")[0]).toBe(
      '<nil>: Invalid value: "": "spec.x" must validate at least one schema (anyOf)'
    )
    expect(errorsOf({ ...text, oneOf: [short, lower] }, "ab")).toEqual([
      '<nil>: Invalid value: "": "spec.x" must validate one and only one schema (oneOf). Found 2 valid alternatives'
    ])
    expect(errorsOf({ ...text, allOf: [short, lower] }, "abc").at(-1)).toBe(
      '<nil>: Invalid value: "": "spec.x" must validate all the schemas (allOf)'
    )
    expect(errorsOf({ ...text, not: short }, "ab")).toEqual([
      '<nil>: Invalid value: "": "spec.x" must not validate the schema (not)'
    ])
  })
  it("does not hold against an update what it does not change", () => {
    const schema = fieldsOf({ a: { type: "integer", maximum: 1 }, b: { type: "integer", maximum: 1 } })
    expect(texts(validateSchema(schema, objectOf({ a: 5, b: 6 }), objectOf({ a: 5, b: 0 })))).toEqual([
      "spec.b: Invalid value: 6: spec.b in body should be less than or equal to 1"
    ])
  })
  it("finds the old item by its key, not by its place", () => {
    const item: StructuralSchema = {
      type: "object",
      properties: { name: { type: "string" }, n: { type: "integer", maximum: 1 } }
    }
    const list: StructuralSchema = {
      type: "array",
      items: item,
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["name"]
    }
    const [a, b] = [
      { name: "a", n: 5 },
      { name: "b", n: 0 }
    ]
    expect(validateSchema(fieldsOf({ list }), objectOf({ list: [b, a] }), objectOf({ list: [a] }))).toEqual([])
  })
})
