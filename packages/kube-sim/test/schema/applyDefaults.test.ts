import { describe, expect, it } from "vitest"
import { applyDefaults, applyDefaultsToApplied } from "../../src/schema/applyDefaults.ts"
import type { StructuralSchema } from "../../src/schema/StructuralSchema.ts"
import { fieldsOf, objectOf } from "./customObject.ts"

const specAfter = (properties: Readonly<Record<string, StructuralSchema>>, spec: unknown) =>
  applyDefaults(fieldsOf(properties), objectOf(spec))["spec"]

const withPort: StructuralSchema = { type: "object", properties: { port: { type: "integer", default: 80 } } }

describe("applyDefaults", () => {
  it("fills in what is missing and leaves what is there", () => {
    const schema = { a: { type: "string", default: "x" }, b: { type: "string", default: "y" } }
    expect(specAfter(schema, { b: "mine" })).toEqual({ a: "x", b: "mine" })
  })
  it("fills in inside items and map values", () => {
    const schema: Readonly<Record<string, StructuralSchema>> = {
      list: { type: "array", items: withPort },
      map: { type: "object", additionalProperties: withPort }
    }
    expect(specAfter(schema, { list: [{}, { port: 1 }], map: { x: {} } })).toEqual({
      list: [{ port: 80 }, { port: 1 }],
      map: { x: { port: 80 } }
    })
  })
  it("does not create an object for the defaults inside it", () => {
    expect(specAfter({ gateway: withPort }, {})).toEqual({})
  })
  it("fills in the defaults inside a default", () => {
    expect(specAfter({ gateway: { ...withPort, default: {} } }, {})).toEqual({ gateway: { port: 80 } })
  })
  it("replaces a null that is not allowed, and keeps one that is", () => {
    const schema = { a: { type: "string", default: "x" }, b: { type: "string", default: "y", nullable: true } }
    expect(specAfter(schema, { a: null, b: null })).toEqual({ a: "x", b: null })
  })
  it("drops a null that is not allowed and has no default", () => {
    expect(specAfter({ a: { type: "string" }, b: { type: "string", nullable: true } }, { a: null, b: null })).toEqual({
      b: null
    })
  })
  it("keeps it in what an apply gives, where only validation can refuse it", () => {
    const schema = fieldsOf({ a: { type: "object" }, b: { type: "string", default: "x" } })
    expect(applyDefaultsToApplied(schema, objectOf({ a: null, b: null }))["spec"]).toEqual({ a: null, b: "x" })
  })
  it("leaves defaults of metadata alone", () => {
    const schema: StructuralSchema = {
      type: "object",
      properties: { metadata: { type: "object", properties: { name: { type: "string", default: "other" } } } }
    }
    expect(applyDefaults(schema, objectOf({})).metadata).toEqual({ name: "one", namespace: "shop" })
  })
})
