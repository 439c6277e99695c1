import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { makeWorkWatch } from "../src/WorkWatch.ts"

describe("makeWorkWatch", () => {
  it.effect("calls an agent working only for a while after it worked", () =>
    Effect.gen(function* () {
      const { isWorking, onWork } = yield* makeWorkWatch("30 seconds")
      assert.isFalse(yield* isWorking)
      yield* onWork
      yield* TestClock.adjust("90 seconds")
      assert.isTrue(yield* isWorking)
      yield* TestClock.adjust("1 second")
      assert.isFalse(yield* isWorking)
      yield* onWork
      assert.isTrue(yield* isWorking)
    })
  )
})
