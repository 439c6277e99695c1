import { byKey, byText, identityKey, identityOf } from "@multicluster-mesh/mesh-model"
import type { HubState } from "./HubState.ts"
import { makeMemo } from "./Memo.ts"
import type { Explanation, WorkAction } from "./Plan.ts"
import type { UnitPlan } from "./UnitPlan.ts"

/** What the units of one cluster come to. */
export interface ClusterPlan {
  /** Sorted by name. */
  readonly works: ReadonlyArray<WorkAction>
  /** Sorted by work and object. */
  readonly explanations: ReadonlyArray<Explanation>
}

/** The plans of all units, put together by cluster; sorted by cluster. */
export const planClusters = (state: HubState, plans: Iterable<UnitPlan>): ReadonlyArray<ClusterPlan> =>
  [...Map.groupBy(plans, ({ cluster }) => cluster)]
    .sort(([one], [other]) => byText(one, other))
    .map(([cluster, ofCluster]) => together(state, cluster, ofCluster, () => planCluster(ofCluster)))

const together = makeMemo<ClusterPlan>()

const planCluster = (plans: ReadonlyArray<UnitPlan>): ClusterPlan => ({
  works: plans.flatMap(({ works }) => works).sort(byKey(({ name }) => name)),
  explanations: plans.flatMap(({ explanations }) => explanations).sort(byWork)
})

const byWork = (one: Explanation, other: Explanation): number =>
  byText(one.work, other.work) || byText(identityKey(identityOf(one.object)), identityKey(identityOf(other.object)))
