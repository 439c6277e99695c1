import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { dataAt, listAt, textAt } from "../fields.ts"
import { selects } from "../selects.ts"
import type { ExportedService } from "./Mesh.ts"

/**
 * The services that an ExportedServiceSet offers to peer `peer`: of each the first rule that matches (maistra/istio,
 * pkg/servicemesh/federation/common/exports.go).
 */
export const exportedServices = (
  set: KubeObject,
  peer: string,
  services: ReadonlyArray<KubeObject>
): ReadonlyArray<ExportedService> =>
  services.flatMap((service) => {
    for (const rule of listAt(set, "spec", "exportRules")) {
      const alias = aliasOf(rule, service)
      if (alias !== undefined) return [exportedService(service, alias, peer)]
    }
    return []
  })

interface Alias {
  readonly namespace: string | undefined
  readonly name: string | undefined
}

/** The alias that a rule gives to a service; undefined if the rule does not match. A wrong type is skipped. */
const aliasOf = (rule: unknown, { metadata }: KubeObject): Alias | undefined => {
  const name = metadata.name
  const namespace = metadata.namespace ?? ""
  const matches = (selector: unknown) =>
    fits(textAt(selector, "namespace"), namespace) && fits(textAt(selector, "name"), name)
  switch (textAt(rule, "type")) {
    case "NameSelector": {
      const selector = dataAt(rule, "nameSelector")
      return "nameSelector" in dataAt(rule) && matches(selector) ? aliasIn(selector) : undefined
    }
    case "LabelSelector": {
      const selector = dataAt(rule, "labelSelector")
      if (!("labelSelector" in dataAt(rule)) || !fits(textAt(selector, "namespace"), namespace)) return undefined
      if (!selects(selector["selector"], metadata.labels ?? {})) return undefined
      return aliasIn(listAt(selector, "aliases").find(matches))
    }
    default:
      return undefined
  }
}

const aliasIn = (holder: unknown): Alias => ({
  namespace: fixed(textAt(holder, "alias", "namespace")),
  name: fixed(textAt(holder, "alias", "name"))
})

const fits = (pattern: string | undefined, value: string): boolean =>
  pattern === undefined || pattern === "" || pattern === "*" || pattern === value

/** An empty part or `*` keeps the original. */
const fixed = (part: string | undefined): string | undefined => (part === "" || part === "*" ? undefined : part)

const exportedService = ({ metadata }: KubeObject, alias: Alias, peer: string): ExportedService => {
  const namespace = metadata.namespace ?? ""
  const exportedNamespace = alias.namespace ?? namespace
  const exportedAs = alias.name ?? metadata.name
  return {
    namespace,
    name: metadata.name,
    exportedNamespace,
    exportedAs,
    exportedName: `${exportedAs}.${exportedNamespace}.svc.${peer}-exports.local`
  }
}

/** Two services under one name: the API server refuses the status, which freezes as it is. */
export const hasDuplicates = (services: ReadonlyArray<ExportedService>): boolean =>
  new Set(services.map(({ exportedName }) => exportedName)).size < services.length

export const exportStatus = (services: ReadonlyArray<ExportedService>) => ({
  exportedServices: services.map(({ namespace, name, exportedName }) => ({
    localService: { namespace, name, hostname: `${name}.${namespace}.svc.cluster.local` },
    exportedName
  }))
})
