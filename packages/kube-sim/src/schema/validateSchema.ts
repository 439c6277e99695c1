import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { oldField, oldItem } from "./correlate.ts"
import { type FieldError, requiredValue, tooMany } from "./FieldError.ts"
import { isJsonArray, isJsonObject, jsonEquals, type JsonObject } from "./json.ts"
import { duplicateItems } from "./listTypes.ts"
import { fieldSchema, type StructuralSchema } from "./StructuralSchema.ts"
import { failed, unchecked } from "./validationFailure.ts"
import { typeError, validateScalar } from "./validateScalar.ts"

/**
 * Says what `schema` refuses in `object`: types, bounds, enums, patterns, required fields, lists of unique items.
 *
 * Shape: in the order of the schema, duplicates last. With `old` (an update) what has not changed is not refused again.
 * Source: kube-openapi `pkg/validation/validate`; apiextensions-apiserver `pkg/apiserver/validation`, `…/schema/listtype`.
 */
export const validateSchema = (
  schema: StructuralSchema,
  object: KubeObject,
  old?: KubeObject
): ReadonlyArray<FieldError> => {
  const errors = validateObject(schema, object, old, "")
  if (old !== undefined && duplicateItems(schema, old, "").length > 0) return errors
  return [...errors, ...duplicateItems(schema, object, "")]
}

/** Says what `schema` refuses in a value at `path`; `validateSchema` for what is not a whole object. */
export const validateValue = (schema: StructuralSchema, value: unknown, path: string): ReadonlyArray<FieldError> =>
  validate(schema, value, undefined, path)

const validate = (schema: StructuralSchema, value: unknown, old: unknown, path: string): ReadonlyArray<FieldError> => {
  if (old !== undefined && jsonEquals(value, old)) return []
  const mismatch = typeError(schema, value, path)
  if (value === null) return [...mismatch, ...(schema.enum === undefined ? [] : validateScalar(schema, value, path))]
  return [
    ...mismatch,
    ...validateJunctors(schema, value, old, path),
    ...validateScalar(schema, value, path),
    ...(isJsonArray(value) ? validateList(schema, value, old, path) : []),
    ...(isJsonObject(value) ? validateObject(schema, value, old, path) : [])
  ]
}

const validateObject = (
  schema: StructuralSchema,
  object: JsonObject,
  old: unknown,
  path: string
): ReadonlyArray<FieldError> => {
  const errors: Array<FieldError> = []
  const size = Object.keys(object).length
  const { minProperties, maxProperties } = schema
  if (minProperties !== undefined && size < minProperties) {
    errors.push(failed(path, size, `should have at least ${minProperties} properties`))
  }
  if (maxProperties !== undefined && size > maxProperties) errors.push(tooMany(path, size, maxProperties))
  for (const [field, value] of Object.entries(object)) {
    const known = fieldSchema(schema, field)
    const ofMap = known !== undefined && schema.properties?.[field] === undefined
    const fieldPath = path === "" && !ofMap ? field : `${path}.${field}`
    if (known !== undefined) errors.push(...validate(known, value, oldField(old, field), fieldPath))
    else if (schema.additionalProperties === false)
      errors.push(unchecked(`${path}.${field} in body is a forbidden property`))
  }
  for (const field of schema.required ?? []) {
    if (!Object.hasOwn(object, field)) errors.push(requiredValue(path === "" ? field : `${path}.${field}`))
  }
  return errors
}

const validateList = (
  schema: StructuralSchema,
  list: ReadonlyArray<unknown>,
  old: unknown,
  path: string
): ReadonlyArray<FieldError> => {
  const { items, minItems, maxItems } = schema
  const before = oldItem(schema, old)
  const errors =
    items === undefined ? [] : list.flatMap((item, index) => validate(items, item, before(item), `${path}[${index}]`))
  if (minItems !== undefined && list.length < minItems) {
    errors.push(failed(path, list.length, `should have at least ${minItems} items`))
  }
  if (maxItems !== undefined && list.length > maxItems) errors.push(tooMany(path, list.length, maxItems))
  return errors
}

const validateJunctors = (
  schema: StructuralSchema,
  value: unknown,
  old: unknown,
  path: string
): ReadonlyArray<FieldError> => {
  const outcomes = (schemas: ReadonlyArray<StructuralSchema> | undefined) =>
    (schemas ?? []).map((alternative) => validate(alternative, value, old, path))
  const quoted = JSON.stringify(path)
  const errors: Array<FieldError> = []
  const anyOf = schema["x-kubernetes-int-or-string"] ? [] : outcomes(schema.anyOf)
  if (anyOf.length > 0 && anyOf.every(isWrong)) {
    errors.push(unchecked(`${quoted} must validate at least one schema (anyOf)`), ...nearest(anyOf))
  }
  const oneOf = outcomes(schema.oneOf)
  const valid = oneOf.filter((outcome) => !isWrong(outcome)).length
  if (oneOf.length > 0 && valid !== 1) {
    const found = valid === 0 ? "Found none valid" : `Found ${valid} valid alternatives`
    errors.push(unchecked(`${quoted} must validate one and only one schema (oneOf). ${found}`))
    if (valid === 0) errors.push(...nearest(oneOf))
  }
  const allOf = outcomes(schema.allOf)
  if (allOf.some(isWrong)) {
    const none = allOf.every(isWrong) ? ". None validated" : ""
    errors.push(...allOf.flat(), unchecked(`${quoted} must validate all the schemas (allOf)${none}`))
  }
  if (schema.not !== undefined && validate(schema.not, value, undefined, path).length === 0) {
    errors.push(unchecked(`${quoted} must not validate the schema (not)`))
  }
  return errors
}

const isWrong = (outcome: ReadonlyArray<FieldError>): boolean => outcome.length > 0

const nearest = (outcomes: ReadonlyArray<ReadonlyArray<FieldError>>): ReadonlyArray<FieldError> =>
  outcomes.reduce((best, outcome) => (outcome.length < best.length ? outcome : best))
