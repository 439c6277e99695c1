import * as Schema from "effect/Schema"

/**
 * The parts from which the schemas of our resources are made. Each carries the description that ends up in the
 * CustomResourceDefinition, and a bound: an unbounded field makes a CEL rule too costly for the API server, and a
 * report unbounded.
 */

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/u
const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/u

/** Free text of at most `maxLength` characters. */
export const text = (description: string, maxLength = 1024) =>
  Schema.String.annotate({ description }).check(Schema.isMaxLength(maxLength))

/** The name of a Kubernetes object: a DNS subdomain. */
export const objectName = (description: string) =>
  Schema.String.annotate({ description }).check(
    Schema.isMinLength(1),
    Schema.isMaxLength(253),
    Schema.isPattern(subdomain)
  )

/** The name of a namespace, a ManagedCluster used as one, or a Service: a DNS label. */
export const labelName = (description: string) =>
  Schema.String.annotate({ description }).check(Schema.isMinLength(1), Schema.isMaxLength(63), Schema.isPattern(label))

/** A namespace; empty for an object that is in none. */
export const namespaceOrNone = (description: string) =>
  Schema.String.annotate({ description }).check(Schema.isMaxLength(63))

/** A whole number that counts something. */
export const count = (description: string) =>
  Schema.Int.annotate({ description }).check(Schema.isGreaterThanOrEqualTo(0))

/** An RFC 3339 time in UTC, to the second. */
export const time = (description: string) =>
  Schema.String.annotate({ description, format: "date-time" }).check(Schema.isMaxLength(32))

/** A list whose order or multiplicity has no meaning: two appliers may each add entries. */
export const setOf = <S extends Schema.Constraint>(item: S, description: string, maxItems = 256) =>
  Schema.Array(item).annotate({ description, "x-kubernetes-list-type": "set" }).check(Schema.isMaxLength(maxItems))

/** A list that is replaced as a whole. */
export const listOf = <S extends Schema.Constraint>(item: S, description: string, maxItems = 256) =>
  Schema.Array(item).annotate({ description, "x-kubernetes-list-type": "atomic" }).check(Schema.isMaxLength(maxItems))

/** A list of objects told apart by `keys`, so that two appliers do not overwrite each other's entries. */
export const mapOf = <S extends Schema.Constraint>(
  item: S,
  keys: ReadonlyArray<string>,
  description: string,
  maxItems = 256
) =>
  Schema.Array(item)
    .annotate({ description, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": keys })
    .check(Schema.isMaxLength(maxItems))

/** One CEL rule of a CustomResourceDefinition. */
export interface Rule {
  readonly rule: string
  readonly message: string
}

/** The annotation that carries CEL rules. */
export const rules = (...list: ReadonlyArray<Rule>) => ({ "x-kubernetes-validations": list })
