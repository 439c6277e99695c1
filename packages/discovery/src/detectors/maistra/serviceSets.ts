import { byKey, ControlPlaneReport, maistra } from "@multicluster-mesh/mesh-model"
import type { ClusterSnapshot } from "../../ClusterSnapshot.ts"
import { bounded, decodedOf, fitting, type Problems } from "../../Problems.ts"

type ExportSet = ControlPlaneReport["exports"][number]
type ImportSet = ControlPlaneReport["imports"][number]

const ExportSet = ControlPlaneReport.fields.exports.value
const ImportSet = ControlPlaneReport.fields.imports.value

/** Returns, by control plane namespace, what istiod exports to each peer, sorted. */
export const readExports = (
  snapshot: ClusterSnapshot,
  problems: Problems
): ((namespace: string) => ReadonlyArray<ExportSet>) => {
  const sets = decodedOf(snapshot, "ExportSets", maistra.ExportedServiceSet, problems) ?? []
  return (namespace) => {
    const reports = sets
      .filter(({ metadata }) => metadata.namespace === namespace)
      .map(({ metadata, status }): ExportSet => {
        const services = (status?.exportedServices ?? []).map(({ localService, exportedName }) => ({
          namespace: localService?.namespace ?? "",
          name: localService?.name ?? "",
          exportedName: exportedName ?? ""
        }))
        return { peer: metadata.name, services: sortedServices(services, `${namespace}/${metadata.name}`, problems) }
      })
    return fitting(ExportSet, reports, ({ peer }) => `ExportedServiceSet ${namespace}/${peer}`, problems).toSorted(
      byKey(({ peer }) => peer)
    )
  }
}

/**
 * Returns, by control plane namespace, what each peer offers, sorted. A service without a local host is offered and not
 * imported: no rule matched it.
 */
export const readImports = (
  snapshot: ClusterSnapshot,
  problems: Problems
): ((namespace: string) => ReadonlyArray<ImportSet>) => {
  const sets = decodedOf(snapshot, "ImportSets", maistra.ImportedServiceSet, problems) ?? []
  return (namespace) => {
    const reports = sets
      .filter(({ metadata }) => metadata.namespace === namespace)
      .map(({ metadata, status }): ImportSet => {
        const services = (status?.importedServices ?? []).map(({ localService, exportedName }) => ({
          exportedName: exportedName ?? "",
          localHost: localService?.hostname ?? ""
        }))
        return { peer: metadata.name, services: sortedServices(services, `${namespace}/${metadata.name}`, problems) }
      })
    return fitting(ImportSet, reports, ({ peer }) => `ImportedServiceSet ${namespace}/${peer}`, problems).toSorted(
      byKey(({ peer }) => peer)
    )
  }
}

const sortedServices = <A extends { readonly exportedName: string }>(
  services: ReadonlyArray<A>,
  set: string,
  problems: Problems
): ReadonlyArray<A> =>
  bounded(services.toSorted(byKey(({ exportedName }) => exportedName)), 1000, `services of set ${set}`, problems)
