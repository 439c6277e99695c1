import type { Removal } from "@multicluster-mesh/mesh-model"
import * as DateTime from "effect/DateTime"

const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 }

/** When a removal starts: `since` and its grace period, RFC 3339 to the second; undefined when it cannot be read. */
export const removalTime = (removal: Removal): string | undefined => {
  const since = Date.parse(removal.since)
  const grace = graceSeconds(removal)
  if (Number.isNaN(since) || grace === undefined) return undefined
  return DateTime.formatIso(DateTime.makeUnsafe(since + grace * 1000)).replace(/\.\d+Z$/u, "Z")
}

/**
 * Whether a removal may start. One that cannot be read never does; one without a grace period does at once, even by a
 * clock that is behind the one of who recorded it.
 */
export const isDue = (removal: Removal, now: string): boolean => {
  const at = removalTime(removal)
  return at !== undefined && (graceSeconds(removal) === 0 || Date.parse(at) <= Date.parse(now))
}

const graceSeconds = ({ gracePeriod }: Removal): number | undefined => {
  const [, amount = "", unit = ""] = /^([0-9]+)([smh])$/u.exec(gracePeriod) ?? []
  const factor = seconds[unit]
  return factor === undefined ? undefined : Number(amount) * factor
}
