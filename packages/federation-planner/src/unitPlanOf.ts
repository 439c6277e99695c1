import type { HubState } from "./HubState.ts"
import { knowledgeOf } from "./Knowledge.ts"
import { makeKeeper, makeMemo } from "./Memo.ts"
import { planUnit } from "./planUnit.ts"
import type { Unit } from "./Unit.ts"
import type { UnitPlan } from "./UnitPlan.ts"
import { worksOf } from "./works.ts"

/** A unit, as the very value of the plan before where it is the same. */
export const keptUnit = (state: HubState, unit: Unit): Unit => units(state, unit.key, unit)

const units = makeKeeper<Unit>()

/** Plans one unit of a state; of the very same unit, with the same knowledge and works, only once. */
export const unitPlanOf = (state: HubState, unit: Unit): UnitPlan => {
  const knowledge = knowledgeOf(state, unit.cluster)
  const works = worksOf(state, unit.cluster, unit.key)
  const { fleetId, now } = state
  // time matters to nothing but a removal
  const inputs = [unit, fleetId, unit.removal === undefined ? "" : now, knowledge, works]
  return plans(state, unit.key, inputs, () => planUnit(unit, { fleetId, now, knowledge, works }))
}

const plans = makeMemo<UnitPlan>()
