import {
  byText,
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
import { viewOf } from "./HubView.ts"
import { isSameList } from "./isSame.ts"
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

/** Reads of `state` what is known of `cluster`. */
export const knowledgeOf = (state: HubState, cluster: string): ClusterKnowledge =>
  knowledge(state, cluster, [], () => {
    const view = viewOf(state)
    return readKnowledge(cluster, view.cluster(cluster), view.foundOn(cluster))
  })

const knowledge = makeMemo<ClusterKnowledge>()

/** Whether OCM manages a cluster, and whether it is about to end that: all that wishes have to know of it. */
export const standingOf = (state: HubState, cluster: string): "Managed" | "Detaching" | "Missing" =>
  standings(state, cluster, [], () => {
    const facts = viewOf(state).cluster(cluster)
    if (facts === undefined) return "Missing"
    return facts.deleting ? "Detaching" : "Managed"
  })

const standings = makeMemo<"Managed" | "Detaching" | "Missing">()

/** Whether the add-on is not on a cluster, or is about to leave it; undefined where it stays. */
export const addOnOf = (state: HubState, cluster: string): ClusterFacts["addOn"] =>
  addOns(state, cluster, [], () => viewOf(state).cluster(cluster)?.addOn)

const addOns = makeMemo<ClusterFacts["addOn"]>()

/** The names of all clusters, sorted. */
export const clusterNames = (state: HubState): ReadonlyArray<string> =>
  allNames(state, "", [], () => [...new Set(state.clusters.map(({ name }) => name))].sort(byText))

const allNames = makeMemo<ReadonlyArray<string>>(isSameList)

/** Whether it is known what the agent means by its words: of one of a far release it is not. */
export const isUnderstood = ({ agentAge }: ClusterFacts): boolean => agentAge !== "TooOld" && agentAge !== "TooNew"

const readKnowledge = (
  cluster: string,
  facts: ClusterFacts | undefined,
  controlPlanes: ReadonlyArray<FoundControlPlane>
): ClusterKnowledge => {
  const agent = facts?.agent
  const report = agent?.status?.report
  const available =
    facts !== undefined && facts.available && facts.addOnAvailable && isUnderstood(facts) && !facts.deleting
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
