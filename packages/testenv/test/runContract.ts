import { type Connection, makeKubeApi } from "@multicluster-mesh/ocm-transport"
import { customResourceDefinitions, resources } from "@multicluster-mesh/mesh-model"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { at } from "../src/contract/Case.ts"
import { contract } from "../src/contract/index.ts"
import { widgetDefinition } from "../src/contract/widgetDefinition.ts"
import { makeRawClient, type RawClient } from "../src/RawClient.ts"
import { TestenvError } from "../src/TestenvError.ts"

/** A server to be judged. */
interface Candidate {
  readonly connection: Connection
  readonly forget: Effect.Effect<void, TestenvError>
  /** Starts what a cluster has beside its API server, once the kinds are there. */
  readonly startControllers: Effect.Effect<unknown, TestenvError, Scope.Scope>
}

/** Runs every case of the contract against the server that `start` starts, each in a namespace of its own. */
export const runContract = <E>(server: string, start: Effect.Effect<Candidate, E, Scope.Scope>): void => {
  const scope = Scope.makeUnsafe()
  let raw: RawClient
  let candidate: Candidate
  beforeAll(async () => {
    raw = await Effect.runPromise(
      Effect.gen(function* () {
        candidate = yield* start
        const api = yield* makeKubeApi(candidate.connection)
        for (const crd of [widgetDefinition, ...customResourceDefinitions()]) {
          yield* api.apply(resources.customResourceDefinitions, crd, { fieldManager: "contract" })
        }
        const client = yield* makeRawClient(candidate.connection)
        for (const kind of ["contract.example.com/v1/widgets", ...ourKinds]) yield* served(client, `/apis/${kind}`)
        yield* candidate.startControllers
        return client
      }).pipe(Scope.provide(scope))
    )
  }, 600_000)
  afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

  describe.each(Object.entries(contract))(`${server}: %s`, (subject, cases) => {
    it.each(cases)(
      "$name",
      async ({ name, run }) => {
        const namespace = `${subject}-${cases.findIndex((one) => one.name === name)}`
        const exit = await Effect.runPromiseExit(
          Effect.scoped(inNamespace(raw, namespace, run({ raw, namespace, forget: candidate.forget })))
        )
        if (Exit.isFailure(exit)) throw Cause.squash(exit.cause)
        expect(Exit.isSuccess(exit)).toBe(true)
      },
      20_000
    )
  })
}

const inNamespace = <A, E, R>(raw: RawClient, name: string, effect: Effect.Effect<A, E, R>) =>
  raw.request("POST", "/api/v1/namespaces", { body: { apiVersion: "v1", kind: "Namespace", metadata: { name } } }).pipe(
    Effect.filterOrFail(
      (made) => made.status === 201,
      (made) => new TestenvError({ part: name, problem: `not created: ${made.text}` })
    ),
    Effect.andThen(effect)
  )

const ourKinds = customResourceDefinitions().map(
  ({ spec }) =>
    `${String(at(spec, "group"))}/${String(at(spec, "versions.0.name"))}/${String(at(spec, "names.plural"))}`
)

/** Waits until the server serves a kind. */
const served = (raw: RawClient, path: string): Effect.Effect<void, TestenvError> =>
  Effect.flatMap(raw.request("GET", path), (answer) =>
    answer.status === 200
      ? Effect.void
      : Effect.fail(new TestenvError({ part: path, problem: `not served: ${answer.text}` }))
  ).pipe(Effect.retry(Schedule.max([Schedule.spaced("100 millis"), Schedule.recurs(100)])))
