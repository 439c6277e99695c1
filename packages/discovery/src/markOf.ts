import { labels, type Mark, type ObjectMeta } from "@multicluster-mesh/mesh-model"

/** The mark that an object carries, of whichever fleet. */
export const markOf = (metadata: ObjectMeta): Mark | undefined => {
  const fleetId = metadata.labels?.[labels.fleetLabel]
  const unit = metadata.labels?.[labels.unitLabel]
  return fleetId === undefined || unit === undefined ? undefined : { fleetId, unit }
}
