import type { ClusterReport, ReportPart } from "@multicluster-mesh/mesh-model"

/** etcd takes objects of up to 1.5 MiB; the spec and the field sets of the MeshAgent need their share. */
const maxBytes = 900 * 1024

/**
 * Cuts a report that is too large to be stored, and says so: the part that lost entries is no longer complete, so
 * what is missing is unknown, not absent. The same report is always cut the same way.
 */
export const fitReport = (report: ClusterReport, max = maxBytes): ClusterReport => {
  let fitted = report
  for (const cut of cuts) {
    while (sizeOf(fitted) > max && fitted[cut.list].length > 0) fitted = halved(fitted, cut)
  }
  return fitted
}

interface Cut {
  readonly list: "services" | "namespaces" | "objects" | "controlPlanes" | "operators"
  readonly part: ReportPart
}

/** What can be done without comes first. */
const cuts: ReadonlyArray<Cut> = [
  { list: "services", part: "Services" },
  { list: "namespaces", part: "Namespaces" },
  { list: "objects", part: "Objects" },
  { list: "controlPlanes", part: "ControlPlanes" },
  { list: "operators", part: "Operators" }
]

const halved = (report: ClusterReport, { list, part }: Cut): ClusterReport => ({
  ...report,
  [list]: report[list].slice(0, Math.floor(report[list].length / 2)),
  parts: report.parts.map((entry) =>
    entry.name === part ? { ...entry, complete: false, message: "cut: the report is too large" } : entry
  )
})

const sizeOf = (report: ClusterReport): number => Buffer.byteLength(JSON.stringify(report))
