import type { HubState } from "./HubState.ts"
import { newLineage, placeIn } from "./Memo.ts"
import type { Plan } from "./Plan.ts"
import { planHub } from "./planHub.ts"

/** After so many plans everything is planned from scratch once, so that what has gone from the hub is forgotten. */
const plansPerLineage = 1000

/**
 * Makes a planner for the states of one hub, one after the other. It gives the plans of `planHub`, byte for byte, and
 * works out anew only what depends on something that has changed since the state before: objects of the state that are
 * the very same are the same, and what the plan says of them are the very same values as well.
 */
export const makePlanner = (): ((state: HubState) => Plan) => {
  let lineage = newLineage()
  let plans = 0
  return (state) => {
    plans += 1
    if (plans % plansPerLineage === 0) lineage = newLineage()
    placeIn(lineage, state)
    return planHub(state)
  }
}
