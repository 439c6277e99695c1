import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { Ajv } from "ajv"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { parse } from "yaml"
import { customResourceDefinitions, Mesh, MeshDeployment, MeshFederation } from "@multicluster-mesh/mesh-model"

/**
 * Whatever a golden file holds is an object that its API server would take: by the unmodified CustomResourceDefinitions
 * of other projects where `MESH_FOREIGN_CRDS` names a folder of them, and by ours always.
 */

interface KubeObject {
  readonly apiVersion: string
  readonly kind: string
}

interface Definition {
  readonly spec: {
    readonly group: string
    readonly names: { readonly kind: string }
    readonly versions: ReadonlyArray<{
      readonly name: string
      readonly schema?: { readonly openAPIV3Schema: object }
    }>
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const isObject = (value: unknown): value is KubeObject & Readonly<Record<string, unknown>> =>
  isRecord(value) && typeof value["apiVersion"] === "string" && typeof value["kind"] === "string" && "metadata" in value

/** The works of a golden plan, as the objects that they become. */
const asObject = (value: Readonly<Record<string, unknown>>) =>
  value["_tag"] === "ApplyWork"
    ? {
        apiVersion: "work.open-cluster-management.io/v1",
        kind: "ManifestWork",
        metadata: { name: value["name"], namespace: value["cluster"], labels: value["labels"] },
        spec: value["spec"]
      }
    : value

/** All Kubernetes objects in a value, however deep. */
const objectsIn = (value: unknown): ReadonlyArray<KubeObject> =>
  Array.isArray(value)
    ? value.flatMap(objectsIn)
    : isRecord(value)
      ? [...[asObject(value)].filter(isObject), ...Object.values(value).flatMap(objectsIn)]
      : []

/** What an API server reads of a schema for a value without nulls; formats that it does not check either are left out. */
const checker = (definitions: ReadonlyArray<Definition>) => {
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true })
  const schemas = new Map<string, object>(
    definitions.flatMap(({ spec: { group, names, versions } }) =>
      versions.flatMap(({ name, schema }) =>
        schema === undefined ? [] : [[`${group}/${name} ${names.kind}`, closed(schema.openAPIV3Schema)] as const]
      )
    )
  )
  const compiled = new Map<string, ReturnType<Ajv["compile"]>>()
  return {
    /** What is wrong with an object, in words. */
    problems: (object: KubeObject): ReadonlyArray<string> => {
      const key = `${object.apiVersion} ${object.kind}`
      const schema = schemas.get(key)
      if (schema === undefined) return [`nobody defines ${key}`]
      const validate = compiled.get(key) ?? ajv.compile(schema)
      compiled.set(key, validate)
      return validate(object)
        ? []
        : (validate.errors ?? []).map(
            (error) => `${key}${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`
          )
    }
  }
}

/** A structural schema as an API server reads it: what it does not name is pruned, and so a fault here. */
const closed = (schema: unknown, atRoot = true): object => {
  if (!isRecord(schema)) return {}
  const { items, properties, additionalProperties, ...rest } = schema
  const isOpen =
    rest["x-kubernetes-preserve-unknown-fields"] === true || rest["x-kubernetes-embedded-resource"] === true
  const isIntOrString = rest["x-kubernetes-int-or-string"] === true
  const { type, nullable, ...others } = rest
  return {
    ...others,
    ...(isIntOrString || type === undefined ? {} : { type: nullable === true ? [type, "null"] : type }),
    ...(items === undefined ? {} : { items: closed(items, false) }),
    ...(isRecord(additionalProperties) ? { additionalProperties: closed(additionalProperties, false) } : {}),
    ...(isRecord(properties)
      ? {
          properties: {
            ...Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, closed(one, false)])),
            ...(atRoot ? { apiVersion: {}, kind: {}, metadata: {} } : {})
          },
          ...(isOpen ? {} : { additionalProperties: false })
        }
      : {})
  }
}

const here = import.meta.dirname
const goldenObjects = globSync("testdata/*.golden.yaml", { cwd: here })
  .sort()
  .map((file) => ({ file, objects: objectsIn(parse(readFileSync(join(here, file), "utf8"))) }))

const foreignGroups =
  /^(maistra\.io|federation\.maistra\.io|operators\.coreos\.com|work\.open-cluster-management\.io)\//u

const foreignKinds = ["ManifestWork", "ServiceMeshControlPlane", "ServiceMeshPeer", "Subscription"]

const foreignDefinitions = (folder: string): ReadonlyArray<Definition> =>
  globSync("{maistra,olm,ocm/work/**}/*.yaml", { cwd: folder }).map((file) =>
    parse(readFileSync(join(folder, file), "utf8"))
  )

