import { describe, expect, it } from "vitest"
import type { StructuralSchema } from "../../src/schema/StructuralSchema.ts"
import { cluster, object, ownedBy } from "./cluster.ts"

const text: StructuralSchema = { type: "string" }
const open: StructuralSchema = { type: "object", "x-kubernetes-preserve-unknown-fields": true }
const keyed = (
  keys: ReadonlyArray<string>,
  properties: Readonly<Record<string, StructuralSchema>>
): StructuralSchema => ({
  type: "array",
  items: { type: "object", properties },
  "x-kubernetes-list-type": "map",
  "x-kubernetes-list-map-keys": keys
})
const schema: StructuralSchema = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      properties: {
        version: text,
        gateways: open,
        members: { type: "array", items: text },
        hosts: { type: "array", items: text, "x-kubernetes-list-type": "set" },
        ports: keyed(["port", "protocol"], {
          port: { type: "integer" },
          protocol: { ...text, default: "TCP" },
          name: text
        }),
        selector: { type: "object", additionalProperties: text, "x-kubernetes-map-type": "atomic" },
        labels: { type: "object", additionalProperties: text }
      }
    },
    status: open
  }
}
const { apply, attempt, update } = cluster(schema)
const [ours, theirs] = [{ manager: "mesh" }, { manager: "argo" }]

describe("applyObject: what is stored", () => {
  it("creates the object as it is applied", () => {
    expect(apply(undefined, object({ version: "v2.6" }), ours)).toMatchObject(object({ version: "v2.6" }))
  })
  it("adds its keys to what is there", () => {
    const live = apply(undefined, object({ gateways: { ingress: { enabled: true } } }), theirs)
    const egress = { gateways: { egress: { enabled: false } } }
    expect(apply(live, object(egress), ours)["spec"]).toEqual({
      gateways: { ingress: { enabled: true }, egress: { enabled: false } }
    })
  })
  it("removes what its manager applies no more", () => {
    const live = apply(undefined, object({ version: "v2.6", labels: { a: "1", b: "2" } }), ours)
    expect(apply(live, object({ labels: { a: "1" } }), ours)["spec"]).toEqual({ labels: { a: "1" } })
  })
  it("keeps what another manager applies as well", () => {
    const live = apply(apply(undefined, object({ version: "v2.6" }), theirs), object({ version: "v2.6" }), ours)
    const after = apply(live, object({}), ours)
    expect(after["spec"]).toEqual({ version: "v2.6" })
    expect(ownedBy(after, "argo")).toEqual({ "f:spec": { "f:version": {} } })
  })
  it("keeps what others put beside its own keys in the same map", () => {
    const live = apply(
      apply(undefined, object({ gateways: { a: { x: 1 } } }), ours),
      object({ gateways: { b: { y: 1 } } }),
      theirs
    )
    expect(apply(live, object({}), ours)["spec"]).toEqual({ gateways: { b: { y: 1 } } })
  })
  it("gives a user's object back exactly when it applies nothing", () => {
    const user = update(undefined, object({ version: "v2.6", gateways: { ingress: { enabled: true } } }), {
      manager: "kubectl-edit"
    })
    const patched = apply(user, object({ gateways: { additionalIngress: { east: { enabled: true } } } }), ours)
    const { spec: _, ...nothing } = object({})
    const after = apply(patched, nothing, ours)
    expect(after).toEqual(user)
  })
  it("merges keyed lists item by item, in the applied order", () => {
    const live = apply(
      undefined,
      object({
        ports: [
          { port: 80, name: "http" },
          { port: 443, name: "https" }
        ]
      }),
      theirs
    )
    const after = apply(
      live,
      object({
        ports: [
          { port: 15443, name: "tls" },
          { port: 80, name: "http" }
        ]
      }),
      ours
    )
    expect(after["spec"]).toEqual({
      ports: [
        { port: 15443, name: "tls" },
        { port: 80, name: "http" },
        { port: 443, name: "https" }
      ]
    })
  })
  it("takes items of keyed lists and sets away again", () => {
    const live = apply(undefined, object({ ports: [{ port: 80 }], hosts: ["a"] }), theirs)
    const both = apply(live, object({ ports: [{ port: 81 }], hosts: ["b"] }), ours)
    expect(both["spec"]).toEqual({ ports: [{ port: 80 }, { port: 81 }], hosts: ["a", "b"] })
    expect(apply(both, object({}), ours)["spec"]).toEqual({ ports: [{ port: 80 }], hosts: ["a"] })
  })
  it("replaces atomic lists and maps as wholes", () => {
    const live = apply(undefined, object({ members: ["a"], selector: { a: "1" } }), ours)
    expect(apply(live, object({ members: ["b"], selector: { b: "2" } }), ours)["spec"]).toEqual({
      members: ["b"],
      selector: { b: "2" }
    })
  })
  it("applies twice as once", () => {
    const once = apply(undefined, object({ version: "v2.6", ports: [{ port: 80 }] }), ours)
    expect(
      apply(once, object({ version: "v2.6", ports: [{ port: 80 }] }), { ...ours, now: "2026-02-01T00:00:00Z" })
    ).toEqual(once)
  })
  it("does not change what it is given", () => {
    const live = apply(undefined, object({ labels: { a: "1" } }), theirs)
    const copy = structuredClone(live)
    apply(live, object({ labels: { b: "1" } }), ours)
    expect(live).toEqual(copy)
  })
})

