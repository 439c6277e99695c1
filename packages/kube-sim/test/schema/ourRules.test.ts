import { customResourceDefinitions } from "@multicluster-mesh/mesh-model"
import { describe, expect, it } from "vitest"
import { isJsonObject } from "../../src/schema/json.ts"
import { placesIn, rootPlace } from "../../src/schema/structural/SchemaPlace.ts"
import type { StructuralSchema } from "../../src/schema/StructuralSchema.ts"
import { compileRules } from "../../src/schema/validateRules.ts"
import { fieldsOf, objectOf } from "./customObject.ts"

interface Step {
  readonly from?: unknown
  readonly to: unknown
}

const namespaced = {
  accepted: { from: { namespace: "a" }, to: { namespace: "a" } },
  refused: { from: { namespace: "a" }, to: { namespace: "b" } }
}
const named = {
  accepted: { from: { name: "a", namespace: "n" }, to: { name: "a", namespace: "n" } },
  refused: { from: { name: "a", namespace: "n" }, to: { namespace: "n" } }
}
const fixed = { accepted: { from: "a", to: "a" }, refused: { from: "a", to: "b" } }
const side = {
  accepted: { from: { mesh: "a" }, to: { mesh: "a" } },
  refused: { from: { mesh: "a" }, to: { mesh: "b" } }
}
const removed = {
  accepted: { from: { cluster: "a", removal: {} }, to: { cluster: "a" } },
  refused: { from: { cluster: "a", removal: { seal: "a" } }, to: { cluster: "a" } }
}

/** For every rule of our CRDs, by its place and message, a value that it accepts and one that it refuses. */
const steps: Readonly<Record<string, { readonly accepted: Step; readonly refused: Step }>> = {
  "Mesh.spec: cluster is required": { accepted: { to: { clusters: "a" } }, refused: { to: {} } },
  "Mesh.spec: cluster and clusters are two spellings of one field and must not differ": {
    accepted: { to: { cluster: "a", clusters: "a" } },
    refused: { to: { cluster: "a", clusters: "b" } }
  },
  "Mesh.spec: cluster is immutable": {
    accepted: { from: { clusters: "a" }, to: { cluster: "a" } },
    refused: { from: { clusters: "a" }, to: { cluster: "b" } }
  },
  "Mesh.spec: a removal that has been recorded is not taken back": removed,
  "Mesh.spec.controlPlane: namespace is immutable": namespaced,
  "Mesh.spec.controlPlane: name is immutable": named,
  "Mesh.spec.meshProvider: meshProvider is immutable": fixed,
  "MeshDeployment.spec.controlPlane: namespace is immutable": namespaced,
  "MeshDeployment.spec.controlPlane: name is immutable": named,
  "MeshDeployment.spec.meshProvider: meshProvider is immutable": fixed,
  "MeshFederation.spec.services[]: alias.name needs exactly one entry in names": {
    accepted: { to: { alias: { name: "x" }, names: ["a"] } },
    refused: { to: { alias: { name: "x" }, names: ["a", "b"] } }
  },
  "MeshPeering.spec: a removal that has been recorded is not taken back": removed,
  "MeshPeering.spec.meshProvider: the sides of a peering are frozen": fixed,
  "MeshPeering.spec.trustType: the sides of a peering are frozen": fixed,
  "MeshPeering.spec.left: the sides of a peering are frozen": side,
  "MeshPeering.spec.right: the sides of a peering are frozen": side
}

const placedRules = customResourceDefinitions().flatMap((crd) => {
  const { names, versions } = crd.spec
  const kind = isJsonObject(names) ? String(names["kind"]) : ""
  const [version]: ReadonlyArray<unknown> = Array.isArray(versions) ? versions : []
  const holder = isJsonObject(version) ? version["schema"] : undefined
  const schema = isJsonObject(holder) ? holder["openAPIV3Schema"] : undefined
  if (!isJsonObject(schema)) return []
  return placesIn(rootPlace(kind, schema)).flatMap(({ path, schema }) => {
    const place = path.replaceAll(/\.properties\[(\w+)\]/gu, ".$1").replaceAll(".items", "[]")
    return (schema["x-kubernetes-validations"] ?? []).map((rule) => ({
      name: `${place}: ${rule.message}`,
      rule,
      schema
    }))
  })
})

describe("the rules of our CRDs", () => {
  it("all have a step here, and no step is for a rule that is gone", () => {
    expect(placedRules.map(({ name }) => name).toSorted()).toEqual(Object.keys(steps).toSorted())
  })

  it.each(placedRules)("$name", ({ name, rule, schema }) => {
    const alone: StructuralSchema = { ...schema, "x-kubernetes-validations": [rule] }
    const { properties = {}, items } = alone
    const bare: StructuralSchema = {
      ...alone,
      properties: Object.fromEntries(Object.entries(properties).map(([field, inner]) => [field, withoutRules(inner)])),
      ...(items === undefined ? {} : { items: withoutRules(items) })
    }
    const validate = compileRules(fieldsOf({ x: bare })) ?? (() => [])
    const errorsOf = ({ from, to }: Step) =>
      validate(objectOf({ x: to }), from === undefined ? undefined : objectOf({ x: from })).map(
        ({ message }) => message
      )
    const step = steps[name]
    expect(step && errorsOf(step.accepted)).toEqual([])
    expect(step && errorsOf(step.refused)).toEqual([expect.stringContaining(rule.message ?? rule.rule)])
  })
})

const withoutRules = (schema: StructuralSchema): StructuralSchema => ({ ...schema, "x-kubernetes-validations": [] })
