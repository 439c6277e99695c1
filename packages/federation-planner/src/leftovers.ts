import { byText, type ClusterReport } from "@multicluster-mesh/mesh-model"
import type { HubState } from "./HubState.ts"
import { isLive } from "./liveUnits.ts"
import { inWords } from "./works.ts"

/** So many are named. */
const maxNamed = 20

/**
 * What carries the mark of the fleet on a cluster and belongs to no live unit, in words; undefined when there is none.
 * It is said and never touched: a removal without a record is none.
 */
export const leftoversOf = (state: HubState, report: ClusterReport | undefined): string | undefined => {
  const { fleetId } = state
  const left = (report?.objects ?? [])
    .filter(({ mark, state: is }) => is === "Present" && mark?.fleetId === fleetId && !isLive(state, mark.unit))
    .map(inWords)
    .sort(byText)
  const more = left.length > maxNamed ? [`and ${left.length - maxNamed} more`] : []
  return left.length === 0 ? undefined : [...left.slice(0, maxNamed), ...more].join(", ")
}