describe("applyObject: who owns what", () => {
  it("names items by their keys, with defaults for missing ones", () => {
    const after = apply(
      undefined,
      object({ ports: [{ port: 80, name: "http" }], hosts: ["a"], members: ["x"], selector: { a: "1" } }),
      ours
    )
    expect(ownedBy(after, "mesh")).toEqual({
      "f:spec": {
        "f:hosts": { 'v:"a"': {} },
        "f:members": {},
        "f:ports": { 'k:{"port":80,"protocol":"TCP"}': { ".": {}, "f:name": {}, "f:port": {} } },
        "f:selector": {}
      }
    })
  })
  it("owns map keys one by one, with and without a schema", () => {
    const after = apply(undefined, object({ labels: { a: "1" }, gateways: { ingress: { ports: [1] } } }), ours)
    expect(ownedBy(after, "mesh")).toEqual({
      "f:spec": { "f:gateways": { "f:ingress": { ".": {}, "f:ports": {} } }, "f:labels": { "f:a": {} } }
    })
  })
  it("owns labels, finalizers and owners in the metadata, and nothing else there", () => {
    const owner = { apiVersion: "v1", kind: "ConfigMap", name: "x", uid: "u1" }
    const metadata = { uid: "u0", labels: { a: "1" }, finalizers: ["mesh/x"], ownerReferences: [owner] }
    const { spec: _, ...bare } = object({}, metadata)
    expect(ownedBy(apply(undefined, bare, ours), "mesh")).toEqual({
      "f:metadata": {
        "f:finalizers": { 'v:"mesh/x"': {} },
        "f:labels": { "f:a": {} },
        "f:ownerReferences": { 'k:{"uid":"u1"}': {} }
      }
    })
  })
  it("leaves out the entry of a manager that owns nothing", () => {
    const live = apply(undefined, object({ version: "v2.6" }), theirs)
    const both = apply(live, object({ labels: { a: "1" } }), ours)
    const { spec: _, ...nothing } = object({})
    expect(apply(both, nothing, ours).metadata.managedFields?.map(({ manager }) => manager)).toEqual(["argo"])
  })
  it("dates an entry when the object changes, and not before", () => {
    const live = apply(undefined, object({ version: "v2.6" }), { ...ours, now: "2026-01-01T00:00:00Z" })
    const later = apply(live, object({ version: "v2.7" }), { ...ours, now: "2026-02-01T00:00:00Z" })
    expect([live, later].map((object) => object.metadata.managedFields?.[0]?.time)).toEqual([
      "2026-01-01T00:00:00Z",
      "2026-02-01T00:00:00Z"
    ])
  })
  it("sorts appliers before updaters, then by time and name", () => {
    const live = update(undefined, object({ version: "v2.6" }), { manager: "kubectl" })
    const early = apply(live, object({ labels: { z: "1" } }), { manager: "z", now: "2026-01-02T00:00:00Z" })
    const late = apply(early, object({ labels: { a: "1" } }), { manager: "a", now: "2026-01-03T00:00:00Z" })
    expect(late.metadata.managedFields?.map(({ manager, operation }) => `${operation} ${manager}`)).toEqual([
      "Apply z",
      "Apply a",
      "Update kubectl"
    ])
  })
  it("gives an object that nobody is recorded for to before-first-apply", () => {
    const after = apply(object({ version: "v2.6" }), object({ labels: { a: "1" } }), ours)
    expect(ownedBy(after, "before-first-apply", "Update")).toEqual({ "f:spec": { ".": {}, "f:version": {} } })
  })
  it("owns only the status through the status", () => {
    const live = apply(undefined, object({ version: "v2.6" }), theirs)
    const after = apply(
      live,
      { ...object({ version: "v2.6" }), status: { phase: "Ready" } },
      { ...ours, subresource: "status" }
    )
    const entry = after.metadata.managedFields?.find(({ manager }) => manager === "mesh")
    expect([entry?.subresource, entry?.fieldsV1]).toEqual(["status", { "f:status": { "f:phase": {} } }])
  })
})

