import type { KubeObject, ResourceType } from "@multicluster-mesh/ocm-transport"
import { boolAt, listAt, textAt } from "../fields.ts"

/** How one manifest of a work is applied. */
export interface ManifestOptions {
  readonly strategy: "Update" | "CreateOnly" | "ServerSideApply" | "ReadOnly"
  readonly fieldManager: string
  readonly force: boolean
  /** The object survives the work: it gets no ownerReference. */
  readonly orphaned: boolean
}

/**
 * What a work says of one of its manifests; the first entry that matches counts (open-cluster-management-io/api,
 * work/v1/types.go).
 */
export const optionsOf = (work: KubeObject, type: ResourceType, manifest: KubeObject): ManifestOptions => {
  const strategy = listAt(work, "spec", "manifestConfigs").find((config) =>
    matches(config, ["resourceIdentifier"], type, manifest)
  )
  const policy = textAt(work, "spec", "deleteOption", "propagationPolicy")
  const rules = listAt(work, "spec", "deleteOption", "selectivelyOrphans", "orphaningRules")
  return {
    strategy: strategyOf(textAt(strategy, "updateStrategy", "type")),
    fieldManager: textAt(strategy, "updateStrategy", "serverSideApply", "fieldManager") ?? "work-agent",
    force: boolAt(strategy, "updateStrategy", "serverSideApply", "force") ?? false,
    orphaned:
      policy === "Orphan" || (policy === "SelectivelyOrphan" && rules.some((rule) => matches(rule, [], type, manifest)))
  }
}

const strategyOf = (type: string | undefined): ManifestOptions["strategy"] =>
  type === "CreateOnly" || type === "ServerSideApply" || type === "ReadOnly" ? type : "Update"

const matches = (entry: unknown, path: ReadonlyArray<string>, type: ResourceType, { metadata }: KubeObject): boolean =>
  (textAt(entry, ...path, "group") ?? "") === type.group &&
  textAt(entry, ...path, "resource") === type.plural &&
  fits(textAt(entry, ...path, "name"), metadata.name) &&
  fits(textAt(entry, ...path, "namespace"), metadata.namespace ?? "")

const fits = (pattern: string | undefined, name: string): boolean => pattern === "*" || (pattern ?? "") === name
