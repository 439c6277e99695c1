import { boolAt, listAt, textAt } from "../fields.ts"
import type { ExportedService } from "./Mesh.ts"

/** Where an offered service is reached in the importing mesh; undefined = offered, not imported. */
export interface Imported {
  readonly namespace: string
  readonly name: string
  readonly hostname: string
}

/**
 * What an ImportedServiceSet makes of an offered service: the first rule that matches counts (maistra/istio,
 * pilot/pkg/serviceregistry/federation).
 */
export const importedAs = (spec: unknown, peer: string, offered: ExportedService): Imported | undefined => {
  for (const rule of listAt(spec, "importRules")) {
    const imported = byRule(spec, rule, peer, offered)
    if (imported !== undefined) return imported
  }
  return undefined
}

const byRule = (spec: unknown, rule: unknown, peer: string, offered: ExportedService): Imported | undefined => {
  if (textAt(rule, "type") !== "NameSelector") return undefined
  if (!fits(textAt(rule, "nameSelector", "namespace"), offered.exportedNamespace)) return undefined
  if (!fits(textAt(rule, "nameSelector", "name"), offered.exportedAs)) return undefined
  const aliasNamespace = fixed(textAt(rule, "nameSelector", "alias", "namespace"))
  const namespace = aliasNamespace ?? offered.exportedNamespace
  const name = fixed(textAt(rule, "nameSelector", "alias", "name")) ?? offered.exportedAs
  if (boolAt(rule, "importAsLocal") === true) {
    // without a fixed namespace the rule is skipped
    if (aliasNamespace === undefined) return undefined
    return { namespace, name, hostname: `${name}.${namespace}.svc.cluster.local` }
  }
  const suffix = textAt(rule, "domainSuffix") || textAt(spec, "domainSuffix") || `svc.${peer}-imports.local`
  return suffix === "svc.cluster.local" ? undefined : { namespace, name, hostname: `${name}.${namespace}.${suffix}` }
}

const fits = (pattern: string | undefined, value: string): boolean =>
  pattern === undefined || pattern === "" || pattern === "*" || pattern === value

const fixed = (part: string | undefined): string | undefined => (part === "" || part === "*" ? undefined : part)

/** A service that no rule takes appears with empty strings: visible, not imported. */
export const importStatus = (spec: unknown, peer: string, offered: ReadonlyArray<ExportedService>) => ({
  importedServices: offered.map((service) => ({
    localService: importedAs(spec, peer, service) ?? { namespace: "", name: "", hostname: "" },
    exportedName: service.exportedName
  }))
})