const foreignFolder = process.env["MESH_FOREIGN_CRDS"]
const foreign = checker(foreignFolder === undefined ? [] : foreignDefinitions(foreignFolder))
const foreignCases = foreignFolder === undefined ? [] : goldenObjects

describe("golden objects", () => {
  const ours = checker(customResourceDefinitions().map((definition) => JSON.parse(JSON.stringify(definition))))

  it("hold what the planner delivers, of every kind", () => {
    const kinds = new Set(goldenObjects.flatMap(({ objects }) => objects).map(({ kind }) => kind))
    for (const kind of ["ServiceMeshControlPlane", "ServiceMeshPeer", "ImportedServiceSet", "Subscription"]) {
      expect(kinds).toContain(kind)
    }
  })

  it("of our kinds are what our own definitions take", () => {
    const objects = goldenObjects
      .flatMap(({ objects }) => objects)
      .filter(({ apiVersion }) => apiVersion.startsWith("mesh."))
    expect(objects.length).toBeGreaterThan(10)
    // an apply names only the fields that the hub owns, so not always all that a whole object has
    expect(objects.flatMap(ours.problems).filter((text) => !/must have required/u.test(text))).toEqual([])
  })

  it.each(foreignCases)("of $file are what the unmodified definitions of others take", ({ objects }) => {
    expect(objects.filter(({ apiVersion }) => foreignGroups.test(apiVersion)).flatMap(foreign.problems)).toEqual([])
  })

  it.each(foreignCases.length === 0 ? [] : foreignKinds)("would be refused as %s with another field", (kind) => {
    const object = foreignCases.flatMap(({ objects }) => objects).find((one) => one.kind === kind)
    const broken = { apiVersion: "", kind, ...object, spec: { nowhere: true } }
    expect(foreign.problems(broken).join()).toContain("nowhere")
  })
})

/** The manifests of the document that this project began with, as they stand there. */
const seed = parse(`
- apiVersion: mesh.open-cluster-management.io/v1alpha1
  kind: Mesh
  metadata:
    name: managedcluster1-istio-system-basic
  spec:
    clusters: managedcluster1
    controlPlane:
      components: ["istio-discovery", "istio-ingress", "mesh-config", "telemetry-common", "tracing"]
      namespace: istio-system
      profiles: ["default"]
      version: v2.1
    meshMemberRoll: ["istio-apps"]
    meshProvider: Openshift Service Mesh
    trustDomain: cluster.local
  status:
    readiness:
      components:
        pending: []
        ready: ["istio-discovery", "istio-ingress", "mesh-config", "telemetry-common", "tracing"]
        unready: []
- apiVersion: mesh.open-cluster-management.io/v1alpha1
  kind: MeshDeployment
  metadata:
    name: mesh
  spec:
    clusters: ["managedcluster1", "managedcluster2"]
    controlPlane:
      components: ["prometheus", "istio-discovery", "istio-ingress", "mesh-config", "telemetry-common", "tracing"]
      namespace: mesh-system
      profiles: ["default"]
      version: v2.1
    meshMemberRoll: ["mesh-apps"]
    meshProvider: Openshift Service Mesh
  status:
    appliedMeshes: ["managedcluster1-mesh", "managedcluster2-mesh"]
- apiVersion: mesh.open-cluster-management.io/v1alpha1
  kind: MeshFederation
  metadata:
    name: mcsm
  spec:
    meshPeers:
    - peers:
      - name: managedcluster1-mesh
        cluster: managedcluster1
      - name: managedcluster2-mesh
        cluster: managedcluster2
    trustConfig:
      trustType: Limited
  status:
    federatedMeshes:
    - peer:
      - managedcluster1-mesh
      - managedcluster1-mesh
`)

describe("the manifests that the project began with", () => {
  const ours = checker(customResourceDefinitions().map((definition) => JSON.parse(JSON.stringify(definition))))
  const readers = {
    Mesh: Schema.decodeUnknownSync(Mesh),
    MeshDeployment: Schema.decodeUnknownSync(MeshDeployment),
    MeshFederation: Schema.decodeUnknownSync(MeshFederation)
  }

  it.each(Object.entries(readers))("%s is read as it stands", (kind, read) => {
    expect(read(objectsIn(seed).find((object) => object.kind === kind))).toMatchObject({ kind })
  })

  it.each(objectsIn(seed))("$kind is what our definition takes", (manifest) => {
    expect(ours.problems(manifest)).toEqual([])
  })

  it("would be refused with a field that is not there", () => {
    const [mesh] = objectsIn(seed)
    const broken = { apiVersion: "", kind: "", ...mesh, spec: { contrlPlane: {} } }
    expect(ours.problems(broken).join()).toContain("contrlPlane")
  })
})
