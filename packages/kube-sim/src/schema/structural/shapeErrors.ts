import { type FieldError, forbiddenValue, invalidValue, notSupported, requiredValue } from "../FieldError.ts"
import { uncheckedFormats } from "../formats.ts"
import { isJsonArray } from "../json.ts"
import type { StructuralSchema } from "../StructuralSchema.ts"
import type { SchemaPlace } from "./SchemaPlace.ts"

/**
 * What makes a schema not structural, or no schema at all.
 *
 * Source: apiextensions-apiserver `pkg/apiserver/schema/validation.go`, `pkg/apis/apiextensions/validation`.
 */
export const shapeErrors = (place: SchemaPlace): ReadonlyArray<FieldError> => [
  ...keywordErrors(place),
  ...(place.isNested ? nestedErrors(place) : typeErrors(place))
]

const unsupported = ["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"]
const types = ["array", "boolean", "integer", "number", "object", "string"]

const keywordErrors = ({ schema, path }: SchemaPlace): ReadonlyArray<FieldError> => {
  const { type, format, pattern, properties, additionalProperties } = schema
  const errors = unsupported
    .filter((keyword) => Object.hasOwn(schema, keyword))
    .map((keyword) => forbiddenValue(`${path}.${keyword}`, `${keyword} is not supported`))
  if (type !== undefined && type !== "" && !types.includes(type)) errors.push(notSupported(`${path}.type`, type, types))
  if (schema.uniqueItems) {
    errors.push(
      forbiddenValue(
        `${path}.uniqueItems`,
        "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"
      )
    )
  }
  if (isJsonArray(schema.items)) {
    errors.push(forbiddenValue(`${path}.items`, "items must be a schema object and not an array"))
  }
  const hasFields = properties !== undefined && Object.keys(properties).length > 0
  if (hasFields && additionalProperties !== undefined && additionalProperties !== true) {
    errors.push(
      forbiddenValue(`${path}.additionalProperties`, "additionalProperties and properties are mutual exclusive")
    )
  }
  const wrong = pattern === undefined ? undefined : patternProblem(pattern)
  if (wrong !== undefined) {
    errors.push(invalidValue(`${path}.pattern`, pattern, `must be a valid regular expression, but isn't: ${wrong}`))
  }
  if (format !== undefined && uncheckedFormats.has(format.replaceAll("-", ""))) {
    errors.push(forbiddenValue(`${path}.format`, `the format ${format} is not checked by this simulated API server`))
  }
  return errors
}

/** Why a pattern is not one of Go's; its syntax has neither lookaround nor back references. */
const patternProblem = (pattern: string): string | undefined => {
  const foreign = /\(\?(?:[=!]|<[=!])|\\[1-9]/u.exec(pattern)
  if (foreign !== null) return `error parsing regexp: invalid or unsupported Perl syntax: \`${foreign[0]}\``
  try {
    return new RegExp(pattern) instanceof RegExp ? undefined : "not a pattern"
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause)
  }
}

const forbiddenWhereNested = {
  type: "must be empty to be structural",
  additionalProperties: "must be undefined to be structural",
  default: "must be undefined to be structural",
  title: "must be empty to be structural",
  description: "must be empty to be structural",
  nullable: "must be false to be structural",
  "x-kubernetes-preserve-unknown-fields": "must be false to be structural",
  "x-kubernetes-embedded-resource": "must be false to be structural",
  "x-kubernetes-int-or-string": "must be false to be structural",
  "x-kubernetes-list-map-keys": "must be empty to be structural",
  "x-kubernetes-list-type": "must be undefined to be structural",
  "x-kubernetes-map-type": "must be undefined to be structural",
  "x-kubernetes-validations": "must be empty to be structural"
} as const

const nestedErrors = ({ schema, path }: SchemaPlace): ReadonlyArray<FieldError> => {
  const errors = Object.entries(forbiddenWhereNested)
    .filter(([keyword]) => Object.hasOwn(schema, keyword))
    .map(([keyword, why]) => forbiddenValue(`${path}.${keyword}`, why))
  if (schema.properties?.["metadata"] !== undefined) {
    errors.push(forbiddenValue(`${path}.properties[metadata]`, "must not be specified in a nested context"))
  }
  return errors
}

const missingType = {
  root: "must not be empty at the root",
  item: "must not be empty for specified array items",
  field: "must not be empty for specified object fields"
}

const typeErrors = ({ schema, path, level, isTopMetadata }: SchemaPlace): ReadonlyArray<FieldError> => {
  const { type = "", items, properties, additionalProperties } = schema
  const isOpen = schema["x-kubernetes-preserve-unknown-fields"] === true
  const isEmbedded = schema["x-kubernetes-embedded-resource"] === true
  const isIntOrString = schema["x-kubernetes-int-or-string"] === true
  const errors: Array<FieldError> = []
  if (type === "array" && items === undefined) errors.push(requiredValue(`${path}.items`, "must be specified"))
  if (isEmbedded && type !== "object") {
    const why = "must be object if x-kubernetes-embedded-resource is true"
    errors.push(type === "" ? requiredValue(`${path}.type`, why) : invalidValue(`${path}.type`, type, why))
  } else if (type === "" && !isIntOrString && !isOpen) errors.push(requiredValue(`${path}.type`, missingType[level]))
  if (level === "root") {
    if (type !== "" && type !== "object") errors.push(invalidValue(`${path}.type`, type, "must be object at the root"))
    if (additionalProperties !== undefined) {
      errors.push(forbiddenValue(`${path}.additionalProperties`, "must not be used at the root"))
    }
    errors.push(...metadataErrors(properties?.["metadata"], `${path}.properties[metadata]`))
  }
  if (isTopMetadata && schema.default !== undefined) {
    errors.push(forbiddenValue(`${path}.default`, "must not be set in top-level metadata"))
  }
  if (isEmbedded && !isOpen && Object.keys(properties ?? {}).length === 0) {
    errors.push(
      requiredValue(
        `${path}.properties`,
        "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields"
      )
    )
  }
  if (isIntOrString && isOpen) {
    const why = "must be false if x-kubernetes-int-or-string is true"
    errors.push(invalidValue(`${path}.x-kubernetes-preserve-unknown-fields`, true, why))
  }
  if (schema["x-kubernetes-preserve-unknown-fields"] === false) {
    errors.push(invalidValue(`${path}.x-kubernetes-preserve-unknown-fields`, false, "must be true or undefined"))
  }
  return errors
}

const metadataErrors = (metadata: StructuralSchema | undefined, path: string): ReadonlyArray<FieldError> => {
  if (metadata === undefined) return []
  const { type, description: _, properties = {}, ...rest } = metadata
  const errors: Array<FieldError> = []
  if (type !== "object") errors.push(invalidValue(`${path}.type`, type ?? "", "must be object"))
  const isNarrow = Object.keys(properties).every((name) => name === "name" || name === "generateName")
  if (!isNarrow || Object.keys(rest).length > 0) {
    const why = "must not specify anything other than name and generateName, but metadata is implicitly specified"
    errors.push(forbiddenValue(path, why))
  }
  return errors
}
