import { unionOf } from "./FieldSet.ts"
import { type Managers, ownerKey, type Owned } from "./Managers.ts"

const maxUpdaters = 10

/**
 * Keeps the number of updaters bounded: beyond ten the oldest are merged into one entry `ancient-changes` per version.
 *
 * Source: apimachinery `pkg/util/managedfields/internal/capmanagers.go`.
 */
export const capUpdaters = (managers: Managers): Managers => {
  const updaters = [...managers].filter(([, { operation }]) => operation === "Update")
  const excess = updaters.length - maxUpdaters
  if (excess <= 0) return managers
  const oldest = updaters.toSorted(([leftKey, left], [rightKey, right]) => {
    const byTime = timeOf(left) - timeOf(right)
    return byTime === 0 ? (leftKey < rightKey ? -1 : 1) : byTime
  })
  const capped = new Map(managers)
  const first = new Map<string, readonly [string, Owned]>()
  let left = excess
  for (const [key, owner] of oldest) {
    if (left === 0) break
    const sibling = first.get(owner.apiVersion)
    if (sibling === undefined) {
      first.set(owner.apiVersion, [key, owner])
      continue
    }
    const identity = {
      manager: "ancient-changes",
      operation: "Update",
      apiVersion: owner.apiVersion,
      subresource: undefined
    } as const
    const bucket = capped.get(ownerKey(identity)) ?? sibling[1]
    capped.delete(sibling[0])
    capped.delete(key)
    capped.set(ownerKey(identity), { ...identity, time: owner.time, fields: unionOf(owner.fields, bucket.fields) })
    left -= 1
  }
  return capped
}

const timeOf = ({ time }: Owned): number => (time === undefined ? 0 : Date.parse(time))
