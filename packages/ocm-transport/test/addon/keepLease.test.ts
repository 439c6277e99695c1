import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import * as TestClock from "effect/testing/TestClock"
import { keepLease } from "../../src/addon/keepLease.ts"
import type { KubeApi, KubeObject } from "../../src/KubeApi.ts"
import { KubeError, NotFound, Unavailable } from "../../src/KubeError.ts"

const die = () => Effect.die("not part of a lease")

/** A cluster that holds one Lease, and says when it was renewed. */
const makeCluster = Effect.gen(function* () {
  const lease = yield* Ref.make<KubeObject | undefined>(undefined)
  const away = yield* Ref.make(false)
  const renewals: Array<string> = []
  const store = (object: KubeObject) =>
    Effect.gen(function* () {
      yield* Ref.set(lease, object)
      renewals.push(String(Reflect.get(Object(object["spec"]), "renewTime")))
      return object
    })
  const api: KubeApi = {
    get: () =>
      Effect.gen(function* () {
        if (yield* Ref.get(away)) {
          return yield* new KubeError({ call: "get", reason: new Unavailable({}), detail: "away" })
        }
        const live = yield* Ref.get(lease)
        return live ?? (yield* new KubeError({ call: "get", reason: new NotFound(), detail: "" }))
      }),
    create: (_, object) => store(object),
    replace: (_, object) => store(object),
    apply: die,
    list: die,
    patch: die,
    delete: die,
    informer: die,
    serves: die
  }
  return { api, lease, away, renewals }
})

describe("keepLease", () => {
  it.effect("renews about once a minute while the agent works, and not otherwise", () =>
    Effect.gen(function* () {
      const { api, away, lease, renewals } = yield* makeCluster
      const healthy = yield* Ref.make(false)
      yield* Effect.forkScoped(keepLease({ api, name: "mesh", namespace: "agents", isHealthy: Ref.get(healthy) }))
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(renewals.length, 0)

      yield* Ref.set(healthy, true)
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(renewals, ["1970-01-01T00:01:02.000000Z"])
      const made = yield* Ref.get(lease)
      assert.deepStrictEqual(made?.metadata, { name: "mesh", namespace: "agents" })

      yield* TestClock.adjust(Duration.minutes(10))
      assert.isAtLeast(renewals.length, 9)
      assert.isAtMost(renewals.length, 11)

      yield* Ref.set(away, true)
      yield* TestClock.adjust("5 minutes")
      const before = renewals.length
      yield* Ref.set(away, false)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(renewals.length, before + 1)

      yield* Ref.set(healthy, false)
      yield* TestClock.adjust("5 minutes")
      assert.strictEqual(renewals.length, before + 1)
    })
  )
})
