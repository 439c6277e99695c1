import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Again } from "./runController.ts"

/**
 * Delays without sleeping: a reconcile asks how much of a wait is left, and looks again then. A wait begins when it is
 * first asked for.
 */
export interface Timers {
  /** What is left of the wait `key`; undefined once it is over. */
  readonly left: (key: string, wait: Duration.Duration) => Effect.Effect<Again>
  /** Forgets the waits whose keys begin so. */
  readonly forget: (prefix: string) => void
}

export const makeTimers = (): Timers => {
  const began = new Map<string, number>()
  return {
    left: (key, wait) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const since = began.get(key) ?? now
        began.set(key, since)
        const left = since + Duration.toMillis(wait) - now
        return left > 0 ? Duration.millis(left) : undefined
      }),
    forget: (prefix) => {
      for (const key of began.keys()) if (key.startsWith(prefix)) began.delete(key)
    }
  }
}
