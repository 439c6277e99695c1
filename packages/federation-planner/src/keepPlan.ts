import { byKey, identityKey, identityOf, keyOf } from "@multicluster-mesh/mesh-model"
import type { HubState } from "./HubState.ts"
import { makeKeeper } from "./Memo.ts"
import type { Explanation, HubAction, StatusPlan } from "./Plan.ts"

/** Statuses and actions, each as the very value of the plan before where it says the same. */
export const keepStatuses = (state: HubState, statuses: ReadonlyArray<StatusPlan>): ReadonlyArray<StatusPlan> =>
  statuses.map((status) => ofStatuses(state, `${status.type.plural}/${status.namespace}/${status.name}`, status))

export const keepActions = (state: HubState, actions: ReadonlyArray<HubAction>): ReadonlyArray<HubAction> =>
  actions.map((action) => ofActions(state, `${action._tag} ${action.type.plural} ${keyOfAction(action)}`, action))

const ofStatuses = makeKeeper<StatusPlan>()
const ofActions = makeKeeper<HubAction>()

const keyOfAction = (action: HubAction): string =>
  action._tag === "ApplyObject" ? keyOf(action.object) : `${action.namespace}/${action.name}`

/** Explanations by cluster, work and object. */
export const sortExplanations = (explanations: Array<Explanation>): ReadonlyArray<Explanation> =>
  explanations.sort(byKey(placeOf))

const placeOf = (explanation: Explanation): string => {
  const known = places.get(explanation)
  if (known !== undefined) return known
  const { cluster, object, work } = explanation
  // nothing sorts before U+0000, so this is the order of the three one after the other
  const place = `${cluster}\u0000${work}\u0000${identityKey(identityOf(object))}`
  places.set(explanation, place)
  return place
}

const places = new WeakMap<Explanation, string>()
