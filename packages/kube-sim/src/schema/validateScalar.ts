import { type FieldError, invalidType, notSupported, tooLong } from "./FieldError.ts"
import { numberFormats, textFormats } from "./formats.ts"
import { isJsonArray, jsonEquals } from "./json.ts"
import type { StructuralSchema } from "./StructuralSchema.ts"
import { failed, unchecked } from "./validationFailure.ts"

/** Refuses a value of another type than the schema names; at most one error. */
export const typeError = (schema: StructuralSchema, value: unknown, path: string): ReadonlyArray<FieldError> => {
  const wanted = schema["x-kubernetes-int-or-string"] ? "integer,string" : (schema.type ?? "")
  const actual = typeOf(value)
  if (wanted === "" || (actual === "null" && schema.nullable)) return []
  const types = wanted.split(",")
  if (types.includes(actual) || (actual === "integer" && types.includes("number"))) return []
  // The real error shows the name of the actual type where one expects the value.
  return [invalidType(path, actual, `${path} in body must be of type ${wanted}: ${JSON.stringify(actual)}`)]
}

/** Checks enum, bounds, pattern and format of a value whose type is right; other types pass. */
export const validateScalar = (schema: StructuralSchema, value: unknown, path: string): ReadonlyArray<FieldError> => {
  const errors: Array<FieldError> = []
  if (typeof value === "string") errors.push(...validateText(schema, value, path))
  if (typeof value === "number") errors.push(...validateNumber(schema, value, path))
  if (schema.enum !== undefined && !schema.enum.some((allowed) => jsonEquals(allowed, value))) {
    errors.push(notSupported(path, value ?? "", schema.enum))
  }
  return errors
}

const typeOf = (value: unknown): string => {
  if (value === null || value === undefined) return "null"
  if (isJsonArray(value)) return "array"
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number"
  return typeof value === "object" ? "object" : typeof value
}

const patterns = new Map<string, RegExp>()
const compiled = (pattern: string): RegExp => {
  const known = patterns.get(pattern) ?? new RegExp(pattern)
  patterns.set(pattern, known)
  return known
}

const validateText = (schema: StructuralSchema, text: string, path: string): ReadonlyArray<FieldError> => {
  const length = Array.from(text).length
  const { minLength, maxLength, pattern, format } = schema
  const errors: Array<FieldError> = []
  if (maxLength !== undefined && length > maxLength) errors.push(tooLong(path, maxLength))
  else if (minLength !== undefined && length < minLength) {
    errors.push(failed(path, text, `should be at least ${minLength} chars long`))
  } else if (pattern !== undefined && !compiled(pattern).test(text)) {
    errors.push(failed(path, text, `should match '${pattern}'`))
  }
  const hasFormat = format === undefined ? undefined : textFormats[format]
  if (hasFormat !== undefined && !hasFormat(text)) {
    errors.push(invalidType(path, text, `${path} in body must be of type ${format}: ${JSON.stringify(text)}`))
  }
  return errors
}

const validateNumber = (schema: StructuralSchema, value: number, path: string): ReadonlyArray<FieldError> => {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, format } = schema
  const errors: Array<FieldError> = []
  const range = format === undefined ? undefined : numberFormats[format]
  const isBroken = schema.type === "integer" && !Number.isInteger(value)
  if (isBroken || (range !== undefined && (value < range.min || value > range.max))) {
    const kind = format === undefined ? "(default format)" : `with format ${format}`
    errors.push(unchecked(`Checked value must be of type ${schema.type} ${kind} in ${path}`))
  }
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf)) {
    errors.push(failed(path, value, `should be a multiple of ${multipleOf}`))
  }
  if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum)) {
    errors.push(failed(path, value, `should be greater than ${exclusiveMinimum ? "" : "or equal to "}${minimum}`))
  }
  if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum)) {
    errors.push(failed(path, value, `should be less than ${exclusiveMaximum ? "" : "or equal to "}${maximum}`))
  }
  return errors
}
