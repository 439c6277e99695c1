import { assert, describe, it } from "@effect/vitest"
import type { Readiness } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { jointReadiness } from "../src/jointReadiness.ts"

describe("jointReadiness", () => {
  it.effect("is ready when both parts are, and else says which is not", () =>
    Effect.gen(function* () {
      let said: Readiness | undefined
      const [first, second] = jointReadiness((readiness) => Effect.sync(() => (said = readiness)))
      yield* first({ ready: true, message: "plans" })
      assert.deepStrictEqual(said, { ready: false, message: "starts" })
      yield* second({ ready: true, message: "looks after" })
      assert.deepStrictEqual(said, { ready: true, message: "plans" })
      yield* second({ ready: false, message: "waits" })
      assert.deepStrictEqual(said, { ready: false, message: "waits" })
    })
  )
})
