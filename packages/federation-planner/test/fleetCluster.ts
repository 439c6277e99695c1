import type { FoundControlPlane } from "@multicluster-mesh/federation-planner"
import {
  identityKey,
  identityOf,
  isDeleting,
  keyOf,
  labels,
  manifestsOf,
  type ClusterReport,
  type KubeObject,
  type Mark,
  type ManifestWork,
  type MeshAgent,
  type ReportPart
} from "@multicluster-mesh/mesh-model"
import { isApplied } from "../src/appliedWork.ts"
import { carriedBy, resourceIdentifierOf } from "../src/works.ts"

/** One object on a cluster. `owner`: the work with which it goes, if any. */
interface Placed {
  readonly object: KubeObject
  readonly owner: string | undefined
  readonly byUser: boolean
}

export interface PlayedCluster {
  readonly name: string
  readonly objects: Map<string, Placed>
  /** What became of users' objects: nothing may. */
  readonly harm: Array<string>
  /** Objects that the work agent made, in order. */
  readonly made: Array<string>
  served: ReadonlySet<string>
  uids: number
  /** What the admission of the cluster says against an object. */
  refuses: (object: KubeObject) => string | undefined
}

export const emptyCluster = (name: string): PlayedCluster => ({
  name,
  objects: new Map(),
  harm: [],
  made: [],
  served: new Set(),
  uids: 0,
  refuses: () => undefined
})

/** Puts an object of a user on the cluster. */
export const plant = (cluster: PlayedCluster, object: KubeObject): void => {
  cluster.objects.set(identityKey(identityOf(object)), {
    object: withUid(cluster, object),
    owner: undefined,
    byUser: true
  })
}

const withUid = (cluster: PlayedCluster, object: KubeObject): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, uid: `${cluster.name}-${++cluster.uids}` }
})

const maistra = ["ServiceMeshControlPlane", "ServiceMeshMemberRoll"]
const federation = ["ServiceMeshPeer", "ExportedServiceSet", "ImportedServiceSet"]

/** OCM's work agent and the operators, once. */
export const actOnCluster = (
  cluster: PlayedCluster,
  works: ReadonlyArray<ManifestWork>,
  operatorsInstall: boolean
): ReadonlyArray<ManifestWork> => {
  const after = works.flatMap((work): ReadonlyArray<ManifestWork> => {
    if (work.metadata.namespace !== cluster.name) return [work]
    if (isDeleting(work)) {
      for (const [key, { owner }] of cluster.objects) if (owner === work.metadata.name) drop(cluster, key)
      return []
    }
    const carried = carriedBy(work)
    for (const [key, { owner }] of cluster.objects) {
      if (owner === work.metadata.name && !carried.has(key)) drop(cluster, key)
    }
    // Applied once per generation, as the real one does but for its timer: drift stays until the work changes.
    if (isApplied(work)) return [work]
    const applied = new Map([...carried].map(([key, one]) => [key, apply(cluster, work, key, one)]))
    return [{ ...work, status: statusOf(work, applied) }]
  })
  const kinds = new Set([...cluster.objects.values()].map(({ object }) => object.kind))
  const isInstalled = operatorsInstall && kinds.has("Subscription")
  cluster.served = new Set([
    ...cluster.served,
    ...(isInstalled ? maistra : []),
    ...(kinds.has("ServiceMeshControlPlane") ? [...maistra, ...federation] : [])
  ])
  return after
}

const drop = (cluster: PlayedCluster, key: string): void => {
  const placed = cluster.objects.get(key)
  if (placed === undefined) return
  if (placed.byUser) cluster.harm.push(`deleted ${placed.object.kind} ${keyOf(placed.object)}`)
  cluster.objects.delete(key)
  if (placed.object.kind !== "Namespace") return
  for (const [other, { object }] of cluster.objects) {
    if (object.metadata.namespace === placed.object.metadata.name) drop(cluster, other)
  }
}

