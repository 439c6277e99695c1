import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import { rateLimitWaitSeconds } from "./metrics.ts"

/** How many requests one credential may send. */
export interface RateLimit {
  /** So many a second in the long run. */
  readonly qps: number
  /** So many at once after a time of rest. */
  readonly burst: number
}

/**
 * Makes an effect that each request runs first: it returns at once while there are tokens, else when the request's
 * own token has come; in the order of arrival. A request that is interrupted while it waits gives its token back.
 */
export const makeRateLimit = ({ qps, burst }: RateLimit, host: string): Effect.Effect<Effect.Effect<void>> =>
  Effect.map(Clock.monotonicTimeNanos, (start) => {
    const waits = Metric.withAttributes(rateLimitWaitSeconds, { host })
    let tokens = burst
    let filledAt = start
    return Effect.flatMap(Clock.monotonicTimeNanos, (now) => {
      tokens = Math.min(burst, tokens + (Number(now - filledAt) / 1e9) * qps) - 1
      filledAt = now
      if (tokens >= 0) return Effect.void
      const wait = -tokens / qps
      return Effect.sleep(Duration.millis(Math.ceil(wait * 1000))).pipe(
        Effect.onInterrupt(() =>
          Effect.sync(() => {
            tokens += 1
          })
        ),
        Effect.andThen(Metric.update(waits, wait))
      )
    })
  })
