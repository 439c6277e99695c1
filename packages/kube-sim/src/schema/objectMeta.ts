import type { ObjectMeta } from "@multicluster-mesh/ocm-transport"
import { isJsonArray, isJsonObject } from "./json.ts"
import type { StructuralSchema } from "./StructuralSchema.ts"

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

/** Metadata as a server keeps them, and the fields that it does not know. */
export interface PrunedMetadata {
  readonly metadata: ObjectMeta
  readonly unknown: ReadonlyArray<string>
}

/**
 * Drops from metadata what is unknown or says nothing: null, empty text, lists and maps.
 *
 * Source: apiextensions-apiserver `pkg/apiserver/schema/objectmeta`, which takes them through ObjectMeta and back.
 */
export const pruneMetadata = (given: ObjectMeta): PrunedMetadata => {
  const known = Object.entries(given).filter(([field]) => objectMetaSchema.properties?.[field] !== undefined)
  return {
    metadata: { ...Object.fromEntries(known.filter(([field, value]) => !saysNothing(field, value))), name: given.name },
    unknown: Object.keys(given)
      .filter((field) => objectMetaSchema.properties?.[field] === undefined)
      .map((field) => `metadata.${field}`)
  }
}

const saysNothing = (field: string, value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === "" ||
  (field === "generation" && value === 0) ||
  (isJsonArray(value) && value.length === 0) ||
  (isJsonObject(value) && Object.keys(value).length === 0)
