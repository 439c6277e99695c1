import { canonicalJson } from "./json.ts"

/**
 * One thing that is wrong with an object, as a cause of a Status (422) carries it.
 *
 * Shape: `message` is the cause's text without the field (`Required value`); the Status joins `field: message`.
 * Source: k8s.io/apimachinery `util/validation/field`.
 */
export interface FieldError {
  readonly field: string
  /** `FieldValueRequired`, `FieldValueInvalid`, … */
  readonly reason: string
  readonly message: string
}

const titles = {
  FieldValueRequired: "Required value",
  FieldValueDuplicate: "Duplicate value",
  FieldValueInvalid: "Invalid value",
  FieldValueTypeInvalid: "Invalid value",
  FieldValueNotSupported: "Unsupported value",
  FieldValueForbidden: "Forbidden",
  FieldValueTooLong: "Too long",
  FieldValueTooMany: "Too many"
} as const

type Reason = keyof typeof titles

const fieldError = (reason: Reason, field: string, detail: string, shown = ""): FieldError => ({
  field,
  reason,
  message: titles[reason] + (shown === "" ? "" : `: ${shown}`) + (detail === "" ? "" : `: ${detail}`)
})

export const requiredValue = (field: string, detail = ""): FieldError => fieldError("FieldValueRequired", field, detail)

export const forbiddenValue = (field: string, detail: string): FieldError =>
  fieldError("FieldValueForbidden", field, detail)

export const invalidValue = (field: string, value: unknown, detail: string): FieldError =>
  fieldError("FieldValueInvalid", field, detail, shownValue(value))

/** As Go prints a value: in objects and lists it escapes what HTML would take for its own. */
const shownValue = (value: unknown): string =>
  typeof value === "object" && value !== null ? escapedForHtml(canonicalJson(value)) : canonicalJson(value)

const escapes: Readonly<Record<string, string>> = { "&": "\\u0026", "<": "\\u003c", ">": "\\u003e" }
const escapedForHtml = (json: string): string =>
  json.replaceAll(/[&<>]/gu, (character) => escapes[character] ?? character)

/** As `invalidValue`, with the value in the text of a Go struct: its fields in order, capitalized. */
export const invalidStruct = (
  field: string,
  fields: ReadonlyArray<readonly [string, unknown]>,
  detail: string
): FieldError => {
  const text = fields.map(([name, value]) => `${JSON.stringify(name)}:${canonicalJson(value)}`).join(",")
  return fieldError("FieldValueInvalid", field, detail, escapedForHtml(`{${text}}`))
}

/** As `invalidValue`, for a value too large to show: an object or a list. */
export const invalidField = (field: string, detail: string): FieldError =>
  fieldError("FieldValueInvalid", field, detail)

export const invalidType = (field: string, value: unknown, detail: string): FieldError =>
  fieldError("FieldValueTypeInvalid", field, detail, canonicalJson(value))

export const duplicateValue = (field: string, value?: unknown): FieldError =>
  fieldError("FieldValueDuplicate", field, "", value === undefined ? "" : shownValue(value))

export const notSupported = (field: string, value: unknown, supported: ReadonlyArray<unknown>): FieldError =>
  fieldError(
    "FieldValueNotSupported",
    field,
    supported.length === 0 ? "" : `supported values: ${supported.map(quoted).join(", ")}`,
    canonicalJson(value)
  )

export const tooLong = (field: string, max: number): FieldError =>
  fieldError("FieldValueTooLong", field, `may not be more than ${max} ${max === 1 ? "byte" : "bytes"}`)

export const tooMany = (field: string, actual: number, max: number): FieldError =>
  fieldError("FieldValueTooMany", field, `must have at most ${max} ${max === 1 ? "item" : "items"}`, `${actual}`)

const quoted = (value: unknown): string => JSON.stringify(typeof value === "string" ? value : canonicalJson(value))

const blocking = new Set<string>([
  "FieldValueNotSupported",
  "FieldValueRequired",
  "FieldValueTooLong",
  "FieldValueTooMany",
  "FieldValueTypeInvalid"
])

/** Whether one of `errors` keeps the API server from evaluating CEL rules at all. */
export const blocksRules = (errors: ReadonlyArray<FieldError>): boolean =>
  errors.some((error) => blocking.has(error.reason))

/** What the API server adds when `blocksRules` holds. */
export const rulesNotChecked: FieldError = invalidValue(
  "<nil>",
  null,
  "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation"
)
