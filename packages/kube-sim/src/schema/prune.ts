import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { isJsonArray, isJsonObject, type JsonObject } from "./json.ts"
import { pruneMetadata } from "./objectMeta.ts"
import { fieldSchema, type StructuralSchema } from "./StructuralSchema.ts"

/** An object without the fields that its schema does not know, and the paths of those. */
export interface Pruned {
  readonly object: KubeObject
  /** Sorted, as strict field validation names them: `spec.hosts[0].prot`. */
  readonly unknown: ReadonlyArray<string>
}

/**
 * Drops the fields that `schema` does not know; `apiVersion`, `kind` and what says something in `metadata` stay.
 *
 * Source: apiextensions-apiserver `pkg/apiserver/schema/pruning`.
 */
export const prune = (schema: StructuralSchema, object: KubeObject): KubeObject =>
  pruneWithUnknown(schema, object).object

/** As `prune`, and names what it dropped: the unknown fields of `fieldValidation=Strict`. */
export const pruneWithUnknown = (schema: StructuralSchema, object: KubeObject): Pruned => {
  const unknown: Array<string> = []
  const root: StructuralSchema = { ...schema, "x-kubernetes-embedded-resource": true }
  const { apiVersion, kind } = object
  const pruned = pruneObject(root, object, "", unknown)
  const { metadata, unknown: unknownMetadata } = pruneMetadata(object.metadata)
  unknown.push(...unknownMetadata)
  return { object: { ...pruned, apiVersion, kind, metadata }, unknown: unknown.toSorted() }
}

const typeFields = new Set(["apiVersion", "kind", "metadata"])

const keepsUnknown = (schema: StructuralSchema | undefined): boolean =>
  schema?.["x-kubernetes-preserve-unknown-fields"] === true

const pruneValue = (
  schema: StructuralSchema | undefined,
  value: unknown,
  path: string,
  unknown: Array<string>
): unknown => {
  if (isJsonArray(value)) {
    if (keepsUnknown(schema) && schema?.items === undefined) return value
    const items: StructuralSchema | undefined = keepsUnknown(schema)
      ? { ...schema?.items, "x-kubernetes-preserve-unknown-fields": true }
      : schema?.items
    return value.map((item, index) => pruneValue(items, item, `${path}[${index}]`, unknown))
  }
  return isJsonObject(value) ? pruneObject(schema, value, path, unknown) : value
}

const pruneObject = (
  schema: StructuralSchema | undefined,
  object: JsonObject,
  path: string,
  unknown: Array<string>
): JsonObject => {
  const kept: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(object)) {
    const fieldPath = path === "" ? field : `${path}.${field}`
    const known = fieldSchema(schema, field)
    if (schema?.["x-kubernetes-embedded-resource"] && typeFields.has(field)) kept[field] = value
    else if (known !== undefined) kept[field] = pruneValue(known, value, fieldPath, unknown)
    else if (keepsUnknown(schema)) kept[field] = value
    else if (schema?.additionalProperties === true) kept[field] = pruneValue(undefined, value, fieldPath, unknown)
    else unknown.push(fieldPath)
  }
  return kept
}
