import * as Schema from "effect/Schema"

/** An owner of an object: when the owner goes, Kubernetes' garbage collector deletes the object. */
export const OwnerReference = Schema.Struct({
  apiVersion: Schema.String,
  kind: Schema.String,
  name: Schema.String,
  uid: Schema.String,
  controller: Schema.optionalKey(Schema.Boolean),
  blockOwnerDeletion: Schema.optionalKey(Schema.Boolean)
})
export type OwnerReference = typeof OwnerReference.Type

const Strings = Schema.Record(Schema.String, Schema.String)

/** The metadata fields that we read. */
export const ObjectMeta = Schema.Struct({
  name: Schema.String,
  namespace: Schema.optionalKey(Schema.String),
  uid: Schema.optionalKey(Schema.String),
  resourceVersion: Schema.optionalKey(Schema.String),
  generation: Schema.optionalKey(Schema.Int),
  labels: Schema.optionalKey(Strings),
  annotations: Schema.optionalKey(Strings),
  creationTimestamp: Schema.optionalKey(Schema.NullOr(Schema.String)),
  deletionTimestamp: Schema.optionalKey(Schema.String),
  finalizers: Schema.optionalKey(Schema.Array(Schema.String)),
  ownerReferences: Schema.optionalKey(Schema.Array(OwnerReference))
})
export type ObjectMeta = typeof ObjectMeta.Type

/** A Kubernetes object of any kind, as far as every kind is alike. */
export interface KubeObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMeta
  readonly [field: string]: unknown
}

/** Names one object on one API server. `namespace` is empty for a cluster-scoped object. */
export interface ObjectIdentity {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

/** `namespace/name`, or `name` alone for a cluster-scoped object. */
export const keyOf = (object: { readonly metadata: ObjectMeta }): string =>
  object.metadata.namespace ? `${object.metadata.namespace}/${object.metadata.name}` : object.metadata.name

/** The identity of `object`. */
export const identityOf = (object: KubeObject): ObjectIdentity => ({
  apiVersion: object.apiVersion,
  kind: object.kind,
  namespace: object.metadata.namespace ?? "",
  name: object.metadata.name
})

/** A string that two objects share if and only if they are the same object. */
export const identityKey = (identity: ObjectIdentity): string =>
  `${identity.apiVersion}/${identity.kind}/${identity.namespace}/${identity.name}`

/** Whether someone has asked for the deletion of `object`. */
export const isDeleting = (object: { readonly metadata: ObjectMeta }): boolean =>
  object.metadata.deletionTimestamp !== undefined
