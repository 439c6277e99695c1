import type { Connection } from "@multicluster-mesh/ocm-transport"
import { makeRawClient, TestenvError } from "@multicluster-mesh/testenv"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"

/**
 * Waits until the API server answers requests of `connection` with this status: that a fault has begun.
 *
 * Errors: `TestenvError` when it does not after some seconds.
 */
export const answersWith = (connection: Connection, status: number): Effect.Effect<void, TestenvError> =>
  Effect.gen(function* () {
    const raw = yield* makeRawClient(connection)
    const ask = Effect.flatMap(raw.request("GET", "/api/v1/namespaces?limit=1"), (answer) =>
      answer.status === status
        ? Effect.void
        : Effect.fail(
            new TestenvError({ part: connection.server, problem: `answers with ${answer.status}, not ${status}` })
          )
    )
    yield* Effect.retry(ask, Schedule.max([Schedule.spaced("100 millis"), Schedule.recurs(100)]))
  }).pipe(Effect.scoped)
