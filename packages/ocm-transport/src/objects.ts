import * as Predicate from "effect/Predicate"
import type { KubeObject, ObjectRef, ResourceType } from "./KubeApi.ts"
import { apiVersionOf } from "./resourcePath.ts"

export const refOf = (object: KubeObject): ObjectRef => {
  const { name, namespace } = object.metadata
  return namespace === undefined ? { name } : { name, namespace }
}

/** `namespace/name`, or the name alone. */
export const keyOf = (ref: ObjectRef): string =>
  ref.namespace === undefined || ref.namespace === "" ? ref.name : `${ref.namespace}/${ref.name}`

/**
 * The object in an answer, or undefined when there is none. Items of built-in lists bear no kind, and a metadata-only
 * answer bears that of its envelope: here they get their own.
 */
export const asObject = (type: ResourceType, value: unknown): KubeObject | undefined => {
  if (!Predicate.isReadonlyObject(value)) return undefined
  const { metadata } = value
  if (!Predicate.isReadonlyObject(metadata) || !Predicate.isString(metadata["name"])) return undefined
  return {
    ...value,
    apiVersion: apiVersionOf(type),
    kind: type.kind,
    metadata: { ...metadata, name: metadata["name"] }
  }
}

/** What a metadata-only read of the object would have returned. */
export const metadataOf = ({ apiVersion, kind, metadata }: KubeObject): KubeObject => ({ apiVersion, kind, metadata })

/** For `project`: everything but the record of who owns which field, which is often half of an object. */
export const dropManagedFields = (object: KubeObject): KubeObject => {
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}

/** Versions count up over all objects of one server; what is not a number cannot be compared, and is not newer. */
export const isNewer = (a: string | undefined, b: string | undefined): boolean => {
  if (a === undefined || b === undefined || !isNumber.test(a) || !isNumber.test(b)) return false
  return a.length === b.length ? a > b : a.length > b.length
}

const isNumber = /^[1-9][0-9]*$/u