/** Applies one manifest; returns why it could not. */
const apply = (
  cluster: PlayedCluster,
  work: ManifestWork,
  key: string,
  one: { readonly object: KubeObject; readonly force: boolean; readonly orphaned: boolean }
): string | undefined => {
  const { object } = one
  const hasRights = [...cluster.objects.values()].some(
    (placed) => placed.object.metadata.labels?.["open-cluster-management.io/aggregate-to-work"] === "true"
  )
  const isCore = ["Namespace", "ClusterRole", "ConfigMap"].includes(object.kind)
  if (!isCore && !hasRights) return `${object.kind} is forbidden`
  if ([...maistra, ...federation].includes(object.kind) && !cluster.served.has(object.kind)) {
    return `no matches for kind ${object.kind}`
  }
  const before = cluster.objects.get(key)
  if (before?.byUser && !one.force) return `conflict with the user's ${object.kind}`
  const refusal = cluster.refuses(object)
  if (refusal !== undefined) return refusal
  if (before?.byUser) cluster.harm.push(`overwrote ${object.kind} ${keyOf(object)}`)
  if (before === undefined) cluster.made.push(`${object.kind} ${keyOf(object)}`)
  const uid = before?.object.metadata.uid
  const placed = uid === undefined ? withUid(cluster, object) : { ...object, metadata: { ...object.metadata, uid } }
  cluster.objects.set(key, {
    object: placed,
    owner: one.orphaned ? undefined : work.metadata.name,
    byUser: before?.byUser ?? false
  })
  return undefined
}

const statusOf = (
  work: ManifestWork,
  applied: ReadonlyMap<string, string | undefined>
): NonNullable<ManifestWork["status"]> => {
  const isApplied = [...applied.values()].every((problem) => problem === undefined)
  return {
    conditions: [
      {
        type: "Applied",
        status: isApplied ? "True" : "False",
        observedGeneration: work.metadata.generation ?? 0
      }
    ],
    resourceStatus: {
      manifests: manifestsOf(work).map((object) => ({
        resourceMeta: resourceIdentifierOf(object),
        conditions: [appliedCondition(applied.get(identityKey(identityOf(object))))]
      }))
    }
  }
}

const appliedCondition = (problem: string | undefined) =>
  problem === undefined
    ? { type: "Applied", status: "True" }
    : { type: "Applied", status: "False", message: `Failed to apply manifest: ${problem}` }

const parts: ReadonlyArray<ReportPart> = ["APIs", "Operators", "ControlPlanes", "Objects", "Services", "Namespaces"]

/** What the agent of a cluster says of it. */
export const reportOf = (
  cluster: PlayedCluster,
  agent: MeshAgent,
  found: ReadonlyArray<FoundControlPlane>,
  operatorsInstall: boolean
): ClusterReport => ({
  parts: parts.map((name) => ({ name, complete: true })),
  apis: [],
  operators: [...cluster.objects.values()]
    .filter(({ object }) => object.kind === "Subscription")
    .map(({ object }) => ({
      package: object.metadata.name,
      namespace: object.metadata.namespace ?? "",
      name: object.metadata.name,
      ...markOf(object),
      approval: approvalOf(object),
      ...(operatorsInstall ? { phase: "Succeeded", state: "AtLatestKnown" } : { state: "UpgradePending" })
    })),
  controlPlanes: found.filter((one) => one.cluster === cluster.name).map(({ report }) => report),
  objects: (agent.spec.objects ?? []).map((asked) => {
    const { apiVersion, kind, name, namespace } = asked
    const placed = cluster.objects.get(identityKey(asked))
    const identity = { apiVersion, kind, namespace, name }
    const confirmed = asked.confirm === true ? { confirmed: true } : {}
    if (placed !== undefined) {
      const { object } = placed
      return { ...identity, state: "Present", ...markOf(object), uid: object.metadata.uid ?? "", ...confirmed }
    }
    const isServed = ![...maistra, ...federation].includes(kind) || cluster.served.has(kind)
    return { ...identity, state: isServed ? "Absent" : "NotServed", ...confirmed }
  }),
  services: [],
  namespaces: (agent.spec.namespaces ?? []).map((name) => ({
    name,
    foreign: [...cluster.objects.values()]
      .filter(({ object }) => object.metadata.namespace === name && !("mark" in markOf(object)))
      .map(({ object }) => `${object.kind}/${object.metadata.name}`)
      .sort()
  }))
})

const approvalOf = ({ spec }: KubeObject): string =>
  typeof spec === "object" && spec !== null && "installPlanApproval" in spec && spec.installPlanApproval === "Manual"
    ? "Manual"
    : "Automatic"

const markOf = (object: KubeObject): { readonly mark?: Mark } => {
  const [fleetId, unit] = [object.metadata.labels?.[labels.fleetLabel], object.metadata.labels?.[labels.unitLabel]]
  return fleetId === undefined || unit === undefined ? {} : { mark: { fleetId, unit } }
}
