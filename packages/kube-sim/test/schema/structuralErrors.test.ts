import { customResourceDefinitions } from "@multicluster-mesh/mesh-model"
import { describe, expect, it } from "vitest"
import type { StructuralSchema } from "../../src/schema/StructuralSchema.ts"
import { structuralErrors } from "../../src/schema/structuralErrors.ts"
import { fieldsOf, texts } from "./customObject.ts"

const crdOf = (schema: unknown, changes: Readonly<Record<string, unknown>> = {}) => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "things.example.org" },
  spec: {
    group: "example.org",
    scope: "Namespaced",
    names: { plural: "things", kind: "Thing" },
    versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    ...changes
  }
})
const root = "spec.validation.openAPIV3Schema"
const x = `${root}.properties[spec].properties[x]`
const errorsOf = (schema: unknown) => texts(structuralErrors(crdOf(schema)))
const fieldErrors = (schema: unknown) =>
  errorsOf({ type: "object", properties: { spec: { type: "object", properties: { x: schema } } } })
const ruled = (rule: string, schema: StructuralSchema) => ({ ...schema, "x-kubernetes-validations": [{ rule }] })

describe("structuralErrors", () => {
  it("accepts every CRD of ours", () => {
    expect(customResourceDefinitions().flatMap(structuralErrors)).toEqual([])
  })
  it("asks for a schema in every version", () => {
    expect(texts(structuralErrors(crdOf(undefined)))).toEqual([
      "spec.versions[0].schema.openAPIV3Schema: Required value"
    ])
  })
  it("asks for the name that plural and group make", () => {
    const crd = { ...crdOf(fieldsOf({})), metadata: { name: "thing.example.org" } }
    expect(texts(structuralErrors(crd))).toEqual([
      'metadata.name: Invalid value: "thing.example.org": must be spec.names.plural+"."+spec.group'
    ])
  })
  it("asks for exactly one storage version", () => {
    const version = { name: "v1", served: true, storage: false, schema: { openAPIV3Schema: fieldsOf({}) } }
    expect(texts(structuralErrors(crdOf(undefined, { versions: [version] })))).toEqual([
      "spec.versions: Invalid value: must have exactly one version marked as storage version"
    ])
  })

  const shapes: ReadonlyArray<readonly [what: string, schema: unknown, error: string]> = [
    ["a field without a type", {}, `${x}.type: Required value: must not be empty for specified object fields`],
    ["a list without items", { type: "array" }, `${x}.items: Required value: must be specified`],
    [
      "items without a type",
      { type: "array", items: {} },
      `${x}.items.type: Required value: must not be empty for specified array items`
    ],
    [
      "a type that is none",
      { type: "text" },
      `${x}.type: Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string"`
    ],
    [
      "fields beside map values",
      { type: "object", properties: { a: { type: "string" } }, additionalProperties: { type: "string" } },
      `${x}.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive`
    ],
    ["references", { type: "object", $ref: "#/x" }, `${x}.$ref: Forbidden: $ref is not supported`],
    [
      "types inside anyOf",
      {
        type: "string",
        anyOf: [{ type: "string" }, { type: "integer" }, { maxLength: 1 }],
        allOf: [{ type: "string" }]
      },
      `${x}.allOf[0].type: Forbidden: must be empty to be structural`
    ],
    [
      "unknown fields that are not preserved",
      { type: "object", "x-kubernetes-preserve-unknown-fields": false },
      `${x}.x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined`
    ],
    [
      "a pattern with lookahead",
      { type: "string", pattern: "a(?=b)" },
      `${x}.pattern: Invalid value: "a(?=b)": must be a valid regular expression, but isn't: error parsing regexp: invalid or unsupported Perl syntax: \`(?=\``
    ],
    [
      "a format that we would not check",
      { type: "string", format: "hostname" },
      `${x}.format: Forbidden: the format hostname is not checked by this simulated API server`
    ],
    [
      "a keyed list without keys",
      { type: "array", items: { type: "object" }, "x-kubernetes-list-type": "map" },
      `${x}.x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map`
    ],
    [
      "a key that may be missing",
      {
        type: "array",
        items: { type: "object", properties: { name: { type: "string" } } },
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"]
      },
      `${x}.items.properties[name].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`
    ],
    [
      "a set of granular objects",
      { type: "array", items: { type: "object" }, "x-kubernetes-list-type": "set" },
      `${x}.items.x-kubernetes-map-type: Invalid value: null: must be atomic as item of a list with x-kubernetes-list-type=set`
    ],
    [
      "a default of another type",
      { type: "integer", default: "a" },
      `${x}.default: Invalid value: "string":  in body must be of type integer: "string"`
    ],
    [
      "a default with unknown fields",
      { type: "object", properties: {}, default: { a: 1 } },
      `${x}.default: Invalid value: {"a":1}: must not have unknown fields`
    ]
  ]
  it.each(shapes)("refuses %s", (_, schema, error) => {
    expect(fieldErrors(schema)).toContain(error)
  })
  it("takes the two alternatives of int-or-string with their types", () => {
    expect(
      fieldErrors({ "x-kubernetes-int-or-string": true, anyOf: [{ type: "integer" }, { type: "string" }] })
    ).toEqual([])
  })
  it("refuses a schema of metadata beyond the name", () => {
    const labels = { type: "object", properties: { labels: { type: "object" } } }
    expect(errorsOf({ type: "object", properties: { metadata: labels } })).toEqual([
      `${root}.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified`
    ])
  })

  const rules: ReadonlyArray<readonly [what: string, schema: StructuralSchema, error: string]> = [
    [
      "that name an unknown field",
      ruled("self.b == 1", { type: "object", properties: { a: { type: "integer" } } }),
      "compilation failed: ERROR: <input>:1:5: undefined field 'b'"
    ],
    [
      "that name an unknown variable",
      ruled("me == 1", { type: "integer" }),
      "compilation failed: ERROR: <input>:1:1: undeclared reference to 'me' (in container '')"
    ],
    [
      "with a function that does not exist",
      ruled("self.shout()", { type: "string" }),
      "undeclared reference to 'shout' (in container '')"
    ],
    [
      "with a function that only Kubernetes has",
      ruled("quantity(self).isGreaterThan(quantity('1'))", { type: "string" }),
      "the CEL function 'quantity' of Kubernetes is not implemented by this simulated API server"
    ],
    [
      "that compare different types",
      ruled("self == 1", { type: "string" }),
      "found no matching overload for '_==_' applied to '(string, int)'"
    ],
    [
      "that take the size of a struct",
      ruled("size(self) == 1", { type: "object", properties: { a: { type: "integer" } } }),
      "found no matching overload for 'size' applied to '(object)'"
    ],
    [
      "with branches of different types",
      ruled("(has(self.a) ? self.a : 'x') == 'x'", { type: "object", properties: { a: { type: "integer" } } }),
      "found no matching overload for '_?_:_' applied to '(bool, int, string)'"
    ],
    [
      "that show where they are wrong",
      ruled("self == 1", { type: "string" }),
      "compilation failed: ERROR: <input>:1:6: found no matching overload for '_==_' applied to '(string, int)'\n | self == 1\n | .....^"
    ],
    ["that are not true or false", ruled("self + 'a'", { type: "string" }), "cel expression must evaluate to a bool"],
    ["that do not parse", ruled("self ==", { type: "string" }), "compilation failed: ERROR: Syntax error"],
    [
      "that see what has no schema",
      ruled("self.free.a == 1", {
        type: "object",
        properties: { free: { "x-kubernetes-preserve-unknown-fields": true } }
      }),
      "undefined field 'free'"
    ],
    ["without a text", ruled(" ", { type: "string" }), "Required value: rule is not specified"]
  ]
  it.each(rules)("refuses rules %s", (_, schema, error) => {
    const errors = fieldErrors(schema)
    expect(errors).toHaveLength(1)
    expect(errors[0]).toContain(error)
  })
  it("refuses transition rules where old and new items cannot be told apart", () => {
    const list = { type: "array", items: ruled("self == oldSelf", { type: "string" }) }
    expect(fieldErrors(list)).toEqual([
      `${x}.items.x-kubernetes-validations[0].rule: Invalid value: "self == oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within ${x}`
    ])
  })
  it("allows them in keyed lists", () => {
    const item = ruled("self == oldSelf", {
      type: "object",
      required: ["name"],
      properties: { name: { type: "string" } }
    })
    expect(
      fieldErrors({
        type: "array",
        items: item,
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"]
      })
    ).toEqual([])
  })
})
