import { assert, describe, it } from "@effect/vitest"
import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { isApplied } from "../src/isApplied.ts"

const manager = "multicluster-mesh-hub"

const content = {
  fleetId: "f",
  objects: [{ apiVersion: "v1", kind: "Namespace", namespace: "", name: "x" }],
  namespaces: ["x"]
}

const wanted: KubeObject = {
  apiVersion: "mesh.open-cluster-management.io/v1alpha1",
  kind: "MeshAgent",
  metadata: { name: "multicluster-mesh", namespace: "east", labels: { a: "1" } },
  spec: content
}

const objectKey = 'k:{"apiVersion":"v1","kind":"Namespace","name":"x","namespace":""}'

const live = (
  change: (parts: { metadata: object; spec: object; fields: object }) => object = () => ({})
): KubeObject => {
  const parts = {
    metadata: { ...wanted.metadata, uid: "u", resourceVersion: "7" },
    spec: content,
    fields: {
      "f:metadata": { "f:labels": { "f:a": {} } },
      "f:spec": {
        "f:fleetId": {},
        "f:namespaces": { 'v:"x"': {} },
        "f:objects": {
          [objectKey]: { ".": {}, "f:apiVersion": {}, "f:kind": {}, "f:name": {}, "f:namespace": {} }
        }
      }
    }
  }
  const { metadata, spec, fields } = { ...parts, ...change(parts) }
  return {
    ...wanted,
    metadata: {
      ...wanted.metadata,
      ...metadata,
      managedFields: [
        { manager: "kubectl", operation: "Update", fieldsV1: { "f:metadata": { "f:labels": { "f:theirs": {} } } } },
        { manager, operation: "Apply", subresource: "status", fieldsV1: { "f:status": { "f:step": {} } } },
        { manager, operation: "Apply", fieldsV1: fields }
      ]
    },
    spec,
    status: { report: {} }
  }
}

describe("isApplied", () => {
  it("sees that all is there and ours", () => {
    assert.isTrue(isApplied(live(), wanted, manager))
  })

  it("leaves the fields of others out of account", () => {
    const others = live(({ metadata }) => ({ metadata: { ...metadata, labels: { a: "1", theirs: "2" } } }))
    assert.isTrue(isApplied(others, wanted, manager))
  })

  it("sees another value", () => {
    assert.isFalse(
      isApplied(
        live(({ spec }) => ({ spec: { ...spec, fleetId: "g" } })),
        wanted,
        manager
      )
    )
  })

  it("sees a field that is wanted now", () => {
    const more = { ...wanted, spec: { ...content, services: [{ namespace: "x", name: "y" }] } }
    assert.isFalse(isApplied(live(), more, manager))
  })

  it("sees a field of ours that is no longer wanted", () => {
    const { labels: _, ...metadata } = wanted.metadata
    assert.isFalse(isApplied(live(), { ...wanted, metadata }, manager))
  })

  it("sees an entry of a keyed list that is no longer wanted", () => {
    const less = { ...wanted, spec: { ...content, objects: [] } }
    assert.isFalse(isApplied(live(), less, manager))
  })

  it("sees an entry of a keyed list that is wanted now", () => {
    const entry = { apiVersion: "v1", kind: "Namespace", namespace: "", name: "y" }
    const more = { ...wanted, spec: { ...content, objects: [entry] } }
    assert.isFalse(isApplied(live(), more, manager))
  })

  it("sees a value of a set that is no longer wanted", () => {
    const less = { ...wanted, spec: { ...content, namespaces: ["z"] } }
    assert.isFalse(isApplied(live(), less, manager))
  })

  it("sees a field that another manager has taken over, though its value is the same", () => {
    const taken = live(() => ({ fields: { "f:metadata": { "f:labels": { "f:a": {} } } } }))
    assert.isFalse(isApplied(taken, wanted, manager))
  })

  it("takes defaults of the server inside what is owned as a whole for the same", () => {
    const atomic = { ...wanted, metadata: { name: "multicluster-mesh" }, spec: { profiles: [{ name: "a" }] } }
    const defaulted = live(() => ({
      spec: { profiles: [{ name: "a", weight: 1 }] },
      fields: { "f:spec": { "f:profiles": {} } }
    }))
    assert.isTrue(isApplied(defaulted, atomic, manager))
  })

  it("sees an entry that someone added to a list that is owned as a whole", () => {
    const atomic = { ...wanted, metadata: { name: "multicluster-mesh" }, spec: { profiles: ["a"] } }
    const added = live(() => ({ spec: { profiles: ["a", "b"] }, fields: { "f:spec": { "f:profiles": {} } } }))
    assert.isFalse(isApplied(added, atomic, manager))
  })

  it("sees that nothing was ever applied", () => {
    assert.isFalse(isApplied({ ...wanted, metadata: { ...wanted.metadata, managedFields: [] } }, wanted, manager))
  })
})
