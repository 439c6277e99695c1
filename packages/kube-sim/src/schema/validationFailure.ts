import { type FieldError, invalidValue } from "./FieldError.ts"

/** A value that breaks a bound, worded as the schema validator does: the path twice. */
export const failed = (path: string, value: unknown, what: string): FieldError =>
  invalidValue(path, value, `${path} in body ${what}`)

/** An error that the validator reports without a field. */
export const unchecked = (message: string): FieldError => invalidValue("<nil>", "", message)
