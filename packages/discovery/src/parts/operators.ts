import { byKey, keyOf, olm, OperatorReport } from "@multicluster-mesh/mesh-model"
import type { ClusterSnapshot } from "../ClusterSnapshot.ts"
import { markOf } from "../markOf.ts"
import { present } from "../present.ts"
import { bounded, cut, decodedOf, fitting, type Problems } from "../Problems.ts"

/** The packages of OpenShift Service Mesh 2 and of what its control planes may need. */
const packages = new Set(["servicemeshoperator", "kiali-ossm", "jaeger-product", "elasticsearch-operator"])

/** Conditions of a Subscription that are complaints when they are True. */
const complaints = new Set([
  "BundleUnpackFailed",
  "CatalogSourcesUnhealthy",
  "InstallPlanFailed",
  "InstallPlanMissing",
  "InstallPlanPending",
  "ResolutionFailed"
])

/**
 * The operators of service meshes, by their Subscriptions in whichever namespace.
 *
 * The ClusterServiceVersion is the one that the Subscription says is installed: during an upgrade there are two.
 */
export const reportOperators = (snapshot: ClusterSnapshot, problems: Problems): ReadonlyArray<OperatorReport> => {
  const subscriptions = (decodedOf(snapshot, "Subscriptions", olm.Subscription, problems) ?? []).filter(({ spec }) =>
    packages.has(spec?.name ?? "")
  )
  if (subscriptions.length === 0) return []
  const versions = decodedOf(snapshot, "ServiceVersions", olm.ClusterServiceVersion, problems) ?? []
  const reports = subscriptions.map((subscription): OperatorReport => {
    const { metadata, spec, status } = subscription
    const installed = versions.find(
      (version) => version.metadata.name === status?.installedCSV && version.metadata.namespace === metadata.namespace
    )
    const complaint = complaintOf(subscription, installed)
    return {
      package: spec?.name ?? "",
      namespace: metadata.namespace ?? "",
      name: metadata.name,
      approval: spec?.installPlanApproval || "Automatic",
      ...present({
        mark: markOf(metadata),
        channel: spec?.channel || undefined,
        state: status?.state || undefined,
        installedCSV: status?.installedCSV || undefined,
        phase: installed?.status?.phase || undefined,
        message: complaint === "" ? undefined : cut(complaint, 2048)
      })
    }
  })
  const fit = fitting(OperatorReport, reports, ({ namespace, name }) => `Subscription ${namespace}/${name}`, problems)
  return bounded(fit.toSorted(byKey(({ namespace, name }) => `${namespace}/${name}`)), 64, "operators", problems)
}

const complaintOf = (subscription: olm.Subscription, installed: olm.ClusterServiceVersion | undefined): string => {
  const conditions = (subscription.status?.conditions ?? [])
    .filter(({ type, status }) => complaints.has(type) && status === "True")
    .map(({ type, reason, message }) => [type, reason, message].filter(Boolean).join(": "))
    .sort()
  const { phase, reason, message } = installed?.status ?? {}
  const trouble =
    installed === undefined || phase === undefined || phase === "Succeeded"
      ? []
      : [[`${keyOf(installed)} is ${phase}`, reason, message].filter(Boolean).join(": ")]
  return [...conditions, ...trouble].join("; ")
}
