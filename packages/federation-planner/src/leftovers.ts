import { byText, type ClusterReport } from "@multicluster-mesh/mesh-model"
import { inWords } from "./works.ts"

/** So many are named. */
const maxNamed = 20

/**
 * What carries the mark of the fleet on a cluster and belongs to none of the `live` units, in words; undefined when
 * there is none. It is said and never touched: a removal without a record is none.
 */
export const leftoversOf = (
  report: ClusterReport | undefined,
  fleetId: string,
  live: ReadonlySet<string>
): string | undefined => {
  const left = (report?.objects ?? [])
    .filter(({ mark, state }) => state === "Present" && mark?.fleetId === fleetId && !live.has(mark.unit))
    .map(inWords)
    .sort(byText)
  const more = left.length > maxNamed ? [`and ${left.length - maxNamed} more`] : []
  return left.length === 0 ? undefined : [...left.slice(0, maxNamed), ...more].join(", ")
}
