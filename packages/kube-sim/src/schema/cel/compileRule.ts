import { type CelInput, type CelResult, celEnv, isCelError, parse, plan } from "@bufbuild/cel"
import { strings } from "@bufbuild/cel/ext"
import type { StructuralSchema, ValidationRule } from "../StructuralSchema.ts"
import { kubernetesFunctions } from "./kubernetesFunctions.ts"
import { located, RuleError } from "./RuleError.ts"
import { checkExpr } from "./checkExpr.ts"

/** A rule, ready to run. */
export interface CompiledRule {
  readonly rule: ValidationRule
  /** A transition rule: it runs only where an old value can be found. */
  readonly usesOldSelf: boolean
  /** True, false, or why it could not be evaluated. */
  readonly evaluate: (values: RuleValues) => boolean | Error
  /** The text of `messageExpression`; none without one, or when it fails. */
  readonly message: (values: RuleValues) => string | undefined
}

interface RuleValues {
  readonly self: CelInput
  readonly oldSelf: CelInput | undefined
}

/** Why a rule is refused with its CRD, and the part of it that is at fault. */
export interface RuleFailure {
  readonly part: "rule" | "messageExpression" | "optionalOldSelf" | "fieldPath"
  readonly detail: string
}

/** Compiles one rule against the schema of its `self`; a rule that cannot run is refused, never taken as true. */
export const compileRule = (rule: ValidationRule, self: StructuralSchema): CompiledRule | RuleFailure => {
  if (rule.optionalOldSelf !== undefined) return { part: "optionalOldSelf", detail: notImplemented("optionalOldSelf") }
  if (rule.fieldPath !== undefined) return { part: "fieldPath", detail: notImplemented("fieldPath") }
  const condition = compileExpr(rule.rule, self, "boolean")
  if (typeof condition === "string") {
    const wrongType = condition === "boolean"
    return {
      part: "rule",
      detail: wrongType ? "cel expression must evaluate to a bool" : `compilation failed: ${condition}`
    }
  }
  const message = rule.messageExpression === undefined ? undefined : compileExpr(rule.messageExpression, self, "string")
  if (typeof message === "string") {
    return {
      part: "messageExpression",
      detail:
        message === "string"
          ? "messageExpression must evaluate to a string"
          : `messageExpression compilation failed: ${message}`
    }
  }
  return {
    rule,
    usesOldSelf: condition.usesOldSelf,
    evaluate: (values) => {
      const result = condition.run(values)
      if (isCelError(result)) return result
      return typeof result === "boolean" ? result : new Error("no such overload")
    },
    message: (values) => {
      const text = message?.run(values)
      return typeof text === "string" && text.trim() !== "" && !/[\r\n]/u.test(text) ? text.trim() : undefined
    }
  }
}

const notImplemented = (field: string): string => `${field} is not implemented by this simulated API server`

interface CompiledExpr {
  readonly usesOldSelf: boolean
  readonly run: (values: RuleValues) => CelResult
}

const env = celEnv({ funcs: [...strings, ...kubernetesFunctions] })

/** Compiles `text`; gives what is wrong with it, or the wanted type when it has another one. */
const compileExpr = (text: string, self: StructuralSchema, wanted: "boolean" | "string"): CompiledExpr | string => {
  const parsed = parsedExpr(text)
  if (typeof parsed === "string") return parsed
  const { expr, sourceInfo } = parsed
  const variables = new Map([
    ["self", self],
    ["oldSelf", self]
  ])
  const used = new Set<string>()
  try {
    const type = checkExpr(expr, { variables, used })
    if (type?.type !== undefined && type.type !== wanted) return wanted
  } catch (cause) {
    if (!(cause instanceof RuleError)) throw cause
    return located(cause.message, text, sourceInfo?.positions[`${cause.exprId}`] ?? 0)
  }
  const run = plan(env, expr)
  return { usesOldSelf: used.has("oldSelf"), run: ({ self, oldSelf }) => run({ self, oldSelf: oldSelf ?? null }) }
}

const parsedExpr = (text: string): ReturnType<typeof parse> | string => {
  try {
    return parse(text)
  } catch (cause) {
    return `ERROR: Syntax error: ${cause instanceof Error ? cause.message : String(cause)}`
  }
}
