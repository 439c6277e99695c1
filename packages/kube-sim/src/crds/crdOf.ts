import type { KubeObject } from "@multicluster-mesh/ocm-transport"

/** A structural schema as `openAPIV3Schema` holds it. */
export type Schema = Readonly<Record<string, unknown>>

export const text: Schema = { type: "string" }
export const whole: Schema = { type: "integer", format: "int64" }
export const yesNo: Schema = { type: "boolean" }
export const time: Schema = { type: "string", format: "date-time" }
/** Fields that we neither read nor check. */
export const open: Schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true }
/** A Kubernetes object of any kind. */
export const embedded: Schema = { ...open, "x-kubernetes-embedded-resource": true }

export const oneOf = (...values: ReadonlyArray<string>): Schema => ({ type: "string", enum: values })

export const fields = (properties: Readonly<Record<string, Schema>>, required: ReadonlyArray<string> = []): Schema => ({
  type: "object",
  properties,
  ...(required.length === 0 ? {} : { required })
})

/** A list that is replaced as a whole. */
export const list = (items: Schema): Schema => ({ type: "array", items })

/** A list whose entries are told apart by `keys`. */
export const mapList = (items: Schema, ...keys: ReadonlyArray<string>): Schema => ({
  type: "array",
  items,
  "x-kubernetes-list-type": "map",
  "x-kubernetes-list-map-keys": keys
})

/** An object with free keys. */
export const mapOf = (values: Schema): Schema => ({ type: "object", additionalProperties: values })

export const nullable = (schema: Schema): Schema => ({ ...schema, nullable: true })

/** metav1.Condition, as far as operators fill it. */
export const condition: Schema = fields(
  {
    type: text,
    status: text,
    reason: text,
    message: text,
    observedGeneration: whole,
    lastTransitionTime: nullable(time)
  },
  ["type", "status"]
)

export const labelSelector: Schema = fields({
  matchLabels: mapOf(text),
  matchExpressions: list(fields({ key: text, operator: text, values: list(text) }, ["key", "operator"]))
})

export interface Column {
  readonly name: string
  readonly type: string
  readonly jsonPath: string
  readonly priority?: number
}

export const age: Column = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" }

interface Kind {
  readonly group: string
  readonly kind: string
  readonly plural: string
  readonly version: string
  readonly scope?: "Cluster"
  readonly shortNames?: ReadonlyArray<string>
  readonly categories?: ReadonlyArray<string>
  /** `["spec"]` where an object without a spec is refused. */
  readonly required?: ReadonlyArray<string>
  readonly spec?: Schema
  readonly status?: Schema
  readonly columns?: ReadonlyArray<Column>
}

/**
 * A CustomResourceDefinition of one version, with a status subresource if the kind has a status. The CRDs of this
 * folder are our own and hold the fields that we use; anything else is pruned, as the API server does it.
 */
export const crdOf = (kind: Kind): KubeObject => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${kind.plural}.${kind.group}` },
  spec: {
    group: kind.group,
    scope: kind.scope ?? "Namespaced",
    names: {
      kind: kind.kind,
      listKind: `${kind.kind}List`,
      plural: kind.plural,
      singular: kind.kind.toLowerCase(),
      ...(kind.shortNames === undefined ? {} : { shortNames: kind.shortNames }),
      ...(kind.categories === undefined ? {} : { categories: kind.categories })
    },
    versions: [
      {
        name: kind.version,
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: fields(
            {
              apiVersion: text,
              kind: text,
              metadata: { type: "object" },
              ...(kind.spec === undefined ? {} : { spec: kind.spec }),
              ...(kind.status === undefined ? {} : { status: kind.status })
            },
            kind.required
          )
        },
        ...(kind.status === undefined ? {} : { subresources: { status: {} } }),
        ...(kind.columns === undefined ? {} : { additionalPrinterColumns: kind.columns })
      }
    ]
  }
})
