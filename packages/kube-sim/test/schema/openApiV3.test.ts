import { resources } from "@multicluster-mesh/mesh-model"
import { describe, expect, it } from "vitest"
import { openApiV3Document } from "../../src/schema/openApiV3.ts"
import { fieldsOf } from "./customObject.ts"

const schema = fieldsOf({ cluster: { type: "string", description: "Where the mesh runs." } })
const document: unknown = JSON.parse(
  JSON.stringify(openApiV3Document("mesh.open-cluster-management.io/v1alpha1", [{ type: resources.meshes, schema }]))
)
const gvk = { group: "mesh.open-cluster-management.io", kind: "Mesh", version: "v1alpha1" }
const item = "/apis/mesh.open-cluster-management.io/v1alpha1/namespaces/{namespace}/meshes/{name}"

describe("openApiV3Document", () => {
  it("says of a patch what kubectl looks for before it applies", () => {
    expect(document).toMatchObject({
      paths: {
        [item]: {
          patch: {
            "x-kubernetes-action": "patch",
            "x-kubernetes-group-version-kind": gvk,
            parameters: expect.arrayContaining([
              expect.objectContaining({ name: "fieldValidation", in: "query" }),
              expect.objectContaining({ name: "dryRun", in: "query" })
            ])
          }
        }
      }
    })
  })
  it("describes the kind under its group, version and kind, with its metadata", () => {
    expect(document).toMatchObject({
      components: {
        schemas: {
          "io.open-cluster-management.mesh.v1alpha1.Mesh": {
            "x-kubernetes-group-version-kind": [gvk],
            properties: {
              metadata: { allOf: [{ $ref: "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" }] },
              spec: { properties: { cluster: { description: "Where the mesh runs." } } }
            }
          }
        }
      }
    })
  })
  it("refers to no schema that it does not have", () => {
    const text = JSON.stringify(document)
    const names = [...text.matchAll(/#\/components\/schemas\/([^"]+)/gu)].map(([, name]) => name ?? "")
    expect(names.filter((name) => !text.includes(`${JSON.stringify(name)}:{`))).toEqual([])
  })
  it("puts core kinds under /api and cluster-wide kinds outside namespaces", () => {
    expect(openApiV3Document("v1", [{ type: resources.namespaces, schema: undefined }])).toMatchObject({
      paths: { "/api/v1/namespaces/{name}": {}, "/api/v1/namespaces/{name}/status": {} }
    })
  })
})
