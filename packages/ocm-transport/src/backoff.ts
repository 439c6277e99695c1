import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

/** The first wait of a series of failures, and the longest. */
export interface Backoff {
  readonly first: Duration.Duration
  readonly most: Duration.Duration
}

/** The waits of what may take long and is missed by nobody for half a minute. */
export const patient: Backoff = { first: Duration.seconds(1), most: Duration.seconds(30) }

/**
 * Returns the wait after `failures` earlier failures in a row: doubled each time up to the longest, then up to a
 * quarter more or less, so that many who failed together do not come back together. `atLeast` is never undercut.
 */
export const growing = (backoff: Backoff, failures: number, atLeast?: Duration.Duration) =>
  Effect.map(Random.nextBetween(0.75, 1.25), (factor) => {
    const doubled = Duration.toMillis(backoff.first) * 2 ** Math.min(failures, 30)
    const wait = Math.min(doubled, Duration.toMillis(backoff.most)) * factor
    return Duration.millis(Math.round(atLeast === undefined ? wait : Duration.toMillis(atLeast) + wait / 4))
  })
