import { describe, expect, it } from "vitest"
import type { StructuralSchema } from "../../src/schema/StructuralSchema.ts"
import { cluster, object, ownedBy } from "./cluster.ts"

const open: StructuralSchema = { type: "object", "x-kubernetes-preserve-unknown-fields": true }
const { apply, update } = cluster({ type: "object", properties: { spec: open, status: open } })
const kubectl = { manager: "kubectl" }
const controller = { manager: "controller" }

const created = update(undefined, object({ version: "v2.6", gateways: { enabled: true } }), kubectl)

describe("recordUpdate", () => {
  it("gives the creator every field", () => {
    expect(created.metadata.managedFields).toEqual([
      {
        manager: "kubectl",
        operation: "Update",
        apiVersion: "maistra.io/v2",
        time: "2026-01-01T12:00:00Z",
        fieldsType: "FieldsV1",
        fieldsV1: { "f:spec": { ".": {}, "f:gateways": { ".": {}, "f:enabled": {} }, "f:version": {} } }
      }
    ])
  })
  it("moves changed fields to the updater", () => {
    const after = update(created, { ...created, spec: { version: "v2.7", gateways: { enabled: true } } }, controller)
    expect(ownedBy(after, "controller", "Update")).toEqual({ "f:spec": { "f:version": {} } })
    expect(ownedBy(after, "kubectl", "Update")).toEqual({
      "f:spec": { ".": {}, "f:gateways": { ".": {}, "f:enabled": {} } }
    })
  })
  it("takes removed fields from everyone", () => {
    const both = apply(created, object({ version: "v2.6" }), { manager: "mesh" })
    const after = update(both, { ...both, spec: { gateways: { enabled: true } } }, controller)
    expect(ownedBy(after, "mesh")).toBeUndefined()
    expect(ownedBy(after, "kubectl", "Update")).toEqual({
      "f:spec": { ".": {}, "f:gateways": { ".": {}, "f:enabled": {} } }
    })
    expect(ownedBy(after, "controller", "Update")).toBeUndefined()
  })
  it("takes a changed field from an applier, whose next apply conflicts no more than its own value", () => {
    const applied = apply(undefined, object({ version: "v2.6" }), { manager: "mesh" })
    const edited = update(applied, { ...applied, spec: { version: "v2.7" } }, kubectl)
    expect(ownedBy(edited, "mesh")).toBeUndefined()
    expect(apply(edited, object({ version: "v2.7" }), { manager: "mesh" })["spec"]).toEqual({ version: "v2.7" })
  })
  it("adds to the entry that its manager has, and dates it", () => {
    const after = update(
      created,
      { ...created, spec: { version: "v2.6", gateways: { enabled: true }, mode: "x" } },
      { ...kubectl, now: "2026-02-01T00:00:00Z" }
    )
    expect(after.metadata.managedFields).toHaveLength(1)
    expect(after.metadata.managedFields?.[0]?.time).toBe("2026-02-01T00:00:00Z")
    expect(ownedBy(after, "kubectl", "Update")).toMatchObject({ "f:spec": { "f:mode": {}, "f:version": {} } })
  })
  it("leaves the entries alone when nothing changes", () => {
    expect(update(created, created, { ...controller, now: "2026-02-01T00:00:00Z" })).toEqual(created)
  })
  it("keeps them when a client sends the object without them", () => {
    const { managedFields: _, ...metadata } = created.metadata
    expect(update(created, { ...created, metadata }, controller)).toEqual(created)
  })
  it("drops them when a client sends an empty list", () => {
    const after = update(created, { ...created, metadata: { ...created.metadata, managedFields: [] } }, controller)
    expect(after.metadata.managedFields).toBeUndefined()
  })
  it("tracks the status apart, under its subresource", () => {
    const ready = { ...created, status: { phase: "Ready" }, spec: {} }
    const after = update(created, ready, { ...kubectl, subresource: "status" })
    expect(after.metadata.managedFields?.map(({ subresource, fieldsV1 }) => [subresource, fieldsV1])).toEqual([
      [undefined, ownedBy(created, "kubectl", "Update")],
      ["status", { "f:status": { ".": {}, "f:phase": {} } }]
    ])
  })
  it("does not count system metadata", () => {
    const metadata = { ...created.metadata, resourceVersion: "7", generation: 2, uid: "u" }
    expect(update(created, { ...created, metadata }, controller).metadata.managedFields).toEqual(
      created.metadata.managedFields
    )
  })
  it("counts labels and finalizers one by one", () => {
    const labelled = update(
      created,
      object(created["spec"], { ...created.metadata, labels: { a: "1" }, finalizers: ["x/y"] }),
      controller
    )
    expect(ownedBy(labelled, "controller", "Update")).toEqual({
      "f:metadata": { "f:finalizers": { ".": {}, 'v:"x/y"': {} }, "f:labels": { ".": {}, "f:a": {} } }
    })
  })
  it("merges the oldest of more than ten updaters", () => {
    let after = created
    let spec: Readonly<Record<string, unknown>> = { version: "v2.6", gateways: { enabled: true } }
    for (const index of Array.from({ length: 13 }).keys()) {
      spec = { ...spec, [`k${index}`]: index }
      after = update(after, { ...after, spec }, { manager: `m${index}`, now: `2026-01-02T00:00:${10 + index}Z` })
    }
    const managers = after.metadata.managedFields?.map(({ manager }) => manager)
    expect(managers).toHaveLength(10)
    expect(managers?.[0]).toBe("ancient-changes")
    expect(ownedBy(after, "ancient-changes", "Update")).toMatchObject({ "f:spec": { "f:k0": {}, "f:version": {} } })
  })
})
