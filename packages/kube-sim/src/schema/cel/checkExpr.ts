import type { parse } from "@bufbuild/cel"
import type { StructuralSchema } from "../StructuralSchema.ts"
import { fieldOfName } from "./celNames.ts"

export type Expr = ReturnType<typeof parse>["expr"]

/** What is known of a value in a rule, as a schema; `undefined` where nothing is. */
export type CelTypeHint = StructuralSchema | undefined

/** The variables of a rule with what is known of their values; `used` collects those that it names. */
export interface Scope {
  readonly variables: ReadonlyMap<string, CelTypeHint>
  readonly used: Set<string>
}

/** A rule cannot be compiled. */
export class RuleError extends Error {}

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
      throw new RuleError(`undeclared reference to '${name}' (in container '')`)
    }
    case "selectExpr": {
      const { operand, field, testOnly } = exprKind.value
      const type = operand === undefined ? undefined : checkExpr(operand, scope)
      exprKind.value.field = fieldOfName(field)
      const selected = selectedType(type, field)
      return testOnly ? boolean : selected
    }
    case "callExpr": {
      const { function: name, target, args } = exprKind.value
      const types = [...(target === undefined ? [] : [target]), ...args].map((operand) => checkExpr(operand, scope))
      return callType(name, types)
    }
    case "listExpr": {
      const types = exprKind.value.elements.map((element) => checkExpr(element, scope))
      const [items] = types
      return items === undefined ? { type: "array" } : { type: "array", items }
    }
    case "structExpr":
      if (exprKind.value.messageName !== "") {
        throw new RuleError(`undeclared reference to '${exprKind.value.messageName}' (in container '')`)
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
      throw new RuleError(`unsupported expression ${exprKind.case ?? "without a kind"}`)
  }
}

const withVariables = (scope: Scope, ...added: ReadonlyArray<readonly [string, CelTypeHint]>): Scope => ({
  variables: new Map([...scope.variables, ...added.filter(([name]) => name !== "")]),
  used: scope.used
})

const boolean: StructuralSchema = { type: "boolean" }
const integer: StructuralSchema = { type: "integer" }
const string: StructuralSchema = { type: "string" }
const constants: Readonly<Record<string, CelTypeHint>> = {
  boolValue: boolean,
  int64Value: integer,
  stringValue: string,
  doubleValue: { type: "number" },
  nullValue: undefined
}

const typeNames = new Set("bool int uint double bytes string list map null_type type".split(" "))

const selectedType = (type: CelTypeHint, name: string): CelTypeHint => {
  if (type === undefined) return undefined
  if (typeof type.additionalProperties === "object") return type.additionalProperties
  const field = fieldOfName(name)
  if (type.type !== "object") throw new RuleError(`type '${type.type}' does not support field selection`)
  const selected = type.properties?.[field]
  if (selected === undefined || !isDeclared(selected)) throw new RuleError(`undefined field '${name}'`)
  return selected["x-kubernetes-int-or-string"] ? undefined : selected
}

/** Whether rules see a field at all: they do not see what has no schema. */
const isDeclared = (schema: StructuralSchema): boolean => {
  if (schema["x-kubernetes-int-or-string"]) return true
  if (schema.type === "array") return schema.items !== undefined && isDeclared(schema.items)
  if (schema.type !== "object") return schema.type !== undefined
  return typeof schema.additionalProperties !== "object" || isDeclared(schema.additionalProperties)
}

/** The functions and operators that we evaluate, with their type; `undefined` where it depends on the operands. */
const functions: ReadonlyMap<string, CelTypeHint> = new Map<string, CelTypeHint>([
  ...["_&&_", "_||_", "!_", "_<_", "_<=_", "_>_", "_>=_", "_==_", "_!=_", "@in", "@not_strictly_false"].map(
    (name) => [name, boolean] as const
  ),
  ...["contains", "startsWith", "endsWith", "matches", "bool", "isIP", "isURL"].map((name) => [name, boolean] as const),
  ...["size", "int", "indexOf", "lastIndexOf"].map((name) => [name, integer] as const),
  ...["getSeconds", "getMinutes", "getHours", "getMilliseconds", "getFullYear", "getMonth"].map(
    (name) => [name, integer] as const
  ),
  ...["getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear"].map((name) => [name, integer] as const),
  ...[
    "string",
    "charAt",
    "lowerAscii",
    "upperAscii",
    "replace",
    "substring",
    "trim",
    "join",
    "format",
    "url",
    "getScheme",
    "getHost",
    "getHostname",
    "getPort"
  ].map((name) => [name, string] as const),
  ["split", { type: "array", items: string }],
  ["double", { type: "number" }],
  ...[
    "_+_",
    "_-_",
    "_*_",
    "_/_",
    "_%_",
    "-_",
    "_?_:_",
    "_[_]",
    "uint",
    "bytes",
    "timestamp",
    "duration",
    "dyn",
    "type"
  ].map((name) => [name, undefined] as const)
])

/** Functions that a real API server has and this one does not. */
const missingFunctions = new Set(
  (
    "isSorted sum min max find findAll getEscapedPath getQuery " +
    "quantity isQuantity isInteger asInteger asApproximateFloat sign add sub isLessThan isGreaterThan compareTo " +
    "ip family isCIDR cidr containsIP containsCIDR prefixLength masked format.named validate semver isSemver " +
    "orValue optional.of optional.none hasValue value sets.contains sets.equivalent sets.intersects " +
    "strings.quote reverse authorizer"
  ).split(" ")
)

const sameTyped = new Set(["_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_"])
const scalars = new Set(["string", "boolean", "integer", "number"])

const callType = (name: string, types: ReadonlyArray<CelTypeHint>): CelTypeHint => {
  if (!functions.has(name)) {
    throw new RuleError(
      missingFunctions.has(name)
        ? `the CEL function '${name}' of Kubernetes is not implemented by this simulated API server`
        : `undeclared reference to '${name}' (in container '')`
    )
  }
  const [left, right] = types
  if (sameTyped.has(name) && isScalar(left) && isScalar(right) && celType(left) !== celType(right)) {
    throw new RuleError(`found no matching overload for '${name}' applied to '(${celType(left)}, ${celType(right)})'`)
  }
  if (name === "_&&_" || name === "_||_" || name === "!_" || name === "_?_:_") requireBoolean(name, types)
  if (name === "_?_:_") return types[1] ?? types[2]
  if (name === "_[_]") return left?.type === "array" ? left.items : selectedType(left, "")
  if (name === "_+_" || name === "_-_" || name === "_*_") return isScalar(left) ? left : undefined
  return functions.get(name)
}

const requireBoolean = (name: string, types: ReadonlyArray<CelTypeHint>): void => {
  const wrong = (name === "_?_:_" ? types.slice(0, 1) : types).find((type) => isScalar(type) && type.type !== "boolean")
  if (wrong !== undefined)
    throw new RuleError(`found no matching overload for '${name}' applied to '${celType(wrong)}'`)
}

const isScalar = (type: CelTypeHint): type is StructuralSchema => type !== undefined && scalars.has(type.type ?? "")

const celType = (type: StructuralSchema): string => {
  if (type.type === "string") {
    return (
      { "date-time": "timestamp", date: "timestamp", duration: "duration", byte: "bytes" }[type.format ?? ""] ??
      "string"
    )
  }
  return { integer: "int", number: "double", boolean: "bool" }[type.type ?? ""] ?? "dyn"
}
