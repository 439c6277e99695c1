import {
  byKey,
  identityKey,
  isComplete,
  type Mark,
  type NamespaceReport,
  type ObjectIdentity,
  type OperatorReport,
  type ReportPart,
  type ServiceReport
} from "@multicluster-mesh/mesh-model"
import type { ClusterFacts, FoundControlPlane, HubState } from "./HubState.ts"
import { makeMemo } from "./Memo.ts"

/** What is known of one object on a cluster. Unknown is never the same as absent. */
export type ObjectKnowledge =
  | { readonly state: "Unknown" }
  | {
      readonly state: "Present"
      /** The fleet and unit that it carries as labels; undefined for an object that is nobody's. */
      readonly mark: Mark | undefined
      readonly uid: string
      readonly deleting: boolean
      /** Looked at after a removal asked for it. */
      readonly confirmed: boolean
    }
  /** `NotServed`: the cluster does not know the kind. `confirmed` as above. */
  | { readonly state: "Absent"; readonly confirmed: boolean }
  | { readonly state: "NotServed"; readonly confirmed: boolean }

/** What is known of one control plane. `Found` while the agent is away is what it last said. */
export type ControlPlaneKnowledge =
  | { readonly state: "Unknown" }
  | { readonly state: "Absent" }
  | { readonly state: "Found"; readonly found: FoundControlPlane }

/** What the hub knows of one managed cluster. */
export interface ClusterKnowledge {
  readonly cluster: string
  /** OCM's and the agent's view of the cluster; undefined for a cluster without ManagedCluster. */
  readonly facts: ClusterFacts | undefined
  /** Whether cluster and agent are alive and stay: without, nothing that was reported is a reason to act. */
  readonly available: boolean
  /** Whether the agent has ever reported. */
  readonly reported: boolean
  /** Whether `part` of the report is complete and the agent alive. */
  readonly complete: (part: ReportPart) => boolean
  readonly object: (identity: ObjectIdentity) => ObjectKnowledge
  readonly controlPlane: (namespace: string, name: string) => ControlPlaneKnowledge
  readonly controlPlanes: ReadonlyArray<FoundControlPlane>
  /** Whether the cluster serves a kind; undefined when unknown. */
  readonly serves: (apiVersion: string, kind: string) => boolean | undefined
  /** Undefined when unknown. */
  readonly operators: ReadonlyArray<OperatorReport> | undefined
  /** Undefined when unknown, also when it was not asked for yet. */
  readonly service: (namespace: string, name: string) => ServiceReport | undefined
  /** What is in a namespace that is neither ours nor the operator's, and what cannot be seen; undefined when unknown. */
  readonly contentsOf: (namespace: string) => NamespaceReport | undefined
}

/** Reads of `state` what is known of `cluster`; of each state and cluster only once. */
export const knowledgeOf = (state: HubState, cluster: string): ClusterKnowledge => {
  const memory = memories.get(state) ?? remember(state)
  const known = memory.clusters.get(cluster)
  if (known !== undefined) return known
  const facts = memory.facts.get(cluster)
  const found = memory.found.get(cluster) ?? []
  const read = remembered(state, cluster, [facts, ...found], () =>
    readKnowledge(cluster, facts, found.toSorted(byKey(({ report }) => `${report.namespace}/${report.name}`)))
  )
  memory.clusters.set(cluster, read)
  return read
}

interface Memory {
  readonly facts: ReadonlyMap<string, ClusterFacts>
  readonly found: ReadonlyMap<string, ReadonlyArray<FoundControlPlane>>
  readonly clusters: Map<string, ClusterKnowledge>
}

const remembered = makeMemo<ClusterKnowledge>()

/** States are never changed, so what was read of one stays true. */
const memories = new WeakMap<HubState, Memory>()

const remember = (state: HubState): Memory => {
  const memory = {
    facts: new Map(state.clusters.map((facts) => [facts.name, facts])),
    found: Map.groupBy(state.found, ({ cluster }) => cluster),
    clusters: new Map<string, ClusterKnowledge>()
  }
  memories.set(state, memory)
  return memory
}

const readKnowledge = (
  cluster: string,
  facts: ClusterFacts | undefined,
  controlPlanes: ReadonlyArray<FoundControlPlane>
): ClusterKnowledge => {
  const agent = facts?.agent
  const report = agent?.status?.report
  const available = facts !== undefined && facts.available && facts.addOnAvailable && !facts.deleting
  const complete = (part: ReportPart): boolean => available && report !== undefined && isComplete(report, part)
  const answered =
    agent?.status?.observedGeneration !== undefined &&
    agent.status.observedGeneration >= (agent.metadata.generation ?? 0)
  const asked = new Set((agent?.spec.objects ?? []).map(identityKey))
  const objects = new Map((report?.objects ?? []).map((entry) => [identityKey(entry), entry]))
  return {
    cluster,
    facts,
    available,
    reported: report !== undefined,
    complete,
    object: (identity) => {
      const key = identityKey(identity)
      const entry = objects.get(key)
      if (!available || entry === undefined) return { state: "Unknown" }
      if (entry.state === "Present") {
        const { confirmed = false, deleting = false, mark, uid = "" } = entry
        return { state: "Present", mark, uid, deleting, confirmed: confirmed && answered }
      }
      // An answer to an older question may speak of the time before our last delivery.
      return answered && asked.has(key)
        ? { state: entry.state, confirmed: entry.confirmed ?? false }
        : { state: "Unknown" }
    },
    controlPlane: (namespace, name) => {
      const found = controlPlanes.find(
        (candidate) => candidate.report.namespace === namespace && candidate.report.name === name
      )
      if (found !== undefined) return { state: "Found", found }
      // What was refused as a whole is no mesh to us, and is there nevertheless.
      const isRefused = report?.controlPlanes.some((one) => one.namespace === namespace && one.name === name) ?? false
      return { state: complete("ControlPlanes") && !isRefused ? "Absent" : "Unknown" }
    },
    controlPlanes,
    serves: (apiVersion, kind) =>
      complete("APIs")
        ? (report?.apis.some((api) => api.apiVersion === apiVersion && api.kinds.includes(kind)) ?? false)
        : undefined,
    operators: complete("Operators") ? report?.operators : undefined,
    service: (namespace, name) =>
      available
        ? report?.services.find((service) => service.namespace === namespace && service.name === name)
        : undefined,
    contentsOf: (namespace) =>
      complete("Namespaces") && answered
        ? report?.namespaces.find((candidate) => candidate.name === namespace)
        : undefined
  }
}
