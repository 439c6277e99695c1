import type { ResourceType } from "@multicluster-mesh/mesh-model"
import { objectMetaSchema } from "./objectMeta.ts"
import type { StructuralSchema } from "./StructuralSchema.ts"

/** A kind, as the document describes it. */
export interface DescribedKind {
  readonly type: ResourceType
  readonly schema: StructuralSchema | undefined
}

/**
 * The OpenAPI document of a group version, as `/openapi/v3` serves it: enough for `kubectl explain` and for
 * `kubectl apply`, which looks there for the parameters that a patch takes.
 *
 * Shape: no operation names strategic merge patch, so that kubectl merges built-in kinds by its own types.
 */
export const openApiV3Document = (groupVersion: string, kinds: ReadonlyArray<DescribedKind>): object => ({
  openapi: "3.0.0",
  info: { title: "Kubernetes", version: "unversioned" },
  paths: Object.fromEntries(kinds.flatMap(({ type }) => pathsOf(groupVersion, type))),
  components: {
    schemas: {
      [objectMeta]: {
        ...objectMetaSchema,
        description: "ObjectMeta is metadata that all persisted resources must have."
      },
      [patch]: {
        type: "object",
        description: "Patch is provided to give a concrete name and type to a Kubernetes PATCH body."
      },
      ...Object.fromEntries(kinds.flatMap(({ type, schema }) => [objectSchema(type, schema), listSchema(type)]))
    }
  }
})

const objectMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
const patch = "io.k8s.apimachinery.pkg.apis.meta.v1.Patch"
const refTo = (name: string) => ({ $ref: `#/components/schemas/${name}` })

/** The name of a kind's schema: the group turned around, as for Go packages. */
const schemaName = ({ group, version, kind }: ResourceType): string => {
  const path = group === "" ? ["io", "k8s", "api", "core"] : group.split(".").toReversed()
  return [...path, version, kind].join(".")
}

const gvkOf = ({ group, version, kind }: ResourceType, suffix = "") => ({ group, kind: kind + suffix, version })

const text = (description: string) => ({ type: "string", description })
const typeFields = {
  apiVersion: text("APIVersion defines the versioned schema of this representation of an object."),
  kind: text("Kind is a string value representing the REST resource this object represents.")
}

const objectSchema = (type: ResourceType, schema: StructuralSchema | undefined): readonly [string, object] => [
  schemaName(type),
  {
    type: "object",
    ...schema,
    properties: {
      ...typeFields,
      ...schema?.properties,
      metadata: { description: "Standard object's metadata.", default: {}, allOf: [refTo(objectMeta)] }
    },
    "x-kubernetes-group-version-kind": [gvkOf(type)]
  }
]

const listSchema = (type: ResourceType): readonly [string, object] => [
  `${schemaName(type)}List`,
  {
    type: "object",
    description: `${type.kind}List is a list of ${type.kind}`,
    required: ["items"],
    properties: {
      ...typeFields,
      metadata: {
        type: "object",
        description: "Standard list metadata.",
        "x-kubernetes-preserve-unknown-fields": true
      },
      items: { type: "array", items: refTo(schemaName(type)) }
    },
    "x-kubernetes-group-version-kind": [gvkOf(type, "List")]
  }
]

const pathsOf = (groupVersion: string, type: ResourceType): ReadonlyArray<readonly [string, object]> => {
  const root = `${type.group === "" ? "/api" : "/apis"}/${groupVersion}`
  const all = `${root}/${type.plural}`
  const collection = type.namespaced ? `${root}/namespaces/{namespace}/${type.plural}` : all
  const operation = operationOf(type)
  const list = operation("list", [])
  const item = {
    get: operation("get", []),
    put: operation("put", writing),
    patch: {
      ...operation("patch", [...writing, "force"]),
      requestBody: {
        content: Object.fromEntries(
          ["application/apply-patch+yaml", "application/merge-patch+json"].map((type) => [
            type,
            { schema: refTo(patch) }
          ])
        ),
        required: true
      }
    },
    delete: operation("delete", ["dryRun", "propagationPolicy"])
  }
  const create = operation("post", writing)
  const removeAll = operation("deletecollection", ["dryRun", "propagationPolicy"])
  return [
    [collection, { get: list, post: create, delete: removeAll }],
    [`${collection}/{name}`, item],
    [`${collection}/{name}/status`, { get: item.get, put: item.put, patch: item.patch }],
    ...(type.namespaced ? [[all, { get: list }] as const] : [])
  ]
}

const writing: ReadonlyArray<string> = ["dryRun", "fieldManager", "fieldValidation"]

const operationOf =
  (type: ResourceType) =>
  (action: string, parameters: ReadonlyArray<string>): object => ({
    parameters: parameters.map((name) => ({
      in: "query",
      name,
      schema: { type: name === "force" ? "boolean" : "string", uniqueItems: true }
    })),
    responses: {
      200: { description: "OK", content: { "application/json": { schema: refTo(schemaName(type)) } } }
    },
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": gvkOf(type)
  })
