import { assert, it } from "@effect/vitest"
import type * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as Queue from "effect/Queue"
import * as References from "effect/References"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { Forbidden, KubeError, reconcileByKey } from "../src/index.ts"

/** Takes what is there after all fibers that can run have run. */
const settled = <A>(queue: Queue.Queue<A>) =>
  Effect.gen(function* () {
    yield* TestClock.adjust(0)
    return yield* Queue.clear(queue)
  })

it.effect("repeats a failed key after a growing delay, up to the longest", () =>
  Effect.gen(function* () {
    const runsAt = yield* Queue.unbounded<number>()
    const failing = Effect.gen(function* () {
      yield* Queue.offer(runsAt, yield* Clock.currentTimeMillis)
      return yield* Effect.fail("unavailable")
    })
    yield* Effect.forkScoped(reconcileByKey(Stream.make("mesh/shop"), () => failing))
    const first = yield* Queue.take(runsAt)
    yield* TestClock.adjust("3 minutes")
    const times = [first, ...(yield* Queue.takeAll(runsAt))]
    for (const [index, seconds] of [1, 2, 4, 8, 16, 30, 30].entries()) {
      const waited = (times[index + 1] ?? 0) - (times[index] ?? 0)
      assert.isAtLeast(waited, seconds * 750)
      assert.isAtMost(waited, seconds * 1250)
    }
  })
)

it.effect("collapses changes during a run into one further run", () =>
  Effect.gen(function* () {
    const keys = yield* Queue.unbounded<string>()
    const started = yield* Queue.unbounded<string>()
    const gate = yield* Deferred.make<void>()
    yield* Effect.forkScoped(
      reconcileByKey(Stream.fromQueue(keys), (key) => Effect.andThen(Queue.offer(started, key), Deferred.await(gate)))
    )
    yield* Queue.offerAll(keys, ["a", "b"])
    assert.deepStrictEqual([yield* Queue.take(started), yield* Queue.take(started)], ["a", "b"])
    yield* Queue.offerAll(keys, ["a", "a", "a"])
    assert.deepStrictEqual(yield* settled(started), [])
    yield* Deferred.succeed(gate, undefined)
    assert.deepStrictEqual(yield* settled(started), ["a"])
  })
)

it.effect("runs no more keys side by side than it may", () =>
  Effect.gen(function* () {
    let running = 0
    let most = 0
    const keys = Array.from({ length: 20 }, (_, index) => `key-${index}`)
    const run = Effect.gen(function* () {
      running += 1
      most = Math.max(most, running)
      yield* Effect.sleep("1 second")
      running -= 1
    })
    const all = yield* Effect.forkChild(reconcileByKey(Stream.fromIterable(keys), () => run, { concurrency: 3 }))
    yield* TestClock.adjust("7 seconds")
    yield* Fiber.join(all)
    assert.strictEqual(most, 3)
  })
)

it.effect("looks again when a run asks for it, and at once when the key changes first", () =>
  Effect.gen(function* () {
    const keys = yield* Queue.unbounded<string>()
    const runsAt = yield* Queue.unbounded<number>()
    const run = Effect.gen(function* () {
      yield* Queue.offer(runsAt, yield* Clock.currentTimeMillis)
      return { requeueAfter: "1 minute" } as const
    })
    yield* Effect.forkScoped(reconcileByKey(Stream.fromQueue(keys), () => run))
    yield* Queue.offer(keys, "a")
    assert.strictEqual(yield* Queue.take(runsAt), 0)
    yield* TestClock.adjust("1 minute")
    assert.strictEqual(yield* Queue.take(runsAt), 60_000)
    yield* TestClock.adjust("10 seconds")
    yield* Queue.offer(keys, "a")
    assert.strictEqual(yield* Queue.take(runsAt), 70_000)
    // the wait of the run before is over with that run
    yield* TestClock.adjust("59 seconds")
    assert.deepStrictEqual(yield* settled(runsAt), [])
    yield* TestClock.adjust("1 second")
    assert.deepStrictEqual(yield* settled(runsAt), [130_000])
  })
)

it.effect("a wait that a change has ended does not start its key a second time meanwhile", () =>
  Effect.gen(function* () {
    const keys = yield* Queue.unbounded<string>()
    const started = yield* Queue.unbounded<number>()
    let runs = 0
    const run = Effect.gen(function* () {
      yield* Queue.offer(started, yield* Clock.currentTimeMillis)
      runs += 1
      if (runs === 1) return { requeueAfter: "1 minute" } as const
      yield* Effect.sleep("5 minutes")
      return undefined
    })
    yield* Effect.forkScoped(reconcileByKey(Stream.fromQueue(keys), () => run))
    yield* Queue.offer(keys, "a")
    yield* Queue.take(started)
    yield* TestClock.adjust("30 seconds")
    yield* Queue.offer(keys, "a")
    assert.strictEqual(yield* Queue.take(started), 30_000)
    yield* TestClock.adjust("10 minutes")
    assert.deepStrictEqual(yield* settled(started), [])
  })
)

it.effect("ends when the keys have ended and none is waiting", () =>
  Effect.gen(function* () {
    let attempts = 0
    const onceFailing = Effect.suspend(() => (++attempts < 3 ? Effect.fail("not yet") : Effect.void))
    const all = yield* Effect.forkChild(reconcileByKey(Stream.make("a"), () => onceFailing))
    yield* TestClock.adjust("10 seconds")
    yield* Fiber.join(all)
    assert.strictEqual(attempts, 3)
  })
)

it.effect("says a failure in one line: the call, what came of it, the key and the wait, and no stack", () =>
  Effect.gen(function* () {
    const said: Array<{ readonly message: unknown; readonly cause: Cause.Cause<unknown>; readonly key: unknown }> = []
    const note = Logger.make(({ message, cause, fiber }) => {
      said.push({ message, cause, key: fiber.getRef(References.CurrentLogAnnotations)["key"] })
    })
    const refused = new KubeError({ call: "apply meshes east/shop", reason: new Forbidden({}), detail: "quota" })
    const loop = reconcileByKey(Stream.make("east/shop"), () => Effect.fail(refused), { name: "write" })
    yield* Effect.forkScoped(Effect.provide(loop, Logger.layer([note])))
    yield* TestClock.adjust("100 millis")
    assert.lengthOf(said, 1)
    assert.match(
      String(said[0]?.message),
      /^write failed, again in (0\.[7-9]|1\.[0-3]) s: apply meshes east\/shop: Forbidden: quota$/u
    )
    assert.deepStrictEqual([said[0]?.cause.reasons, said[0]?.key], [[], "east/shop"])
  })
)

it.effect("a defect of one run ends the whole", () =>
  Effect.gen(function* () {
    const keys = Stream.concat(Stream.make("a"), Stream.never)
    const exit = yield* Effect.exit(reconcileByKey(keys, () => Effect.die("a bug")))
    assert.isTrue(Exit.hasDies(exit))
  })
)
