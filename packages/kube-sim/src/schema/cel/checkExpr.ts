import type { parse } from "@bufbuild/cel"
import type { StructuralSchema } from "../StructuralSchema.ts"
import { boolean, callType, type CelTypeHint, double, integer, nothing, string } from "./callType.ts"
import { fieldOfName } from "./celNames.ts"
import { RuleError } from "./RuleError.ts"

export type Expr = ReturnType<typeof parse>["expr"]

/** The variables of a rule with what is known of their values; `used` collects those that it names. */
export interface Scope {
  readonly variables: ReadonlyMap<string, CelTypeHint>
  readonly used: Set<string>
}

/**
 * Finds the type of a rule's expression and refuses what would fail or be silently wrong when it runs: unknown
 * variables, fields and functions, comparisons of different types.
 *
 * Shape: rewrites escaped field names in `expr` to the fields they mean; run it once, before planning.
 */
export const checkExpr = (expr: Expr, scope: Scope): CelTypeHint => {
  const { exprKind } = expr
  switch (exprKind.case) {
    case "constExpr":
      return constants[exprKind.value.constantKind.case ?? ""]
    case "identExpr": {
      const { name } = exprKind.value
      if (scope.variables.has(name)) {
        scope.used.add(name)
        return scope.variables.get(name)
      }
      if (typeNames.has(name)) return undefined
      throw new RuleError(`undeclared reference to '${name}' (in container '')`, expr.id)
    }
    case "selectExpr": {
      const { operand, field, testOnly } = exprKind.value
      const type = operand === undefined ? undefined : checkExpr(operand, scope)
      exprKind.value.field = fieldOfName(field)
      const selected = selectedType(type, field, expr.id)
      return testOnly ? boolean : selected
    }
    case "callExpr": {
      const { function: name, target, args } = exprKind.value
      const types = [...(target === undefined ? [] : [target]), ...args].map((operand) => checkExpr(operand, scope))
      return callType(name, types, expr.id)
    }
    case "listExpr": {
      const types = exprKind.value.elements.map((element) => checkExpr(element, scope))
      const [items] = types
      return items === undefined ? { type: "array" } : { type: "array", items }
    }
    case "structExpr":
      if (exprKind.value.messageName !== "") {
        throw new RuleError(`undeclared reference to '${exprKind.value.messageName}' (in container '')`, expr.id)
      }
      for (const { keyKind, value } of exprKind.value.entries) {
        if (keyKind.case === "mapKey") checkExpr(keyKind.value, scope)
        if (value !== undefined) checkExpr(value, scope)
      }
      return undefined
    case "comprehensionExpr": {
      const { iterVar, iterVar2, iterRange, accuVar, accuInit, loopCondition, loopStep, result } = exprKind.value
      const range = iterRange === undefined ? undefined : checkExpr(iterRange, scope)
      const accumulated = accuInit === undefined ? undefined : checkExpr(accuInit, scope)
      const element = range?.type === "array" ? range.items : range?.type === "object" ? string : undefined
      const inner = withVariables(scope, [accuVar, accumulated], [iterVar, element], [iterVar2, undefined])
      const step = loopStep === undefined ? undefined : checkExpr(loopStep, inner)
      if (loopCondition !== undefined) checkExpr(loopCondition, inner)
      if (result === undefined) return undefined
      return checkExpr(result, withVariables(inner, [accuVar, step ?? accumulated]))
    }
    default:
      throw new RuleError(`unsupported expression ${exprKind.case ?? "without a kind"}`, expr.id)
  }
}

const withVariables = (scope: Scope, ...added: ReadonlyArray<readonly [string, CelTypeHint]>): Scope => ({
  variables: new Map([...scope.variables, ...added.filter(([name]) => name !== "")]),
  used: scope.used
})

const constants: Readonly<Record<string, CelTypeHint>> = {
  boolValue: boolean,
  int64Value: integer,
  stringValue: string,
  doubleValue: double,
  nullValue: nothing
}

const typeNames = new Set("bool int uint double bytes string list map null_type type".split(" "))

const selectedType = (type: CelTypeHint, name: string, exprId: bigint): CelTypeHint => {
  if (type === undefined) return undefined
  if (typeof type.additionalProperties === "object") return type.additionalProperties
  const field = fieldOfName(name)
  if (type.type !== "object") throw new RuleError(`type '${type.type}' does not support field selection`, exprId)
  const selected = type.properties?.[field]
  if (selected === undefined || !isDeclared(selected)) throw new RuleError(`undefined field '${name}'`, exprId)
  return selected["x-kubernetes-int-or-string"] ? undefined : selected
}

/** Whether rules see a field at all: they do not see what has no schema. */
const isDeclared = (schema: StructuralSchema): boolean => {
  if (schema["x-kubernetes-int-or-string"]) return true
  if (schema.type === "array") return schema.items !== undefined && isDeclared(schema.items)
  if (schema.type !== "object") return schema.type !== undefined
  return typeof schema.additionalProperties !== "object" || isDeclared(schema.additionalProperties)
}
