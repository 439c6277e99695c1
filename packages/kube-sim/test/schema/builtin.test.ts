import { describe, expect, it } from "vitest"
import { applyObject } from "../../src/managedFields/applyObject.ts"
import { applyDefaults } from "../../src/schema/applyDefaults.ts"
import { builtinKinds } from "../../src/schema/builtin.ts"
import { duplicateItems } from "../../src/schema/listTypes.ts"
import { rootPlace, placesIn } from "../../src/schema/structural/SchemaPlace.ts"
import { listErrors } from "../../src/schema/structural/listErrors.ts"
import { validateSchema } from "../../src/schema/validateSchema.ts"

const schemaOf = (kind: string) => {
  const found = builtinKinds.find(({ type }) => type.kind === kind)
  if (found === undefined) throw new Error(`no built-in ${kind}`)
  return found.schema
}
const object = (apiVersion: string, kind: string, spec: unknown) => ({
  apiVersion,
  kind,
  metadata: { name: "x" },
  spec
})
type Applied = Parameters<typeof applyObject>[0]["applied"]

const applied = (kind: string, given: Applied) =>
  applyObject({
    live: undefined,
    applied: given,
    sentNamespace: "",
    schema: schemaOf(kind),
    manager: "m",
    force: false,
    subresource: undefined,
    now: "2026-01-01T00:00:00Z"
  })
const ownedIn = (kind: string, given: Applied): unknown => {
  const outcome = applied(kind, given)
  return outcome._tag === "Applied" ? outcome.object.metadata.managedFields?.[0]?.fieldsV1 : outcome
}

describe("the schemas of built-in kinds", () => {
  it("have sound keys in every list", () => {
    const errors = builtinKinds.flatMap(({ type, schema }) =>
      placesIn(rootPlace(type.kind, schema)).flatMap(listErrors)
    )
    // Kubernetes' own kinds may leave out keys of lists that only have to be named when there are more.
    expect(errors.filter(({ field }) => !field.endsWith(".default"))).toEqual([])
  })
  it("are of one kind each", () => {
    const kinds = builtinKinds.map(({ type }) => `${type.group}/${type.kind}`)
    expect(new Set(kinds).size).toBe(kinds.length)
  })
  it("tell ports of a Service apart by port and protocol", () => {
    const ports = [{ port: 53 }, { port: 53, protocol: "UDP" }]
    expect(ownedIn("Service", object("v1", "Service", { ports }))).toEqual({
      "f:spec": {
        "f:ports": {
          'k:{"port":53,"protocol":"TCP"}': { ".": {}, "f:port": {} },
          'k:{"port":53,"protocol":"UDP"}': { ".": {}, "f:port": {}, "f:protocol": {} }
        }
      }
    })
  })
  it("own the selector of a Service, and the rules of a role, as wholes", () => {
    expect(ownedIn("Service", object("v1", "Service", { selector: { app: "x" } }))).toEqual({
      "f:spec": { "f:selector": {} }
    })
    const { spec: _, ...named } = object("rbac.authorization.k8s.io/v1", "ClusterRole", undefined)
    const role = { ...named, rules: [{ verbs: ["get"] }] }
    expect(ownedIn("ClusterRole", role)).toMatchObject({ "f:rules": {} })
  })
  it("tell containers, variables and mounts apart by their names", () => {
    const container = {
      name: "proxy",
      env: [{ name: "A", value: "1" }],
      volumeMounts: [{ name: "v", mountPath: "/v" }]
    }
    expect(ownedIn("Pod", object("v1", "Pod", { containers: [container] }))).toEqual({
      "f:spec": {
        "f:containers": {
          'k:{"name":"proxy"}': {
            ".": {},
            "f:env": { 'k:{"name":"A"}': { ".": {}, "f:name": {}, "f:value": {} } },
            "f:name": {},
            "f:volumeMounts": { 'k:{"mountPath":"/v"}': { ".": {}, "f:mountPath": {}, "f:name": {} } }
          }
        }
      }
    })
  })
  it("fill in the defaults of a Deployment", () => {
    const spec = { selector: { matchLabels: { a: "b" } }, template: { spec: { containers: [{ name: "c" }] } } }
    expect(applyDefaults(schemaOf("Deployment"), object("apps/v1", "Deployment", spec))["spec"]).toMatchObject({
      replicas: 1,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } },
      template: { spec: { restartPolicy: "Always", containers: [{ name: "c", terminationMessagePolicy: "File" }] } }
    })
  })
  it("refuse a container without a name and equal conditions", () => {
    const pod = object("v1", "Pod", { containers: [{}] })
    expect(validateSchema(schemaOf("Pod"), pod).map(({ field }) => field)).toEqual(["spec.containers[0].name"])
    const conditions = [{ type: "Ready" }, { type: "Ready" }]
    expect(duplicateItems(schemaOf("Pod"), { status: { conditions } }, "")).toHaveLength(1)
  })
})
