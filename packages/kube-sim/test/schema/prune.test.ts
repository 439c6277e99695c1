import { describe, expect, it } from "vitest"
import { prune, pruneWithUnknown } from "../../src/schema/prune.ts"
import { fieldsOf, kindOf, objectOf } from "./customObject.ts"

const specAfter = (schema: Parameters<typeof prune>[0], spec: unknown) => prune(schema, objectOf(spec))["spec"]

describe("prune", () => {
  it("drops what the schema does not know, at any depth", () => {
    const schema = fieldsOf({
      list: { type: "array", items: { type: "object", properties: { a: { type: "string" } } } },
      map: { type: "object", additionalProperties: { type: "object", properties: { a: { type: "string" } } } }
    })
    const spec = { list: [{ a: "1", b: "2" }], map: { x: { a: "1", b: "2" } }, other: {} }
    expect(specAfter(schema, spec)).toEqual({ list: [{ a: "1" }], map: { x: { a: "1" } } })
  })
  it("keeps apiVersion, kind and metadata, which no schema names", () => {
    expect(prune({ type: "object" }, { ...objectOf({}), extra: 1 })).toEqual({
      apiVersion: "example.org/v1",
      kind: "Thing",
      metadata: { name: "one", namespace: "shop" }
    })
  })
  it("keeps unknown fields where they are preserved, and prunes known ones below", () => {
    const schema = kindOf({
      type: "object",
      "x-kubernetes-preserve-unknown-fields": true,
      properties: { known: { type: "object", properties: { a: { type: "string" } } } }
    })
    expect(specAfter(schema, { known: { a: "1", b: "2" }, free: { deep: [1] } })).toEqual({
      known: { a: "1" },
      free: { deep: [1] }
    })
  })
  it("keeps the type and metadata of embedded objects", () => {
    const schema = fieldsOf({ template: { type: "object", "x-kubernetes-embedded-resource": true, properties: {} } })
    const embedded = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x" } }
    expect(specAfter(schema, { template: { ...embedded, data: {} } })).toEqual({ template: embedded })
  })
  it("drops metadata that are unknown or say nothing", () => {
    const given = { ...objectOf({}), metadata: { name: "one", labels: {}, finalizers: [], uid: "", zone: "a" } }
    expect(pruneWithUnknown({ type: "object" }, given)).toMatchObject({ unknown: ["metadata.zone", "spec"] })
    expect(prune({ type: "object" }, given).metadata).toEqual({ name: "one" })
  })
  it("names what it drops, sorted, as strict validation does", () => {
    const schema = fieldsOf({
      hosts: { type: "array", items: { type: "object", properties: { name: { type: "string" } } } }
    })
    const spec = { zone: "a", hosts: [{ name: "x", prot: 1 }] }
    expect(pruneWithUnknown(schema, objectOf(spec)).unknown).toEqual(["spec.hosts[0].prot", "spec.zone"])
  })
  it("does not change what it is given", () => {
    const object = objectOf({ other: 1 })
    prune(fieldsOf({}), object)
    expect(object["spec"]).toEqual({ other: 1 })
  })
})
