import type { HubState } from "./HubState.ts"
import { viewOf, type HubView } from "./HubView.ts"
import { isSameList } from "./isSame.ts"
import { isFresh, noteRead, noteReads, type Reader, type Source, tellReaders } from "./Reads.ts"

/**
 * Makes a memory of values by key. A value is used again as long as all its `inputs` are the very same, and all that
 * `make` has read of the state. One that is worked out anew and is the `same` as before stays the very value that it
 * was, so that nothing is worked out anew because of it.
 *
 * While one state is planned, a key has one list of inputs.
 */
export const makeMemo = <A>(same: (one: A, other: A) => boolean = Object.is) => {
  const memories = new WeakMap<HubView, Map<string, Remembered<A>>>()
  return (state: HubState, key: string, inputs: ReadonlyArray<unknown>, make: () => A): A => {
    const view = viewOf(state)
    const memory = memories.get(view) ?? new Map<string, Remembered<A>>()
    memories.set(view, memory)
    const known = memory.get(key)
    if (known === undefined) memory.set(key, new Remembered(inputs, make, same))
    else known.bringUpTo(inputs, make)
    const remembered = known ?? memory.get(key)!
    noteRead(remembered)
    return remembered.value
  }
}

class Remembered<A> implements Reader {
  readers: Source["readers"] = undefined
  seenIn = 0
  sources: Reader["sources"] = []
  standing: Reader["standing"] = "Outdated"
  value: A
  #inputs: ReadonlyArray<unknown>
  #make: () => A
  readonly #same: (one: A, other: A) => boolean

  constructor(inputs: ReadonlyArray<unknown>, make: () => A, same: (one: A, other: A) => boolean) {
    this.#inputs = inputs
    this.#make = make
    this.#same = same
    this.value = noteReads(this, make)
  }

  bringUpTo(inputs: ReadonlyArray<unknown>, make: () => A): void {
    if (isSameList(this.#inputs, inputs)) return this.refresh()
    this.#inputs = inputs
    this.#make = make
    const value = noteReads(this, make)
    if (!this.#same(this.value, value)) this.value = value
    // whoever has read it for other inputs can no longer tell when that would be another value
    return tellReaders(this)
  }

  refresh(): void {
    if (isFresh(this)) return
    const value = noteReads(this, this.#make)
    if (this.#same(this.value, value)) return
    this.value = value
    tellReaders(this)
  }
}
