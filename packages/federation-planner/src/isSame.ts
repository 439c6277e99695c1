/** Whether two lists hold the very same values. */
export const isSameList = (one: ReadonlyArray<unknown>, other: ReadonlyArray<unknown>): boolean =>
  one === other || (one.length === other.length && one.every((item, index) => item === other[index]))

/** Whether two sets hold the very same values. */
export const isSameSet = <A>(one: ReadonlySet<A>, other: ReadonlySet<A>): boolean =>
  one === other || (one.size === other.size && [...one].every((item) => other.has(item)))

/** Whether two maps hold the very same values by key. */
export const isSameMap = <Key>(one: ReadonlyMap<Key, unknown>, other: ReadonlyMap<Key, unknown>): boolean => {
  if (one === other) return true
  if (one.size !== other.size) return false
  for (const [key, value] of other) if (one.get(key) !== value) return false
  return true
}
