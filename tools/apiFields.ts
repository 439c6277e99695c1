import type { CustomResourceDefinition } from "../packages/mesh-model/src/index.ts"
import * as Schema from "effect/Schema"

/** What is read of a schema in a CustomResourceDefinition. */
interface Field {
  readonly type?: string
  readonly description?: string
  readonly default?: string | number
  readonly enum?: ReadonlyArray<string>
  readonly minimum?: number
  readonly maximum?: number
  readonly maxItems?: number
  readonly items?: Field
  readonly properties?: { readonly [name: string]: Field }
  readonly required?: ReadonlyArray<string>
  readonly "x-kubernetes-validations"?: ReadonlyArray<{ readonly message: string }>
}

const self = Schema.suspend((): Schema.Codec<Field> => Field)

const Field = Schema.Struct({
  type: Schema.optionalKey(Schema.String),
  description: Schema.optionalKey(Schema.String),
  default: Schema.optionalKey(Schema.Union([Schema.String, Schema.Number])),
  enum: Schema.optionalKey(Schema.Array(Schema.String)),
  minimum: Schema.optionalKey(Schema.Number),
  maximum: Schema.optionalKey(Schema.Number),
  maxItems: Schema.optionalKey(Schema.Number),
  items: Schema.optionalKey(self),
  properties: Schema.optionalKey(Schema.Record(Schema.String, self)),
  required: Schema.optionalKey(Schema.Array(Schema.String)),
  "x-kubernetes-validations": Schema.optionalKey(Schema.Array(Schema.Struct({ message: Schema.String })))
})

const Spec = Schema.Struct({
  names: Schema.Struct({ kind: Schema.String }),
  versions: Schema.Array(Schema.Struct({ schema: Schema.Struct({ openAPIV3Schema: Field }) }))
})

/**
 * Returns `page` with the tables of fields as the definitions have them: of each kind what lies between
 * `<!-- fields of <kind> -->` and `<!-- end -->` is made anew, all else stays.
 *
 * Errors: throws when the page has no place for one of the kinds.
 */
export const withFields = (page: string, definitions: ReadonlyArray<CustomResourceDefinition>): string => {
  let text = page
  for (const definition of definitions) {
    const { names, versions } = Schema.decodeUnknownSync(Spec)(definition.spec)
    const { kind } = names
    const begin = `<!-- fields of ${kind} -->\n`
    const from = text.indexOf(begin)
    const to = text.indexOf("<!-- end -->", from)
    if (from === -1 || to === -1) throw new Error(`docs/api.md has no place for the fields of ${kind}`)
    text = text.slice(0, from + begin.length) + tableOf(versions[0]?.schema.openAPIV3Schema ?? {}) + text.slice(to)
  }
  return text
}

/** All of the spec, and of the status what is at its top. */
const tableOf = ({ properties: { spec = {}, status = {} } = {} }: Field): string => {
  const refusals = [["spec", spec] as const, ...fieldsIn("spec", spec)].flatMap(([path, field]) =>
    (field["x-kubernetes-validations"] ?? []).map(({ message }) => `\`${path}\`: ${escaped(message)}`)
  )
  return [
    "",
    "| field | type | when absent | what |",
    "|---|---|---|---|",
    ...fieldsIn("spec", spec).map(([path, field, required]) => row(path, field, required)),
    ...Object.entries(status.properties ?? {}).map(([name, field]) => row(`status.${name}`, field, false)),
    "",
    ...(refusals.length === 0
      ? []
      : [`The API server refuses what breaks one of these rules: ${refusals.join("; ")}.`, ""])
  ].join("\n")
}

type Entry = readonly [path: string, field: Field, required: boolean]

const fieldsIn = (path: string, { properties = {}, required = [] }: Field): ReadonlyArray<Entry> =>
  Object.entries(properties).flatMap(([name, field]): ReadonlyArray<Entry> => {
    const own = `${path}.${name}`
    const inner = field.items === undefined ? fieldsIn(own, field) : fieldsIn(`${own}[]`, field.items)
    return [[own, field, required.includes(name)], ...inner]
  })

const row = (path: string, field: Field, required: boolean): string => {
  const absent = field.default === undefined ? (required ? "refused" : "") : `\`${field.default}\``
  return `| \`${path}\` | ${typeOf(field)} | ${absent} | ${escaped(field.description ?? "")} |`
}

const typeOf = ({ enum: values, items, maxItems, maximum, minimum = 0, type = "" }: Field): string => {
  if (values !== undefined) return values.map((value) => `\`${value}\``).join(", ")
  if (items !== undefined) {
    const most = maxItems === undefined ? "" : `, at most ${maxItems}`
    return `list of ${items.enum === undefined ? `${items.type ?? ""}s` : typeOf(items)}${most}`
  }
  return maximum === undefined ? type : `${type}, ${minimum} to ${maximum}`
}

const escaped = (text: string): string => text.replaceAll("|", "\\|").replaceAll("<", "&lt;")
