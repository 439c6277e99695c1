import { compileRule } from "../cel/compileRule.ts"
import { type FieldError, invalidStruct, invalidValue, notSupported, requiredValue } from "../FieldError.ts"
import type { StructuralSchema, ValidationRule } from "../StructuralSchema.ts"
import { withTypeAndName } from "../validateRules.ts"
import type { SchemaPlace } from "./SchemaPlace.ts"

const reasons = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"]

/**
 * What is wrong with the rules of a schema; a rule that this server cannot evaluate is refused here.
 *
 * Source: apiextensions-apiserver `pkg/apis/apiextensions/validation`. The cost of rules is not estimated.
 */
export const ruleErrors = (place: SchemaPlace): ReadonlyArray<FieldError> => {
  if (place.isNested) return []
  const { schema, level } = place
  const hasTypeFields = level === "root" || schema["x-kubernetes-embedded-resource"] === true
  const self = hasTypeFields ? withTypeAndName(schema) : schema
  return (schema["x-kubernetes-validations"] ?? []).flatMap((rule, index) => {
    const path = `${place.path}.x-kubernetes-validations[${index}]`
    const written = writingErrors(rule, path)
    return written.length > 0 ? written : compileErrors(rule, self, path, place.uncorrelatable)
  })
}

const writingErrors = (rule: ValidationRule, path: string): ReadonlyArray<FieldError> => {
  const { message, messageExpression, reason } = rule
  const text = rule.rule.trim()
  const errors: Array<FieldError> = []
  if (text === "") errors.push(requiredValue(`${path}.rule`, "rule is not specified"))
  else if (message !== undefined && message.trim() === "") {
    errors.push(invalidValue(`${path}.message`, message, "must be non-empty if specified"))
  } else if (hasLines(message?.trim() ?? "")) {
    errors.push(invalidValue(`${path}.message`, message, "must not contain line breaks"))
  } else if (hasLines(text) && message === undefined) {
    errors.push(requiredValue(`${path}.message`, "message must be specified if rule contains line breaks"))
  }
  if (messageExpression !== undefined && messageExpression.trim() === "") {
    const why = "messageExpression must be non-empty if specified"
    errors.push(requiredValue(`${path}.messageExpression`, why))
  }
  if (reason !== undefined && !reasons.includes(reason)) errors.push(notSupported(`${path}.reason`, reason, reasons))
  return errors
}

const structOf = (rule: ValidationRule): ReadonlyArray<readonly [string, unknown]> => [
  ["Rule", rule.rule],
  ["Message", rule.message ?? ""],
  ["MessageExpression", rule.messageExpression ?? ""],
  ["Reason", rule.reason ?? null],
  ["FieldPath", rule.fieldPath ?? ""],
  ["OptionalOldSelf", rule.optionalOldSelf ?? null]
]

const hasLines = (text: string): boolean => /[\r\n]/u.test(text)

const compileErrors = (
  rule: ValidationRule,
  self: StructuralSchema,
  path: string,
  uncorrelatable: string | undefined
): ReadonlyArray<FieldError> => {
  const compiled = compileRule(rule, self)
  if ("part" in compiled) return [invalidStruct(`${path}.${compiled.part}`, structOf(rule), compiled.detail)]
  if (!compiled.usesOldSelf || uncorrelatable === undefined) return []
  const why = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelatable}`
  return [invalidValue(`${path}.rule`, rule.rule, why)]
}
