import { type CelInput, celEnv, isCelError, parse, plan } from "@bufbuild/cel"
import { isJsonArray, isJsonObject } from "../json.ts"
import { fieldSchema, type StructuralSchema } from "../StructuralSchema.ts"

/** Turns a value into what CEL computes with; the schema tells integers from doubles and text from timestamps. */
export const celValue = (schema: StructuralSchema | undefined, value: unknown): CelInput => {
  if (isJsonArray(value)) return value.map((item) => celValue(schema?.items, item))
  if (isJsonObject(value)) {
    return new Map(Object.entries(value).map(([field, inner]) => [field, celValue(fieldSchema(schema, field), inner)]))
  }
  if (typeof value === "number") return Number.isInteger(value) && schema?.type !== "number" ? BigInt(value) : value
  if (typeof value === "string") return celText(schema, value)
  return typeof value === "boolean" ? value : null
}

const celText = (schema: StructuralSchema | undefined, text: string): CelInput => {
  switch (schema?.format) {
    case "date-time":
    case "date":
      return timestamp(schema.format === "date" ? `${text}T00:00:00Z` : text)
    case "duration":
      return duration(text)
    case "byte":
      return Uint8Array.from(Buffer.from(text, "base64"))
    default:
      return text
  }
}

const conversion = (call: string): ((text: string) => CelInput) => {
  const evaluate = plan(celEnv(), parse(call))
  return (text) => {
    const result = evaluate({ text })
    return isCelError(result) ? text : result
  }
}
const timestamp = conversion("timestamp(text)")
const duration = conversion("duration(text)")
