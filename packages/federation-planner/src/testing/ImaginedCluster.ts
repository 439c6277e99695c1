import {
  byKey,
  identityKey,
  identityOf,
  isDeleting,
  keyOf,
  manifestsOf,
  type KubeObject,
  type ManifestWork
} from "@multicluster-mesh/mesh-model"
import { isApplied } from "../appliedWork.ts"
import { carriedBy, resourceIdentifierOf, resourceKey, type Carried } from "../works.ts"

/** One object on a cluster. `owner`: the work with which it goes, if any. */
interface Placed {
  readonly object: KubeObject
  readonly owner: string | undefined
  readonly byUser: boolean
}

/** One managed cluster: what is on it, and what has happened to it so far. */
export interface ImaginedCluster {
  readonly name: string
  /** By identity. */
  readonly objects: ReadonlyMap<string, Placed>
  /** What became of users' objects, in words: nothing may. */
  readonly harm: ReadonlyArray<string>
  /** Objects that the work agent made, `Kind namespace/name`, in order. */
  readonly made: ReadonlyArray<string>
  /** Kinds of OpenShift Service Mesh that it serves. */
  readonly served: ReadonlySet<string>
  readonly uids: number
  /** What its admission says against an object; nothing, unless a test says so. */
  readonly refuses: (object: KubeObject) => string | undefined
}

export const emptyCluster = (name: string): ImaginedCluster => ({
  name,
  objects: new Map(),
  harm: [],
  made: [],
  served: new Set(),
  uids: 0,
  refuses: () => undefined
})

/** What is on a cluster, sorted. */
export const objectsOn = (cluster: ImaginedCluster): ReadonlyArray<KubeObject> =>
  [...cluster.objects].sort(byKey(([key]) => key)).map(([, { object }]) => object)

/** The cluster once a user has put `object` on it. */
export const plant = (cluster: ImaginedCluster, object: KubeObject): ImaginedCluster => {
  const draft = draftOf(cluster)
  const placed = { object: withUid(draft, object), owner: undefined, byUser: true }
  draft.objects.set(identityKey(identityOf(object)), placed)
  return draft
}

/** The cluster once a user has deleted what is called `what`, `Kind namespace/name`. */
export const deleteByUser = (cluster: ImaginedCluster, what: string): ImaginedCluster => ({
  ...cluster,
  objects: new Map([...cluster.objects].filter(([, { object }]) => `${object.kind} ${keyOf(object)}` !== what))
})

/** A cluster while something happens to it. */
interface Draft extends ImaginedCluster {
  readonly objects: Map<string, Placed>
  readonly harm: Array<string>
  readonly made: Array<string>
  served: ReadonlySet<string>
  uids: number
}

const draftOf = (cluster: ImaginedCluster): Draft => ({
  ...cluster,
  objects: new Map(cluster.objects),
  harm: [...cluster.harm],
  made: [...cluster.made]
})

const withUid = (cluster: Draft, object: KubeObject): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, uid: `${cluster.name}-${++cluster.uids}` }
})

const maistra = ["ServiceMeshControlPlane", "ServiceMeshMemberRoll"]
const federation = ["ServiceMeshPeer", "ExportedServiceSet", "ImportedServiceSet"]

/**
 * OCM's work agent and the operators, once: the cluster afterwards, and all works with what the agent says of its own.
 *
 * An object goes with its work, or when its work lets go of it, unless an orphaning rule spares it; so do objects of a
 * user that lie in a Namespace that goes.
 */
export const actOnCluster = (
  before: ImaginedCluster,
  works: ReadonlyArray<ManifestWork>,
  operatorsInstall: boolean
): { readonly cluster: ImaginedCluster; readonly works: ReadonlyArray<ManifestWork> } => {
  const cluster = draftOf(before)
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
  return { cluster, works: after }
}

/** Whether a cluster serves `kind`: those of the mesh operators come with them, all others are always there. */
export const isServed = (cluster: ImaginedCluster, kind: string): boolean =>
  ![...maistra, ...federation].includes(kind) || cluster.served.has(kind)

const drop = (cluster: Draft, key: string): void => {
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
const apply = (cluster: Draft, work: ManifestWork, key: string, one: Carried): string | undefined => {
  const { object } = one
  const hasRights = [...cluster.objects.values()].some(
    (placed) => placed.object.metadata.labels?.["open-cluster-management.io/aggregate-to-work"] === "true"
  )
  const isCore = ["Namespace", "ClusterRole", "ConfigMap"].includes(object.kind)
  if (!isCore && !hasRights) return `${object.kind} is forbidden`
  if (!isServed(cluster, object.kind)) return `no matches for kind ${object.kind}`
  const before = cluster.objects.get(key)
  if (before !== undefined && isCreateOnly(work, object)) {
    const refused = cluster.refuses(before.object)
    if (refused === undefined) cluster.objects.set(key, { ...before, owner: ownerOf(work, one) })
    return refused
  }
  if (before?.byUser && !one.force) return `conflict with the user's ${object.kind}`
  const refusal = cluster.refuses(object)
  if (refusal !== undefined) return refusal
  if (before?.byUser) cluster.harm.push(`overwrote ${object.kind} ${keyOf(object)}`)
  if (before === undefined) cluster.made.push(`${object.kind} ${keyOf(object)}`)
  const uid = before?.object.metadata.uid
  const placed = uid === undefined ? withUid(cluster, object) : { ...object, metadata: { ...object.metadata, uid } }
  cluster.objects.set(key, {
    object: placed,
    owner: ownerOf(work, one),
    byUser: before?.byUser ?? false
  })
  return undefined
}

const ownerOf = ({ metadata }: ManifestWork, { orphaned }: Carried): string | undefined =>
  orphaned ? undefined : metadata.name

/** Whether the work agent makes an object that is absent, and of one that is there changes the owner alone. */
const isCreateOnly = ({ spec }: ManifestWork, object: KubeObject): boolean => {
  const key = resourceKey(resourceIdentifierOf(object))
  const config = spec.manifestConfigs?.find(({ resourceIdentifier }) => resourceKey(resourceIdentifier) === key)
  return config?.updateStrategy?.type === "CreateOnly"
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
