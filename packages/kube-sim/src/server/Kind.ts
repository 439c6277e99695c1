import type { ResourceType } from "@multicluster-mesh/mesh-model"
import type { StructuralSchema } from "../schema/StructuralSchema.ts"
import type { RuleCheck } from "../schema/validateRules.ts"
import type { KubeObject } from "@multicluster-mesh/ocm-transport"

/** A column of `kubectl get`. */
export interface Column {
  readonly name: string
  readonly type: string
  readonly jsonPath: string
  readonly format?: string
  readonly description?: string
  readonly priority?: number
  /** The cell of a column that a path cannot give. */
  readonly cell?: (object: KubeObject, nowMillis: number) => unknown
}

/** The first column of almost every kind. */
export const nameColumn: Column = {
  name: "Name",
  type: "string",
  format: "name",
  description: "Name must be unique within a namespace.",
  jsonPath: ".metadata.name"
}

/** One kind, in one version, as the server serves it. */
export interface Kind {
  readonly type: ResourceType
  readonly singular: string
  readonly listKind: string
  readonly shortNames: ReadonlyArray<string>
  readonly categories: ReadonlyArray<string>
  readonly schema: StructuralSchema | undefined
  readonly subresources: { readonly status: boolean }
  /** With the name's own column first, or wherever the kind has it. */
  readonly columns: ReadonlyArray<Column>
  /** Of a CustomResourceDefinition, as against built in. */
  readonly custom: boolean
  /** The version under which objects are kept. */
  readonly storageVersion: string
  /** The CEL rules of its schema; absent where there are none. */
  readonly rules: RuleCheck | undefined
  /** What the server itself refuses in a built-in kind. */
  readonly checks: RuleCheck | undefined
  /** Its CustomResourceDefinition is being deleted: nothing can be created any more. */
  readonly terminating: boolean
}

/** `group/plural`, the name of the store's collection: all versions of a resource are kept in one. */
export const resourceOf = (type: { readonly group: string; readonly plural: string }): string =>
  `${type.group}/${type.plural}`

/** `group/version`, or the version alone in the core group. */
export const groupVersionOf = (group: string, version: string): string =>
  group === "" ? version : `${group}/${version}`
