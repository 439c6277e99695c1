import type { HubState } from "./HubState.ts"
import { type ClusterKnowledge, knowledgeOf } from "./Knowledge.ts"
import { makeKeeper, makeMemo } from "./Memo.ts"
import { planUnit } from "./planUnit.ts"
import type { Unit } from "./Unit.ts"
import type { UnitPlan } from "./UnitPlan.ts"
import { worksOf } from "./works.ts"

/** Plans one unit of a state; of the same unit, with the same knowledge and works, only once. */
export const unitPlanOf = (state: HubState, unit: Unit): UnitPlan => {
  const knowledge: ClusterKnowledge = knowledgeOf(state, unit.cluster)
  const works = worksOf(state, unit.cluster, unit.key)
  const { fleetId, now } = state
  const same = keep(state, unit.key, unit)
  // time matters to nothing but a removal
  const inputs = [same, fleetId, unit.removal === undefined ? "" : now, knowledge, works]
  return plans(state, unit.key, inputs, () => planUnit(same, { fleetId, now, knowledge, works }))
}

const keep = makeKeeper<Unit>()
const plans = makeMemo<UnitPlan>()
