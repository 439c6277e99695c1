import { noteRead, type Source, tellReaders } from "./Reads.ts"

/** A list of the state that is read by key, so that who reads one key does not mind when another one changes. */
export interface KeyedFacts<A> {
  /** The items of a key, in the order of the list's `order`. */
  readonly of: (key: string) => ReadonlyArray<A>
  /** All keys that have items. */
  readonly keys: () => ReadonlySet<string>
  readonly moveTo: (list: ReadonlyArray<A>) => void
}

/** Makes facts by the keys that `keyOf` gives to the items of a list; items without a key are left out. */
export const makeKeyedFacts = <A>(
  keyOf: (item: A) => string | undefined,
  order: (one: A, other: A) => number
): KeyedFacts<A> => {
  let list: ReadonlyArray<A> = []
  let keys: ReadonlySet<string> | undefined
  const groups = new Map<string, ReadonlyArray<A>>()
  const sources = new Map<string, Source>()
  const ofKeys: Source = { readers: undefined }

  const change = (key: string, gone: ReadonlySet<A>, come: ReadonlyArray<A>): void => {
    const before = groups.get(key) ?? none
    const now = [...before.filter((item) => !gone.has(item)), ...come].sort(order)
    if (now.length === 0) groups.delete(key)
    else groups.set(key, now)
    if ((before.length === 0) !== (now.length === 0)) keys = undefined
    const source = sources.get(key)
    if (source !== undefined) tellReaders(source)
  }

  return {
    of: (key) => {
      const source = sources.get(key) ?? { readers: undefined }
      sources.set(key, source)
      noteRead(source)
      return groups.get(key) ?? none
    },
    keys: () => {
      noteRead(ofKeys)
      keys ??= new Set(groups.keys())
      return keys
    },
    moveTo: (next) => {
      const { come, gone } = differenceOf(list, next)
      list = next
      const comeByKey = Map.groupBy(come, keyOf)
      const changed = new Set([...gone, ...come].flatMap((item) => keyOf(item) ?? []))
      const before = keys
      const goneItems = new Set(gone)
      for (const key of changed) change(key, goneItems, comeByKey.get(key) ?? none)
      if (before !== keys) tellReaders(ofKeys)
    }
  }
}

const none: ReadonlyArray<never> = []

/** What one list has and the other has not; what both begin and end with is left aside. */
const differenceOf = <A>(before: ReadonlyArray<A>, now: ReadonlyArray<A>) => {
  if (before === now) return { gone: none, come: none }
  const shorter = Math.min(before.length, now.length)
  let start = 0
  while (start < shorter && before[start] === now[start]) start++
  let end = 0
  while (end < shorter - start && before[before.length - 1 - end] === now[now.length - 1 - end]) end++
  const was = new Set(before.slice(start, before.length - end))
  const is = new Set(now.slice(start, now.length - end))
  return { gone: [...was].filter((item) => !is.has(item)), come: [...is].filter((item) => !was.has(item)) }
}
