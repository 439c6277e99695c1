import { isJsonObject, jsonEquals, type JsonObject } from "../json.ts"
import type { StructuralSchema } from "../StructuralSchema.ts"

/** A schema inside a CustomResourceDefinition, and where it stands. */
export interface SchemaPlace {
  /** `spec.versions[0].schema.openAPIV3Schema.properties[spec]` */
  readonly path: string
  readonly schema: StructuralSchema
  /** What the schema says of: the object itself, a field or map value, the items of a list. */
  readonly level: "root" | "field" | "item"
  /** Inside `allOf`, `anyOf`, `oneOf` or `not`, where a schema may only restrict values. */
  readonly isNested: boolean
  /** The list or map in which old and new values cannot be told apart. */
  readonly uncorrelatable: string | undefined
  /** `anyOf: [{type: integer}, {type: string}]` may stand here: the one place for types in a junctor. */
  readonly mayBeIntOrString: boolean
  /** Inside the metadata of the root, which has no defaults. */
  readonly isTopMetadata: boolean
}

/** The place of a whole schema. */
export const rootPlace = (path: string, schema: StructuralSchema): SchemaPlace => ({
  path,
  schema,
  level: "root",
  isNested: false,
  uncorrelatable: undefined,
  mayBeIntOrString: true,
  isTopMetadata: false
})

/** The schema at `path` with all schemas below it. */
export const placesIn = (place: SchemaPlace): ReadonlyArray<SchemaPlace> => [
  place,
  ...children(place).flatMap(placesIn)
]

const children = (place: SchemaPlace): ReadonlyArray<SchemaPlace> => {
  const { schema, path, level, uncorrelatable } = place
  const child = (suffix: string, inner: unknown, changes: Partial<SchemaPlace> = {}): ReadonlyArray<SchemaPlace> =>
    isSchema(inner) ? [{ ...place, path: path + suffix, schema: inner, level: "field", ...changes }] : []
  const asList = schema["x-kubernetes-list-type"] === "map" ? { uncorrelatable } : { uncorrelatable: path }
  const nested = { isNested: true, level, mayBeIntOrString: false }
  const isIntOrString = place.mayBeIntOrString && jsonEquals(schema.anyOf, intOrString)
  const junctors = (["allOf", "anyOf", "oneOf"] as const)
    .filter((name) => name !== "anyOf" || !isIntOrString)
    .flatMap((name) =>
      (schema[name] ?? []).flatMap((inner, index) =>
        child(`.${name}[${index}]`, inner, {
          ...nested,
          mayBeIntOrString: !place.isNested && name === "allOf" && index === 0
        })
      )
    )
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, inner]) =>
      child(`.properties[${name}]`, inner, {
        isTopMetadata: place.isTopMetadata || (level === "root" && !place.isNested && name === "metadata")
      })
    ),
    ...child(".additionalProperties", schema.additionalProperties),
    ...child(".items", schema.items, { level: "item", ...asList }),
    ...junctors,
    ...child(".not", schema.not, nested)
  ]
}

const intOrString: ReadonlyArray<StructuralSchema> = [{ type: "integer" }, { type: "string" }]

const isSchema = (value: unknown): value is StructuralSchema & JsonObject => isJsonObject(value)
