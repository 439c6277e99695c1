import { isSameJson } from "@multicluster-mesh/mesh-model"
import type { HubState } from "./HubState.ts"

/** A series of states that are planned one after the other: what was worked out for one may serve the next. */
export interface Lineage {
  readonly _tag: "Lineage"
}

export const newLineage = (): Lineage => ({ _tag: "Lineage" })

const lineages = new WeakMap<HubState, Lineage>()

/** Puts a state into a lineage; one that is in none has its own, and is planned from scratch. */
export const placeIn = (lineage: Lineage, state: HubState): void => {
  lineages.set(state, lineage)
}

const lineageOf = (state: HubState): Lineage => {
  const known = lineages.get(state) ?? newLineage()
  lineages.set(state, known)
  return known
}

/**
 * Makes a memory of values by key. A value is used again in the next state of the lineage if all its `inputs` are the
 * very same: `make` must depend on nothing else.
 */
export const makeMemo = <A>() => {
  const entriesOf = perLineage<{ readonly inputs: ReadonlyArray<unknown>; readonly value: A }>()
  return (state: HubState, key: string, inputs: ReadonlyArray<unknown>, make: () => A): A => {
    const entries = entriesOf(state)
    const known = entries.get(key)
    if (known !== undefined && isSameList(known.inputs, inputs)) return known.value
    const value = make()
    entries.set(key, { inputs, value })
    return value
  }
}

/** Makes a memory that hands out the earlier value of a key where the new one says the same. */
export const makeKeeper = <A>() => {
  const entriesOf = perLineage<A>()
  return (state: HubState, key: string, value: A): A => {
    const entries = entriesOf(state)
    const known = entries.get(key)
    if (known !== undefined && isSameJson(known, value)) return known
    entries.set(key, value)
    return value
  }
}

const perLineage = <Entry>() => {
  const memories = new WeakMap<Lineage, Map<string, Entry>>()
  return (state: HubState): Map<string, Entry> => {
    const lineage = lineageOf(state)
    const memory = memories.get(lineage) ?? new Map<string, Entry>()
    memories.set(lineage, memory)
    return memory
  }
}

const isSameList = (one: ReadonlyArray<unknown>, other: ReadonlyArray<unknown>): boolean =>
  one.length === other.length && one.every((item, index) => item === other[index])
