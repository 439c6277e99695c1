import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import { sleepUntil } from "../src/sleepUntil.ts"

describe("to sleep until a time", () => {
  it.effect("ends when the clock says it", () =>
    Effect.gen(function* () {
      const sleeping = yield* Effect.forkChild(sleepUntil("1970-01-01T00:01:00Z"))
      yield* TestClock.adjust("59 seconds")
      assert.isUndefined(sleeping.pollUnsafe())
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(sleeping)
    })
  )

  it.effect("ends soon after a clock that was behind is corrected", () =>
    Effect.gen(function* () {
      const real = yield* Clock.Clock
      let behindMillis = 3_600_000
      const millis = () => real.currentTimeMillisUnsafe() - behindMillis
      const behind: Clock.Clock = {
        currentTimeMillisUnsafe: millis,
        currentTimeMillis: Effect.sync(millis),
        currentTimeNanosUnsafe: () => BigInt(millis()) * 1_000_000n,
        currentTimeNanos: Effect.sync(() => BigInt(millis()) * 1_000_000n),
        monotonicTimeNanosUnsafe: () => real.monotonicTimeNanosUnsafe(),
        monotonicTimeNanos: real.monotonicTimeNanos,
        sleep: (duration) => real.sleep(duration)
      }
      const sleeping = yield* Effect.forkChild(
        Effect.provideService(sleepUntil("1970-01-01T00:00:05Z"), Clock.Clock, behind)
      )
      yield* TestClock.adjust("8 seconds")
      assert.isUndefined(sleeping.pollUnsafe())
      behindMillis = 0
      yield* TestClock.adjust("4 seconds")
      yield* Fiber.join(sleeping)
    })
  )
})
