import { assert, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { holdLeadership, makeHolderWatch } from "../src/index.ts"
import { leaseServer } from "./support/leaseServer.ts"

const ref = { namespace: "addon", name: "hub-controller" }

it.effect("a holder shows itself by renewing, not by its name in the Lease", () =>
  Effect.gen(function* () {
    const api = leaseServer().client(Effect.void)
    const look = makeHolderWatch(api, ref)
    const seen = Effect.map(look, ({ holder, quietFor }) => [holder, Math.floor(Duration.toSeconds(quietFor))] as const)
    assert.deepStrictEqual(yield* seen, ["", 0])
    yield* TestClock.adjust("20 seconds")
    assert.deepStrictEqual(yield* seen, ["", 20], "nobody has held it yet")

    const scope = yield* Scope.make()
    yield* Scope.provide(holdLeadership({ ...ref, api, identity: "one" }), scope)
    yield* TestClock.adjust("1 minute")
    assert.deepStrictEqual(yield* seen, ["one", 0])
    yield* TestClock.adjust("1 minute")
    assert.deepStrictEqual(yield* seen, ["one", 0], "it has been renewed")
    yield* Scope.close(scope, Exit.void)
    yield* TestClock.adjust("5 seconds")
    assert.deepStrictEqual(yield* seen, ["", 5], "it was given back")
  })
)

it.effect("one who was killed is named on, and not seen any more", () =>
  Effect.gen(function* () {
    const server = leaseServer()
    let cut = false
    const network = Effect.suspend(() => (cut ? Effect.never : Effect.void))
    const look = makeHolderWatch(server.client(Effect.void), ref)
    yield* holdLeadership({ ...ref, api: server.client(network), identity: "one" })
    yield* TestClock.adjust("10 seconds")
    yield* look
    cut = true
    yield* TestClock.adjust("5 seconds")
    yield* look
    yield* TestClock.adjust("30 seconds")
    const { holder, quietFor } = yield* look
    assert.strictEqual(holder, "one")
    assert.isAtLeast(Duration.toSeconds(quietFor), 30)
  })
)
