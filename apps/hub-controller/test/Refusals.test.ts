import { assert, describe, it } from "@effect/vitest"
import { labels } from "@multicluster-mesh/mesh-model"
import type { KubeObject, ObjectEvent } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import type { Refusal } from "../src/readState.ts"
import { makeRefusals } from "../src/Refusals.ts"

const agentOf = (namespace: string): KubeObject => ({
  apiVersion: labels.apiVersion,
  kind: "MeshAgent",
  metadata: { name: labels.addonName, namespace }
})

const agents = {
  list: Effect.succeed([]),
  get: ({ namespace = "" }) => Effect.succeed(agentOf(namespace)),
  changes: Stream.empty,
  synced: Effect.succeed(true),
  upsert: () => Effect.void
}

const many = (cluster: string, count: number, word: string): ReadonlyArray<Refusal> =>
  Array.from({ length: count }, (_, index) => ({ cluster, what: `address ${word}${index}`, why: "is none" }))

describe("what is not believed of reports", () => {
  it.effect("is told once each, of one cluster only so much in an hour, and hides nothing of another", () => {
    const told: Array<{ readonly cluster: string | undefined; readonly event: ObjectEvent }> = []
    const logged: Array<string> = []
    const refusals = makeRefusals(
      { agents },
      { record: ({ metadata }, event) => Effect.sync(() => void told.push({ cluster: metadata.namespace, event })) }
    )
    const of = (cluster: string) => told.filter((one) => one.cluster === cluster)
    return Effect.gen(function* () {
      yield* refusals([])
      yield* refusals(many("west", 1, "a"))
      yield* refusals(many("west", 1, "a"))
      assert.lengthOf(of("west"), 1)

      for (let round = 0; round < 50; round++) yield* refusals(many("east", 1000, `r${round}-`))
      assert.lengthOf(of("east"), 20)
      assert.include(of("east").at(-1)?.event.message, "not told for an hour")
      assert.lengthOf(logged, 21)

      yield* refusals([...many("east", 1000, "again"), ...many("west", 1, "b")])
      assert.lengthOf(of("east"), 20)
      assert.lengthOf(of("west"), 2)

      yield* TestClock.adjust("1 hour")
      yield* refusals(many("east", 3, "later"))
      assert.lengthOf(of("east"), 23)
    }).pipe(Effect.provide(Logger.layer([Logger.make(({ message }) => void logged.push(String(message)))])))
  })
})
