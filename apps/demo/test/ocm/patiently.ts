import * as Effect from "effect/Effect"
import { eventually, holds } from "../observing.ts"

/** As long as a test of OCM's own programs may take, on a machine that others use as well; in milliseconds. */
export const longest = 900_000

const waiting = { patienceMillis: 180_000, betweenLooks: "250 millis" } as const

/**
 * Waits for what OCM's programs bring about: dozens of processes share the machine, and some of them look every half
 * minute. A look that fails is repeated like one that sees nothing.
 */
export const patiently = <E extends Error, R>(
  what: string,
  look: Effect.Effect<{ readonly done: boolean; readonly progress: ReadonlyArray<string> }, E, R>
) =>
  eventually(
    what,
    Effect.catch(look, ({ message }) => Effect.succeed({ done: false, progress: [message] })),
    waiting
  )

/** Waits in the same way until something is true. */
export const untilTrue = <E extends Error>(what: string, look: Effect.Effect<boolean, E>) =>
  patiently(what, holds(look))
