import { resources } from "@multicluster-mesh/mesh-model"
import type { ObjectRef, ResourceType } from "./KubeApi.ts"

export const { apiVersionOf } = resources

/** The path of a group version: `/api/v1` or `/apis/<group>/<version>`. */
export const groupVersionPath = (apiVersion: string): string =>
  apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`

/** The path of all objects of a kind, or of those in one namespace. */
export const collectionPath = (type: ResourceType, namespace: string | undefined): string => {
  const base = groupVersionPath(apiVersionOf(type))
  return type.namespaced && namespace !== undefined
    ? `${base}/namespaces/${encodeURIComponent(namespace)}/${type.plural}`
    : `${base}/${type.plural}`
}

/** The path of one object. A namespaced kind without a namespace is a bug of the caller, and thrown as one. */
export const objectPath = (type: ResourceType, ref: ObjectRef, subresource?: "status" | "approval"): string => {
  if (type.namespaced && ref.namespace === undefined) {
    throw new Error(`${type.kind} ${ref.name}: a namespaced object needs a namespace`)
  }
  const path = `${collectionPath(type, ref.namespace)}/${encodeURIComponent(ref.name)}`
  return subresource === undefined ? path : `${path}/${subresource}`
}

/** How errors and logs name a call: `apply manifestworks/east/shop`, `list pods`. */
export const callName = (
  verb: string,
  type: ResourceType,
  ref: Partial<ObjectRef> = {},
  subresource?: "status" | "approval"
): string => {
  const parts = [type.plural, type.namespaced ? ref.namespace : undefined, ref.name, subresource]
  return `${verb} ${parts.filter((part) => part !== undefined).join("/")}`
}

/** A query of the options that are set; empty when none is. */
export const queryOf = (options: Readonly<Record<string, string | number | boolean | undefined>>): string => {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined) query.set(name, String(value))
  }
  return query.size === 0 ? "" : `?${query.toString()}`
}
