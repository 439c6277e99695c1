import type { StructuralSchema } from "../StructuralSchema.ts"
import { RuleError } from "./RuleError.ts"

/** What is known of a value in a rule, as a schema; `undefined` where nothing is. */
export type CelTypeHint = StructuralSchema | undefined

export const boolean: StructuralSchema = { type: "boolean" }
export const integer: StructuralSchema = { type: "integer" }
export const string: StructuralSchema = { type: "string" }
export const double: StructuralSchema = { type: "number" }
export const nothing: StructuralSchema = { type: "null" }

/**
 * The type of what a function or operator gives; the target of a method is its first operand.
 *
 * Errors: a function that is not there, or operands for which it has no overload, as far as their types are known.
 */
export const callType = (name: string, types: ReadonlyArray<CelTypeHint>, exprId: bigint): CelTypeHint => {
  const result = results.get(name)
  if (result === undefined) {
    const isMissing = missingFunctions.has(name)
    throw new RuleError(
      isMissing
        ? `the CEL function '${name}' of Kubernetes is not implemented by this simulated API server`
        : `undeclared reference to '${name}' (in container '')`,
      exprId
    )
  }
  if (!isDefined(name, types)) {
    const shown = types.map(celType).join(", ")
    throw new RuleError(`found no matching overload for '${name}' applied to '(${shown})'`, exprId)
  }
  return result(types)
}

type Result = (types: ReadonlyArray<CelTypeHint>) => CelTypeHint

const named = (names: string, result: Result): ReadonlyArray<readonly [string, Result]> =>
  names.split(" ").map((name) => [name, result])

/** The functions and operators that we evaluate, and what they give. */
const results: ReadonlyMap<string, Result> = new Map<string, Result>([
  ...named("_&&_ _||_ !_ _<_ _<=_ _>_ _>=_ _==_ _!=_ @in @not_strictly_false", () => boolean),
  ...named("contains startsWith endsWith matches bool isIP isURL", () => boolean),
  ...named("size int indexOf lastIndexOf", () => integer),
  ...named("getSeconds getMinutes getHours getMilliseconds getFullYear getMonth", () => integer),
  ...named("getDate getDayOfMonth getDayOfWeek getDayOfYear", () => integer),
  ...named("string charAt lowerAscii upperAscii replace substring trim join format", () => string),
  ...named("url getScheme getHost getHostname getPort", () => string),
  ...named("split", () => ({ type: "array", items: string })),
  ...named("double", () => double),
  ...named("_?_:_", ([, whenTrue, whenFalse]) => whenTrue ?? whenFalse),
  ...named("_[_]", ([operand]) => operand?.items ?? valueTypeOf(operand)),
  ...named("_+_ _-_ _*_ _/_ _%_ -_", ([operand]) => (isScalar(operand) ? operand : undefined)),
  ...named("uint bytes timestamp duration dyn type", () => undefined)
])

/** Functions that a real API server has and this one does not. */
const missingFunctions = new Set(
  (
    "isSorted sum min max find findAll getEscapedPath getQuery " +
    "quantity isQuantity isInteger asInteger asApproximateFloat sign add sub isLessThan isGreaterThan compareTo " +
    "ip family isCIDR cidr containsIP containsCIDR prefixLength masked named validate semver isSemver " +
    "orValue of none hasValue value equivalent intersects quote reverse"
  ).split(" ")
)

const comparisons = new Set(["_<_", "_<=_", "_>_", "_>=_"])
const logic = new Set(["_&&_", "_||_", "!_"])
const ofText = new Set(
  "contains startsWith endsWith matches charAt lowerAscii upperAscii replace substring trim split isIP isURL url".split(
    " "
  )
)

/** Whether a function takes these operands; what is not known is taken. */
const isDefined = (name: string, types: ReadonlyArray<CelTypeHint>): boolean => {
  const [first, second, third] = types
  if (name === "_==_" || name === "_!=_") return isSame(first, second)
  if (comparisons.has(name)) return isSame(first, second) || (isNumber(first) && isNumber(second))
  if (logic.has(name)) return types.every((type) => isSame(type, boolean))
  if (name === "_?_:_") return isSame(first, boolean) && isSame(second, third)
  if (ofText.has(name)) return isSame(first, string)
  if (name === "@in") return isSame(first, second?.items) && !isScalar(second)
  if (name === "size")
    return first === undefined || first.type === "array" || isMap(first) || celType(first) === "string"
  return true
}

const isSame = (left: CelTypeHint, right: CelTypeHint): boolean => {
  if (left === undefined || right === undefined || left.type === undefined || right.type === undefined) return true
  const isNullable = [left, right].some(({ type }) => type === "null") && !(isScalar(left) && isScalar(right))
  return isNullable || celType(left) === celType(right)
}

const scalars = new Set(["string", "boolean", "integer", "number", "null"])
const isScalar = (type: CelTypeHint): type is StructuralSchema => type !== undefined && scalars.has(type.type ?? "")
const isNumber = (type: CelTypeHint): boolean => type?.type === "integer" || type?.type === "number"
const isMap = (type: StructuralSchema): boolean => type.type === "object" && valueTypeOf(type) !== undefined

const valueTypeOf = (type: CelTypeHint): CelTypeHint =>
  typeof type?.additionalProperties === "object" ? type.additionalProperties : undefined

const formats: Readonly<Record<string, string>> = {
  "date-time": "timestamp",
  date: "timestamp",
  duration: "duration",
  byte: "bytes"
}
const names: Readonly<Record<string, string>> = { integer: "int", number: "double", boolean: "bool", array: "list" }

const celType = (type: CelTypeHint): string => {
  if (type?.type === undefined) return "dyn"
  if (type.type === "string") return formats[type.format ?? ""] ?? "string"
  if (isMap(type)) return "map"
  return names[type.type] ?? type.type
}
