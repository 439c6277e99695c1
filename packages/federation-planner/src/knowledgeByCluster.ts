import type { HubState } from "./HubState.ts"
import { knowledgeOf, type ClusterKnowledge } from "./Knowledge.ts"

/** What is known of a cluster, by its name. */
export type Know = (cluster: string) => ClusterKnowledge

/** Reads what is known of each cluster of `state` once, when it is first asked for. */
export const knowledgeByCluster = (state: HubState): Know => {
  const known = new Map<string, ClusterKnowledge>()
  return (cluster) => {
    const before = known.get(cluster)
    if (before !== undefined) return before
    const knowledge = knowledgeOf(state, cluster)
    known.set(cluster, knowledge)
    return knowledge
  }
}
