import type { StructuralSchema } from "../schema/StructuralSchema.ts"
import { type MergeType, mergeTypeOf } from "./MergeType.ts"

const text: StructuralSchema = { type: "string" }
const texts: StructuralSchema = { type: "object", additionalProperties: text }

/** The schema of ObjectMeta, with how its parts merge. */
export const objectMetaSchema: StructuralSchema = {
  type: "object",
  properties: {
    name: text,
    generateName: text,
    namespace: text,
    selfLink: text,
    uid: text,
    resourceVersion: text,
    generation: { type: "integer", format: "int64" },
    creationTimestamp: { type: "string", format: "date-time", nullable: true },
    deletionTimestamp: { type: "string", format: "date-time" },
    deletionGracePeriodSeconds: { type: "integer", format: "int64" },
    labels: texts,
    annotations: texts,
    finalizers: { type: "array", items: text, "x-kubernetes-list-type": "set" },
    ownerReferences: {
      type: "array",
      items: {
        type: "object",
        required: ["apiVersion", "kind", "name", "uid"],
        properties: {
          apiVersion: text,
          kind: text,
          name: text,
          uid: text,
          controller: { type: "boolean" },
          blockOwnerDeletion: { type: "boolean" }
        },
        "x-kubernetes-map-type": "atomic"
      },
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["uid"]
    },
    managedFields: { type: "array", items: { type: "object", "x-kubernetes-preserve-unknown-fields": true } }
  }
}

/** How whole objects of a schema merge; without a schema all but the metadata is deduced. */
export const objectType = (schema: StructuralSchema | undefined): MergeType =>
  mergeTypeOf({
    ...(schema ?? { type: "object", "x-kubernetes-preserve-unknown-fields": true }),
    properties: { ...schema?.properties, apiVersion: text, kind: text, metadata: objectMetaSchema }
  })
