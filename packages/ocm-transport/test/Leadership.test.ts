import { assert, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import * as Random from "effect/Random"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { holdLeadership, KubeError, type Standing, Unavailable } from "../src/index.ts"
import { leader } from "../src/metrics.ts"
import { leaseServer } from "./support/leaseServer.ts"

const ref = { namespace: "addon", name: "hub-controller" }
const unreachable = Effect.fail(new KubeError({ call: "lease", reason: new Unavailable({}), detail: "cut off" }))

/** Instances of one program: when each of them began and ended its work, and how many worked at once at most. */
const makeStage = () => {
  const server = leaseServer()
  const log: Array<string> = []
  const standings: Array<Standing> = []
  let active = 0
  let most = 0
  const start = Effect.fnUntraced(function* (identity: string) {
    const scope = yield* Scope.make()
    let cut = false
    const network = Effect.suspend(() => (cut ? unreachable : Effect.void))
    const note = (what: string) =>
      Effect.map(Clock.currentTimeMillis, (at) => log.push(`${identity} ${what} at ${Math.floor(at / 1000)}`))
    const work = Effect.acquireUseRelease(
      Effect.andThen(
        note("begins"),
        Effect.sync(() => {
          active += 1
          most = Math.max(most, active)
        })
      ),
      () => Effect.never,
      () =>
        Effect.andThen(
          note("ends"),
          Effect.sync(() => {
            active -= 1
          })
        )
    )
    const leadership = yield* holdLeadership({
      ...ref,
      api: server.client(network),
      identity,
      onStanding: (standing) => Effect.sync(() => standings.push(standing))
    }).pipe(Scope.provide(scope))
    yield* Effect.forkIn(leadership.whileHeld(work), scope)
    yield* TestClock.adjust(0)
    return {
      leadership,
      stop: Scope.close(scope, Exit.void),
      cutOff: (value: boolean) =>
        Effect.sync(() => {
          cut = value
        })
    }
  })
  return { server, log, standings, start, most: () => most }
}

it.effect("one instance works, the others stand by and know who leads", () =>
  Effect.gen(function* () {
    const { start, log, standings, most } = makeStage()
    const a = yield* start("a")
    const b = yield* start("b")
    yield* TestClock.adjust("10 minutes")
    assert.deepStrictEqual(log, ["a begins at 0"])
    assert.isTrue(yield* a.leadership.held)
    assert.isFalse(yield* b.leadership.held)
    assert.deepStrictEqual(standings, [{ _tag: "Leads" }, { _tag: "StandsBy", leader: "a" }])
    assert.strictEqual(most(), 1)
  })
)

it.effect("the lease is written as client-go writes it, and renewed every two seconds", () =>
  Effect.gen(function* () {
    const { start, server } = makeStage()
    yield* start("a")
    yield* TestClock.adjust("7 seconds")
    assert.strictEqual(server.writes(), 4)
    assert.deepStrictEqual(server.spec(), {
      holderIdentity: "a",
      leaseDurationSeconds: 15,
      acquireTime: "1970-01-01T00:00:00.000000Z",
      renewTime: "1970-01-01T00:00:06.000000Z",
      leaseTransitions: 0
    })
  })
)

it.effect("a leader that is cut off stops before another may begin", () =>
  Effect.gen(function* () {
    const { start, log, most, server } = makeStage()
    const a = yield* start("a")
    yield* start("b")
    yield* TestClock.adjust("5 seconds")
    yield* a.cutOff(true)
    yield* TestClock.adjust("1 minute")
    // last renewed at 4
    assert.deepStrictEqual(log.slice(0, 2), ["a begins at 0", "a ends at 14"])
    assert.strictEqual(log.length, 3)
    const [, began] = /^b begins at (\d+)$/u.exec(log[2] ?? "") ?? []
    assert.isAtLeast(Number(began), 19)
    assert.isAtMost(Number(began), 28)
    assert.strictEqual(most(), 1)
    assert.deepInclude(server.spec(), { holderIdentity: "b", leaseTransitions: 1 })
  })
)

it.effect("a short cut is no loss", () =>
  Effect.gen(function* () {
    const { start, log } = makeStage()
    const a = yield* start("a")
    yield* TestClock.adjust("5 seconds")
    yield* a.cutOff(true)
    yield* TestClock.adjust("6 seconds")
    yield* a.cutOff(false)
    yield* TestClock.adjust("1 minute")
    assert.deepStrictEqual(log, ["a begins at 0"])
  })
)

it.effect("a graceful stop ends the work and gives the lease back, and the next one begins soon", () =>
  Effect.gen(function* () {
    const { start, log, server } = makeStage()
    const a = yield* start("a")
    yield* start("b")
    yield* TestClock.adjust("7 seconds")
    yield* a.stop
    assert.deepInclude(server.spec(), { holderIdentity: "" })
    yield* TestClock.adjust("5 seconds")
    assert.deepStrictEqual(log.slice(0, 2), ["a begins at 0", "a ends at 7"])
    assert.strictEqual(log.length, 3)
    assert.match(log[2] ?? "", /^b begins at (7|8|9|10|11)$/u)
  })
)

it.effect("the work begins again when a lost lease comes back", () =>
  Effect.gen(function* () {
    const { start, log } = makeStage()
    const a = yield* start("a")
    yield* a.cutOff(true)
    yield* TestClock.adjust("12 seconds")
    yield* a.cutOff(false)
    yield* TestClock.adjust("5 seconds")
    assert.deepStrictEqual(log.slice(0, 2), ["a begins at 0", "a ends at 10"])
    assert.strictEqual(log.length, 3)
  })
)

it.effect("a lease that someone deleted is made again", () =>
  Effect.gen(function* () {
    const { start, log, server } = makeStage()
    yield* start("a")
    server.forget()
    yield* TestClock.adjust("1 minute")
    assert.deepInclude(server.spec(), { holderIdentity: "a" })
    assert.deepStrictEqual(log, ["a begins at 0"])
  })
)

it.effect("work that ends is the end, and a failure of it is the caller's", () =>
  Effect.gen(function* () {
    const api = leaseServer().client()
    const leadership = yield* holdLeadership({ ...ref, api, identity: "a" })
    assert.strictEqual(yield* leadership.whileHeld(Effect.succeed(1)), 1)
    assert.strictEqual(yield* Effect.flip(leadership.whileHeld(Effect.fail("broken"))), "broken")
    const { value } = yield* Metric.value(Metric.withAttributes(leader, { lease: "addon/hub-controller" }))
    assert.strictEqual(value, 1)
  }).pipe(Effect.provideService(Metric.MetricRegistry, new Map()))
)

for (const seed of [1, 2, 3, 4, 5, 6])
  it.effect(`never do two work at once, whoever is cut off when (seed ${seed})`, () =>
    Effect.gen(function* () {
      const { start, log, most } = makeStage()
      const instances = yield* Effect.forEach(["a", "b", "c"], start)
      for (let step = 0; step < 200; step += 1) {
        const chosen = instances[yield* Random.nextIntBetween(0, 2)]
        yield* chosen?.cutOff(yield* Random.nextBoolean) ?? Effect.void
        yield* TestClock.adjust(yield* Random.nextIntBetween(500, 8000))
      }
      assert.strictEqual(most(), 1)
      assert.isAbove(log.length, 10)
    }).pipe(Random.withSeed(seed))
  )
