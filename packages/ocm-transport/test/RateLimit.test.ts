import { assert, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import * as TestClock from "effect/testing/TestClock"
import { rateLimitWaitSeconds } from "../src/metrics.ts"
import { makeRateLimit } from "../src/RateLimit.ts"

/** When each of `count` requests that arrive now is let through, in milliseconds from now. */
const timesOf = Effect.fnUntraced(function* (turn: Effect.Effect<void>, count: number) {
  const now = yield* Clock.currentTimeMillis
  const all = Effect.forEach(
    Array.from({ length: count }),
    () =>
      Effect.andThen(
        turn,
        Effect.map(Clock.currentTimeMillis, (time) => time - now)
      ),
    { concurrency: "unbounded" }
  )
  const running = yield* Effect.forkChild(all)
  yield* TestClock.adjust("1 minute")
  return yield* Fiber.join(running)
})

it.effect("a burst goes at once, the rest as the rate allows, in the order of arrival", () =>
  Effect.gen(function* () {
    const turn = yield* makeRateLimit({ qps: 10, burst: 3 }, "hub")
    assert.deepStrictEqual(yield* timesOf(turn, 6), [0, 0, 0, 100, 200, 300])
  })
)

it.effect("rest fills the bucket up to a burst, not more", () =>
  Effect.gen(function* () {
    const turn = yield* makeRateLimit({ qps: 10, burst: 2 }, "hub")
    yield* timesOf(turn, 4)
    assert.deepStrictEqual(yield* timesOf(turn, 3), [0, 0, 100])
  })
)

it.effect("a request that gives up while it waits makes room for the next", () =>
  Effect.gen(function* () {
    const turn = yield* makeRateLimit({ qps: 1, burst: 1 }, "hub")
    yield* turn
    const waiting = yield* Effect.forEach(Array.from({ length: 5 }), () => Effect.forkChild(turn))
    yield* TestClock.adjust(0)
    yield* Fiber.interruptAll(waiting)
    assert.deepStrictEqual(yield* timesOf(turn, 1), [1000])
  })
)

it.effect("waits are measured, requests that did not wait are not", () =>
  Effect.gen(function* () {
    const turn = yield* makeRateLimit({ qps: 10, burst: 3 }, "hub")
    yield* timesOf(turn, 5)
    const waits = yield* Metric.value(Metric.withAttributes(rateLimitWaitSeconds, { host: "hub" }))
    assert.strictEqual(waits.count, 2)
    assert.closeTo(waits.sum, 0.3, 0.001)
  }).pipe(Effect.provideService(Metric.MetricRegistry, new Map()))
)
