import type * as Effect from "effect/Effect"
import type { Arena, Fault } from "./Arena.ts"
import { type Cell, play, type Reference } from "./play.ts"

/** Plays the scenario with these faults, one in each stage. */
export const playNamed = (
  arena: Arena,
  reference: Reference,
  seed: number,
  names: ReadonlyArray<string>,
  onCell: (cell: Cell) => Effect.Effect<void>
) => play(arena, reference, seed, (_, index) => faultCalled(arena, names[index]), onCell)

const faultCalled = ({ faults }: Arena, name: string | undefined): Fault => {
  const fault = faults.find((fault) => fault.name === name)
  if (fault === undefined) throw new Error(`no fault is called ${name}`)
  return fault
}
