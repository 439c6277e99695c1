import { type Connection, makeKubeApi } from "@multicluster-mesh/ocm-transport"
import { resources } from "@multicluster-mesh/mesh-model"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import { afterAll, beforeAll, describe, it } from "vitest"
import { contract } from "../src/contract/index.ts"
import { widgetDefinition } from "../src/contract/widgetDefinition.ts"
import { makeRawClient, type RawClient } from "../src/RawClient.ts"
import { TestenvError } from "../src/TestenvError.ts"

/** Runs every case of the contract against the server that `start` starts, each in a namespace of its own. */
export const runContract = <E>(server: string, start: Effect.Effect<Connection, E, Scope.Scope>): void => {
  const scope = Scope.makeUnsafe()
  let raw: RawClient
  beforeAll(async () => {
    raw = await Effect.runPromise(
      Effect.gen(function* () {
        const connection = yield* start
        const api = yield* makeKubeApi(connection)
        yield* api.apply(resources.customResourceDefinitions, widgetDefinition, { fieldManager: "contract" })
        const client = yield* makeRawClient(connection)
        yield* served(client)
        return client
      }).pipe(Scope.provide(scope))
    )
  }, 600_000)
  afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

  let count = 0
  for (const [subject, cases] of Object.entries(contract))
    describe(`${server}: ${subject}`, () => {
      for (const { name, run } of cases)
        it(
          name,
          async () => {
            count += 1
            const namespace = `contract-${count}`
            await Effect.runPromise(
              Effect.scoped(
                Effect.gen(function* () {
                  const made = yield* raw.request("POST", "/api/v1/namespaces", {
                    body: { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }
                  })
                  if (made.status !== 201)
                    return yield* new TestenvError({ part: namespace, problem: `not created: ${made.text}` })
                  yield* run({ raw, namespace })
                })
              )
            )
          },
          20_000
        )
    })
}

/** Waits until the server serves the contract's kind. */
const served = (raw: RawClient): Effect.Effect<void, TestenvError> =>
  Effect.flatMap(raw.request("GET", "/apis/contract.example.com/v1/widgets"), (answer) =>
    answer.status === 200
      ? Effect.void
      : Effect.fail(new TestenvError({ part: "widgets", problem: `not served: ${answer.text}` }))
  ).pipe(Effect.retry(Schedule.max([Schedule.spaced("100 millis"), Schedule.recurs(100)])))