const ingress = (enabled: boolean) => ({ gateways: { additionalIngress: { "east-ingress": { enabled } } } })

describe("applyObject: conflicts", () => {
  it("names field and manager of a value that is someone else's", () => {
    const live = apply(undefined, object(ingress(true)), theirs)
    expect(attempt(live, object(ingress(false)), ours)).toEqual({
      _tag: "Conflicts",
      conflicts: [
        {
          field: ".spec.gateways.additionalIngress.east-ingress.enabled",
          manager: "argo",
          operation: "Apply",
          apiVersion: "maistra.io/v2",
          time: "2026-01-01T12:00:00Z"
        }
      ]
    })
  })
  it("names items by their keys", () => {
    const live = update(undefined, object({ ports: [{ port: 80, name: "http" }] }), { manager: "kubectl-edit" })
    expect(attempt(live, object({ ports: [{ port: 80, name: "web" }] }), ours)).toMatchObject({
      conflicts: [{ field: '.spec.ports[port=80,protocol="TCP"].name', manager: "kubectl-edit", operation: "Update" }]
    })
  })
  it("lists the conflicts of all managers", () => {
    const live = apply(
      apply(undefined, object({ version: "v2.6" }), { manager: "b" }),
      object({ version: "v2.6", hosts: ["x"] }),
      { manager: "a" }
    )
    expect(attempt(live, object({ version: "v2.7" }), ours)).toMatchObject({
      conflicts: [
        { manager: "a", field: ".spec.version" },
        { manager: "b", field: ".spec.version" }
      ]
    })
  })
  it("does not see one in an equal value, and owns it as well", () => {
    const live = apply(undefined, object({ version: "v2.6" }), theirs)
    const both = apply(live, object({ version: "v2.6" }), ours)
    expect([ownedBy(both, "argo"), ownedBy(both, "mesh")]).toEqual([
      { "f:spec": { "f:version": {} } },
      { "f:spec": { "f:version": {} } }
    ])
  })
  it("takes the field by force, and its owner loses it", () => {
    const live = apply(undefined, object({ version: "v2.6", hosts: ["a"] }), theirs)
    const taken = apply(live, object({ version: "v2.7" }), { ...ours, force: true })
    expect(taken["spec"]).toEqual({ version: "v2.7", hosts: ["a"] })
    expect(ownedBy(taken, "argo")).toEqual({ "f:spec": { "f:hosts": { 'v:"a"': {} } } })
  })
  it("sees one in an atomic list as a whole", () => {
    const live = apply(undefined, object({ members: ["a"] }), theirs)
    expect(attempt(live, object({ members: ["a", "b"] }), ours)).toMatchObject({
      conflicts: [{ field: ".spec.members" }]
    })
  })
  it("does not see one in a set that both add to", () => {
    const live = apply(undefined, object({ hosts: ["a"] }), theirs)
    expect(apply(live, object({ hosts: ["b"] }), ours)["spec"]).toEqual({ hosts: ["a", "b"] })
  })
})

describe("applyObject refuses", () => {
  const cases: ReadonlyArray<readonly [what: string, spec: unknown, problem: string]> = [
    ["a field that the schema does not have", { zone: "a" }, ".spec.zone: field not declared in schema"],
    ["an item that comes twice", { hosts: ["a", "a"] }, '.spec.hosts: duplicate entries for key [="a"]'],
    [
      "equal keys",
      { ports: [{ port: 80 }, { port: 80, protocol: "TCP" }] },
      '.spec.ports: duplicate entries for key [port=80,protocol="TCP"]'
    ]
  ]
  it.each(cases)("%s", (_, spec, problem) => {
    expect(attempt(undefined, object(spec), ours)).toEqual({
      _tag: "Untyped",
      message: `failed to create typed patch object (istio-system/basic; maistra.io/v2, Kind=ServiceMeshControlPlane): ${problem}`
    })
  })
})
