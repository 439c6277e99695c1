import { isSameJson, keyOf } from "@multicluster-mesh/mesh-model"
import type { HubState } from "./HubState.ts"
import { makeMemo } from "./Memo.ts"
import type { HubAction } from "./Plan.ts"

/** Actions, each as the very value that it was where it says the same; `from` tells who makes them. */
export const keepActions = (
  state: HubState,
  from: string,
  actions: ReadonlyArray<HubAction>
): ReadonlyArray<HubAction> =>
  actions.map((action) =>
    kept(state, `${from} ${action._tag} ${action.type.plural} ${keyOfAction(action)}`, [action], () => action)
  )

const kept = makeMemo<HubAction>(isSameJson)

const keyOfAction = (action: HubAction): string =>
  action._tag === "ApplyObject" ? keyOf(action.object) : `${action.namespace}/${action.name}`
