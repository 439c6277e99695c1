import type { Removal } from "@multicluster-mesh/mesh-model"
import * as DateTime from "effect/DateTime"

const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 }

/** When a removal starts: `since` and its grace period, RFC 3339 to the second; undefined when it cannot be read. */
export const removalTime = (removal: Removal): string | undefined => {
  const [, amount = "", unit = ""] = /^([0-9]+)([smh])$/u.exec(removal.gracePeriod) ?? []
  const since = Date.parse(removal.since)
  const factor = seconds[unit]
  if (Number.isNaN(since) || factor === undefined) return undefined
  return DateTime.formatIso(DateTime.makeUnsafe(since + Number(amount) * factor * 1000)).replace(/\.\d+Z$/u, "Z")
}

/** Whether a removal may start. One that cannot be read never does. */
export const isDue = (removal: Removal, now: string): boolean => {
  const at = removalTime(removal)
  return at !== undefined && Date.parse(at) <= Date.parse(now)
}
