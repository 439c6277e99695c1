import type { ResourceType } from "@multicluster-mesh/mesh-model"
import type { StructuralSchema } from "../StructuralSchema.ts"

/** A column of `kubectl get`, beside the name. */
export interface PrinterColumn {
  readonly name: string
  readonly type: string
  readonly jsonPath: string
  readonly format?: string
  readonly description?: string
  readonly priority?: number
}

/** A kind that every API server has. */
export interface BuiltinKind {
  readonly type: ResourceType
  readonly shortNames: ReadonlyArray<string>
  readonly categories: ReadonlyArray<string>
  readonly schema: StructuralSchema
  readonly subresources: { readonly status: boolean }
  readonly columns: ReadonlyArray<PrinterColumn>
}

export const age: PrinterColumn = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" }

export const column = (name: string, jsonPath: string, type = "string", priority = 0): PrinterColumn => ({
  name,
  type,
  jsonPath,
  priority
})

/** A kind without short names, categories and status, whose only column is its age; `options` say otherwise. */
export const builtinKind = (
  type: ResourceType,
  schema: StructuralSchema,
  options: Partial<Omit<BuiltinKind, "type" | "schema">> = {}
): BuiltinKind => ({
  type,
  schema,
  shortNames: [],
  categories: [],
  subresources: { status: false },
  columns: [age],
  ...options
})

export const builtinType = (
  group: string,
  kind: string,
  plural: string,
  scope: "Namespaced" | "Cluster" = "Namespaced"
): ResourceType => ({ group, version: "v1", kind, plural, namespaced: scope === "Namespaced" })
