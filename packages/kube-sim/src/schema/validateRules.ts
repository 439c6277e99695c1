import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { celValue } from "./cel/celValue.ts"
import { type CompiledRule, compileRule, type RuleFailure } from "./cel/compileRule.ts"
import { oldField, oldItem } from "./correlate.ts"
import {
  duplicateValue,
  type FieldError,
  forbiddenValue,
  invalidField,
  invalidValue,
  requiredValue
} from "./FieldError.ts"
import { isJsonArray, isJsonObject, jsonEquals } from "./json.ts"
import { type StructuralSchema, valuesSchema } from "./StructuralSchema.ts"

/** The rules that an object breaks, given the object that it replaces. */
export type RuleCheck = (object: KubeObject, old: KubeObject | undefined) => ReadonlyArray<FieldError>

/**
 * Compiles the `x-kubernetes-validations` of a schema, at any depth.
 *
 * Shape: the check for all of them; undefined when there are none. Without an old object transition rules
 * do not run; with one, a rule that an unchanged value already broke is not held against it.
 * Errors: a rule that does not compile is an error of every object; `structuralErrors` refuses it with its CRD.
 * Source: apiextensions-apiserver `pkg/apiserver/schema/cel`.
 */
export const compileRules = (schema: StructuralSchema): RuleCheck | undefined => {
  const root = compileNode(withTypeAndName(schema))
  return root === undefined ? undefined : (object, old) => validateNode(root, object, old, "")
}

/** Gives the schema that `self` has in the rules of an object's root: there its type and name can always be read. */
export const withTypeAndName = (schema: StructuralSchema): StructuralSchema => {
  const text: StructuralSchema = { type: "string" }
  const metadata: StructuralSchema = { type: "object", properties: { name: text, generateName: text } }
  return { ...schema, properties: { ...schema.properties, apiVersion: text, kind: text, metadata } }
}

/** A part of a schema that has rules in it or below it. */
interface RuleNode {
  readonly schema: StructuralSchema
  readonly rules: ReadonlyArray<CompiledRule | RuleFailure>
  readonly fields: ReadonlyMap<string, RuleNode>
  readonly values: RuleNode | undefined
  readonly items: RuleNode | undefined
}

const compileNode = (schema: StructuralSchema): RuleNode | undefined => {
  const self = schema["x-kubernetes-embedded-resource"] ? withTypeAndName(schema) : schema
  const rules = (schema["x-kubernetes-validations"] ?? []).map((rule) => compileRule(rule, self))
  const fields = new Map<string, RuleNode>()
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const node = compileNode(field)
    if (node !== undefined) fields.set(name, node)
  }
  const valueSchema = valuesSchema(schema)
  const values = valueSchema === undefined ? undefined : compileNode(valueSchema)
  const items = schema.items === undefined ? undefined : compileNode(schema.items)
  const isBare = rules.length === 0 && fields.size === 0 && values === undefined && items === undefined
  return isBare ? undefined : { schema: self, rules, fields, values, items }
}

const validateNode = (node: RuleNode, value: unknown, old: unknown, path: string): ReadonlyArray<FieldError> => {
  if (value === null || value === undefined) return []
  const errors = validateRules(node, value, old, path)
  if (isJsonArray(value)) {
    const { items } = node
    if (items === undefined) return errors
    const before = oldItem(node.schema, old)
    return [...errors, ...value.flatMap((item, index) => validateNode(items, item, before(item), `${path}[${index}]`))]
  }
  if (!isJsonObject(value)) return errors
  const inner = Object.entries(value).flatMap(([name, given]) => {
    const field = node.fields.get(name)
    const before = oldField(old, name)
    if (field !== undefined) return validateNode(field, given, before, path === "" ? name : `${path}.${name}`)
    return node.values === undefined ? [] : validateNode(node.values, given, before, `${path}[${name}]`)
  })
  return [...errors, ...inner]
}

const validateRules = (node: RuleNode, value: unknown, old: unknown, path: string): ReadonlyArray<FieldError> => {
  if (node.rules.length === 0) return []
  const field = path === "" ? "<nil>" : path
  const type = node.schema.type ?? ""
  const hasOld = old !== undefined && old !== null
  const isUnchanged = hasOld && jsonEquals(value, old)
  const values = {
    self: celValue(node.schema, value),
    oldSelf: hasOld ? celValue(node.schema, old) : undefined
  }
  return node.rules.flatMap((compiled): ReadonlyArray<FieldError> => {
    if ("part" in compiled) return [invalidValue(field, type, `rule compile error: ${compiled.detail}`)]
    if (compiled.usesOldSelf ? !hasOld : isUnchanged) return []
    const result = compiled.evaluate(values)
    if (result === true) return []
    const { rule } = compiled
    const named = (rule.message ?? rule.rule).trim()
    if (result !== false) return [invalidValue(field, type, `${reasonOf(result)} evaluating rule: ${named}`)]
    const detail = compiled.message(values) ?? rule.message?.trim() ?? `failed rule: ${rule.rule.trim()}`
    return [brokenRule(field, value, detail, rule.reason)]
  })
}

/** Why a rule could not be evaluated, in the words of cel-go. */
const reasonOf = (error: Error): string =>
  error.message
    .replace(/^field not found: /u, "no such key: ")
    .replace(/^index (\d+) out of bounds.*$/u, "index out of bounds: $1")
    .replace(/^int divide by zero$/u, "division by zero")
    .replace(/^int modulus by zero$/u, "modulus by zero")

const brokenRule = (field: string, value: unknown, detail: string, reason: string | undefined): FieldError => {
  const isLarge = typeof value === "object"
  switch (reason) {
    case "FieldValueForbidden":
      return forbiddenValue(field, detail)
    case "FieldValueRequired":
      return requiredValue(field, detail)
    case "FieldValueDuplicate":
      return isLarge ? duplicateValue(field) : duplicateValue(field, value)
    default:
      return isLarge ? invalidField(field, detail) : invalidValue(field, value, detail)
  }
}
