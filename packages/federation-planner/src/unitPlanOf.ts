import { isSameJson } from "@multicluster-mesh/mesh-model"
import type { HubState } from "./HubState.ts"
import { knowledgeOf } from "./Knowledge.ts"
import { makeMemo } from "./Memo.ts"
import { planUnit } from "./planUnit.ts"
import type { Unit } from "./Unit.ts"
import type { UnitPlan } from "./UnitPlan.ts"
import { worksOf } from "./works.ts"

/** Plans one unit of a state. */
export const unitPlanOf = (state: HubState, unit: Unit): UnitPlan =>
  plans(state, unit.key, [unit], () =>
    planUnit(unit, {
      fleetId: state.fleetId,
      // time matters to nothing but a removal
      now: unit.removal === undefined ? "" : state.now,
      knowledge: knowledgeOf(state, unit.cluster),
      works: worksOf(state, unit.cluster, unit.key)
    })
  )

const plans = makeMemo<UnitPlan>(isSameJson)
