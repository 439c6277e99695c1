import { type FieldError, invalidValue } from "../FieldError.ts"
import { jsonEquals } from "../json.ts"
import { prune } from "../prune.ts"
import type { StructuralSchema } from "../StructuralSchema.ts"
import { validateValue } from "../validateSchema.ts"
import type { SchemaPlace } from "./SchemaPlace.ts"

/**
 * What is wrong with the default of a schema: it must be valid and know no more fields than the schema.
 *
 * Source: apiextensions-apiserver `pkg/apiserver/schema/defaulting/validation.go`.
 */
export const defaultErrors = ({ schema, path, isNested, isTopMetadata }: SchemaPlace): ReadonlyArray<FieldError> => {
  const value = schema.default
  if (value === undefined || isNested || isTopMetadata) return []
  const holder: StructuralSchema = { type: "object", properties: { default: schema } }
  const object = { apiVersion: "validation/v1", kind: "Validation", metadata: { name: "default" }, default: value }
  if (!jsonEquals(prune(holder, object)["default"], value)) {
    return [invalidValue(`${path}.default`, value, "must not have unknown fields")]
  }
  const at = `${path}.default`
  const below = (field: string) => (field === "" || field.startsWith("[") ? `${at}${field}` : `${at}.${field}`)
  return validateValue(schema, value, "").map((error) => ({ ...error, field: below(error.field.replace(/^\./u, "")) }))
}
