import type * as Effect from "effect/Effect"
import type { UsersMesh } from "../../src/plant.ts"
import type { ApiServer, World } from "../../src/World.ts"
import type { Dice } from "./Dice.ts"

/** Something that goes wrong for a while. */
export interface Fault {
  readonly name: string
  /** Begins it, and returns when it is over; what it chooses, it chooses by `dice`. */
  readonly strike: (dice: Dice) => Effect.Effect<void, Error>
}

/** A world with the product running in it, and what can go wrong there. */
export interface Arena {
  readonly world: World<ApiServer>
  /** A mesh beside ours, on the first cluster, that nobody may touch. */
  readonly users: UsersMesh
  readonly faults: ReadonlyArray<Fault>
  /** What the product did that no fault explains, such as to end by itself. */
  readonly misdeeds: Effect.Effect<ReadonlyArray<string>>
  /** Begins to count; the inner effect tells what was written since to any API server. */
  readonly countWrites: Effect.Effect<Effect.Effect<ReadonlyArray<string>, Error>, Error>
  /** Longer than anything that the product does from time to time. */
  readonly quietMillis: number
  /** What has not come true after this time will not. */
  readonly patienceMillis: number
}
