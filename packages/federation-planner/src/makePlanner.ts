import type { HubState } from "./HubState.ts"
import { makeView, type HubView } from "./HubView.ts"
import type { Plan } from "./Plan.ts"
import { planHub } from "./planHub.ts"

/** After so many plans everything is planned from scratch once, so that what has gone from the hub is forgotten. */
const plansPerView = 10_000

/**
 * Makes a planner for the states of one hub, one after the other. It gives the plans of `planHub`, byte for byte, and
 * works out anew only what has read something that is different in this state: objects that are the very same are the
 * same, and what the plan says of them are the very same values as well.
 */
export const makePlanner = (): ((state: HubState) => Plan) => {
  let view: HubView | undefined
  let plans = 0
  return (state) => {
    plans += 1
    if (view === undefined || plans % plansPerView === 0) view = makeView(state)
    else view.moveTo(state)
    return planHub(view)
  }
}
