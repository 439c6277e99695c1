import { isJsonArray, isJsonObject } from "./json.ts"
import { fieldSchema, type StructuralSchema } from "./StructuralSchema.ts"

/**
 * Why a value cannot be read into the Go struct that `schema` stands for: the first field of another type, in the words
 * of Go's JSON. Undefined when it can.
 *
 * Shape: the struct is named exactly at the root and below `spec` and `status`; deeper it is a guess.
 * Source: sigs.k8s.io/json; the `UnmarshalTypeError` of Go's encoding/json.
 */
export const decodeFault = (schema: StructuralSchema, value: unknown, struct: string): string | undefined =>
  fault(schema, value, { struct, path: [] })

interface Place {
  /** The Go struct that the field belongs to. */
  readonly struct: string
  readonly path: ReadonlyArray<string>
}

const fault = (schema: StructuralSchema, value: unknown, place: Place): string | undefined => {
  if (value === null || value === undefined) return undefined
  const given = typeOf(value)
  if (schema["x-kubernetes-int-or-string"]) return undefined
  if (!fits(schema.type, value)) return mismatch(schema, given, place)
  if (schema.format === "byte" && typeof value === "string") return base64Fault(value)
  if (schema.format === "date-time" && typeof value === "string") return timeFault(value, times)
  if (schema.format === "micro-time" && typeof value === "string") return timeFault(value, microTimes)
  if (isJsonArray(value)) {
    const { items } = schema
    return items === undefined ? undefined : first(value, (item) => fault(items, item, place))
  }
  if (!isJsonObject(value)) return undefined
  return first(Object.entries(value), ([field, inner]) => {
    const known = fieldSchema(schema, field)
    if (known === undefined) return undefined
    const isNamed = schema.properties?.[field] !== undefined
    return fault(known, inner, isNamed ? inside(place, field, schema) : place)
  })
}

/** A key of a map has no place of its own, a field has: in the struct that holds it. */
const inside = ({ path, struct }: Place, field: string, schema: StructuralSchema): Place => ({
  struct: path.length === 0 ? struct : nestedStruct(struct, path, schema),
  path: [...path, field]
})

const nestedStruct = (struct: string, path: ReadonlyArray<string>, schema: StructuralSchema): string => {
  const last = path.at(-1) ?? ""
  if (last === "metadata" && schema.properties?.["ownerReferences"] !== undefined) return "ObjectMeta"
  const name = last.charAt(0).toUpperCase() + last.slice(1)
  return path.length === 1 ? `${struct}${name}` : name
}

const first = <A>(items: ReadonlyArray<A>, faultOf: (item: A) => string | undefined): string | undefined => {
  for (const item of items) {
    const found = faultOf(item)
    if (found !== undefined) return found
  }
  return undefined
}

const fits = (wanted: string | undefined, value: unknown): boolean => {
  switch (wanted) {
    case undefined:
      return true
    case "object":
      return isJsonObject(value)
    case "array":
      return isJsonArray(value)
    case "integer":
      return Number.isInteger(value)
    default:
      return typeof value === wanted
  }
}

const typeOf = (value: unknown): string => {
  if (isJsonArray(value)) return "array"
  return typeof value === "boolean" ? "bool" : typeof value
}

const mismatch = (schema: StructuralSchema, given: string, { path, struct }: Place): string =>
  path.length === 0
    ? `json: cannot unmarshal ${given} into Go value of type v1.${struct}`
    : `json: cannot unmarshal ${given} into Go struct field ${struct}.${path.join(".")} of type ${goType(schema, path)}`

const goType = (schema: StructuralSchema, path: ReadonlyArray<string>): string => {
  switch (schema.type) {
    case "string":
      return schema.format === "byte" ? "[]uint8" : "string"
    case "boolean":
      return "bool"
    case "integer":
      return schema.format ?? "int64"
    case "array":
      return `[]${schema.items === undefined ? "string" : goType(schema.items, path)}`
    default:
      return typeof schema.additionalProperties === "object"
        ? `map[string]${goType(schema.additionalProperties, path)}`
        : `v1.${(path.at(-1) ?? "").charAt(0).toUpperCase()}${(path.at(-1) ?? "").slice(1)}`
  }
}

const base64Fault = (text: string): string | undefined => {
  const valid = /^[A-Za-z0-9+/\r\n]*/u.exec(text)?.[0].length ?? 0
  const isPadded = /^={0,2}$/u.test(text.slice(valid)) && text.replaceAll(/[\r\n]/gu, "").length % 4 === 0
  return isPadded ? undefined : `illegal base64 data at input byte ${Math.min(valid, text.length)}`
}

interface TimeFormat {
  readonly pattern: RegExp
  /** As Go writes it, by example. */
  readonly layout: string
}

const times: TimeFormat = {
  pattern: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/u,
  layout: "2006-01-02T15:04:05Z07:00"
}

const microTimes: TimeFormat = {
  pattern: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}(Z|[+-]\d{2}:\d{2})$/u,
  layout: "2006-01-02T15:04:05.000000Z07:00"
}

const timeFault = (text: string, { layout, pattern }: TimeFormat): string | undefined =>
  pattern.test(text)
    ? undefined
    : `parsing time ${JSON.stringify(text)} as "${layout}": cannot parse ${JSON.stringify(text)} as "2006"`
