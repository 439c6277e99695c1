import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { Arena } from "./Arena.ts"
import { type Cell, play, playUndisturbed, type Reference } from "./play.ts"

export interface MatrixOptions<E> {
  readonly makeArena: Effect.Effect<Arena, E, Scope.Scope>
  readonly seeds: ReadonlyArray<number>
  /** Only faults whose names contain this. */
  readonly only?: string
  /** Learns each result as it comes. */
  readonly onCell?: (cell: Cell) => Effect.Effect<void>
}

/**
 * Plays the scenario once undisturbed and then once per seed. Seed and stage choose the fault in turn, so that as many
 * seeds as there are faults strike each of them once in each stage. A world in which something went wrong is replaced.
 */
export const runMatrix = Effect.fnUntraced(function* <E>(options: MatrixOptions<E>) {
  const { makeArena, onCell = () => Effect.void, only = "", seeds } = options
  const cells: Array<Cell> = []
  const worlds = yield* Effect.scope
  let current: { readonly arena: Arena; readonly reference: Reference; readonly scope: Scope.Closeable } | undefined
  for (const seed of seeds) {
    if (current === undefined) {
      const scope = yield* Scope.fork(worlds)
      const arena: Arena = yield* Scope.provide(makeArena, scope)
      current = { arena, reference: yield* Effect.orDie(playUndisturbed(arena)), scope }
    }
    const { arena, reference } = current
    const faults = arena.faults.filter(({ name }) => name.includes(only))
    const faultOf = (_stage: unknown, index: number) => {
      const fault = faults[(seed + index) % faults.length]
      if (fault === undefined) throw new Error(`no fault has "${only}" in its name`)
      return fault
    }
    const played = yield* Effect.exit(play(arena, reference, seed, faultOf, onCell))
    const results = Exit.isSuccess(played) ? played.value : [broken(seed, played.cause)]
    if (Exit.isFailure(played)) yield* Effect.forEach(results, onCell)
    cells.push(...results)
    if (results.some(({ problems }) => problems.length > 0)) {
      yield* Scope.close(current.scope, Exit.void)
      current = undefined
    }
  }
  return cells
}, Effect.scoped)

const broken = (seed: number, cause: Cause.Cause<unknown>): Cell => ({
  seed,
  stage: "",
  fault: "",
  atMillis: 0,
  tookMillis: 0,
  problems: [Cause.pretty(cause)]
})
