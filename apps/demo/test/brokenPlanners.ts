import { type HubState, type Plan, planHub, type WorkAction } from "@multicluster-mesh/federation-planner"
import { identityKey, keyOf, labels, type ManifestWork, manifestsOf, resources } from "@multicluster-mesh/mesh-model"

/**
 * Planners that each break one rule of docs/architecture.md, and are the real one in everything else. Each is what a
 * reasonable person would write who did not know the rule.
 */

/** Leaves the orphaning rule of control planes out of every work. */
export const withoutOrphaningRule = (state: HubState): Plan => {
  const plan = planHub(state)
  return { ...plan, works: plan.works.map((work) => (work._tag === "ApplyWork" ? unruled(work) : work)) }
}

const unruled = (work: WorkAction & { readonly _tag: "ApplyWork" }): WorkAction => {
  const rules = work.spec.deleteOption?.selectivelyOrphans?.orphaningRules ?? []
  const orphaningRules = rules.filter(({ resource }) => resource !== resources.controlPlanes.plural)
  return {
    ...work,
    spec: {
      ...work.spec,
      deleteOption: { propagationPolicy: "SelectivelyOrphan", selectivelyOrphans: { orphaningRules } }
    }
  }
}

/** Lifts orphaning rules by applying the manifests once more, whatever the cluster has against them. */
export const liftingByApply = (state: HubState): Plan => {
  const plan = planHub(state)
  const applying = { type: "ServerSideApply", serverSideApply: { force: true, fieldManager: labels.workFieldManager } }
  const works = plan.works.map((work): WorkAction => {
    if (work._tag !== "ApplyWork") return work
    const manifestConfigs = work.spec.manifestConfigs?.map((one) => ({ ...one, updateStrategy: applying })) ?? []
    return { ...work, spec: { ...work.spec, manifestConfigs } }
  })
  return { ...plan, works }
}

/** Believes that what a work carries is there, whatever the agent says: so it lifts what is absent. */
export const believingInDeliveries = (state: HubState): Plan => {
  const units = new Map(
    state.works.flatMap((work) =>
      manifestsOf(work).map(({ apiVersion, kind, metadata: { name, namespace = "" } }) => {
        const place = `${work.metadata.namespace} ${identityKey({ apiVersion, kind, namespace, name })}`
        return [place, work.metadata.labels?.[labels.unitLabel] ?? ""] as const
      })
    )
  )
  return planHub(
    withReports(state, (report, cluster) => ({
      ...report,
      objects: report.objects.map((entry) => {
        const unit = units.get(`${cluster} ${identityKey(entry)}`)
        return unit === undefined
          ? entry
          : { ...entry, state: "Present", uid: entry.uid ?? "believed", mark: { fleetId: state.fleetId, unit } }
      })
    }))
  )
}

/** Takes the works of a Mesh that the hub does not have for the rest of a wish that has ended, and cleans up. */
export const cleaningUp = (state: HubState): Plan => {
  const plan = planHub(state)
  const there = new Set(state.meshes.map((mesh) => `mesh/${keyOf(mesh)}`))
  const ended = state.works.filter(({ metadata }) => {
    const unit = metadata.annotations?.[labels.unitAnnotation] ?? ""
    return unit.startsWith("mesh/") && !there.has(unit) && metadata.deletionTimestamp === undefined
  })
  return { ...plan, works: [...plan.works, ...ended.map(withItsObjects)] }
}

/** Takes a work and its objects away: first the orphaning rules, and once that is applied the work. */
const withItsObjects = ({ metadata, spec, status }: ManifestWork): WorkAction => {
  const { annotations = {}, labels = {}, name, namespace: cluster = "", uid = "" } = metadata
  const lifted = { ...spec, deleteOption: { propagationPolicy: "Foreground" } }
  const isApplied = status?.conditions?.some(
    ({ observedGeneration, type }) => type === "Applied" && observedGeneration === metadata.generation
  )
  return spec.deleteOption?.propagationPolicy === "Foreground" && isApplied === true
    ? { _tag: "DeleteWork", cluster, name, uid }
    : { _tag: "ApplyWork", cluster, name, labels, annotations, spec: lifted }
}

/** Takes what could not be read for empty, and what an agent that is away has not said for absent. */
export const takingUnknownForEmpty = (state: HubState): Plan => {
  const away = new Set(state.clusters.filter((cluster) => !cluster.addOnAvailable).map(({ name }) => name))
  const believed = withReports(state, (report, cluster) => ({
    ...report,
    parts: report.parts.map(({ name }) => ({ name, complete: true })),
    ...(away.has(cluster) ? { controlPlanes: [], operators: [] } : {})
  }))
  return planHub({
    ...believed,
    clusters: believed.clusters.map((cluster) => ({ ...cluster, addOnAvailable: true })),
    found: believed.found.filter(({ cluster }) => !away.has(cluster))
  })
}

type Report = NonNullable<NonNullable<NonNullable<HubState["clusters"][number]["agent"]>["status"]>["report"]>

const withReports = (state: HubState, change: (report: Report, cluster: string) => Report): HubState => ({
  ...state,
  clusters: state.clusters.map((cluster) => {
    const status = cluster.agent?.status
    return cluster.agent === undefined || status?.report === undefined
      ? cluster
      : { ...cluster, agent: { ...cluster.agent, status: { ...status, report: change(status.report, cluster.name) } } }
  })
})
