import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import type { Narrator } from "../src/Narrator.ts"
import { until } from "../src/until.ts"

const refused = `east-mesh: It waits for Subscription operators/mesh to be on the cluster as planned; the cluster refuses it: Failed to apply manifest: subscriptions.operators.coreos.com "mesh" is forbidden: User "system:serviceaccount:agents:work" cannot patch resource "subscriptions" in API group "operators.coreos.com" in the namespace "operators".`

it.effect("a refusal is news only once the rights of a work agent have had time to reach it", () =>
  Effect.gen(function* () {
    const told: Array<string> = []
    const say = (text: string) => Effect.sync(() => void told.push(text))
    const narrator: Narrator = { chapter: say, say, show: say, sayOnce: say, done: (_, effect) => effect }
    const look = Effect.succeed({ done: false, progress: [refused] })
    const waiting = yield* Effect.forkChild(until(narrator, "the mesh is ready", look))
    yield* TestClock.adjust("1 second")
    assert.isNotEmpty(told)
    assert.isFalse(told.some((line) => line.includes("forbidden")))
    assert.isTrue(told.every((line) => line.includes("as planned; the rights of OCM's work agent")))
    yield* TestClock.adjust("1 minute")
    assert.strictEqual(told.at(-1), `  … ${refused}`)
    yield* Fiber.interrupt(waiting)
  })
)
