import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { request } from "node:https"
import { TestenvError } from "./TestenvError.ts"

/** Asks `/healthz` until it says ok; the certificate is one that the process made for itself. */
export const untilHealthy = (part: string, port: number): Effect.Effect<void, TestenvError> =>
  Effect.callback<void, TestenvError>((resume) => {
    const failed = (problem: string) => resume(Effect.fail(new TestenvError({ part, problem })))
    request(`https://127.0.0.1:${port}/healthz`, { rejectUnauthorized: false, timeout: 2000 }, (response) => {
      response.resume()
      if (response.statusCode === 200) resume(Effect.void)
      else failed(`/healthz says ${response.statusCode}`)
    })
      .once("error", (cause) => failed(cause.message))
      .end()
  }).pipe(Effect.retry(Schedule.max([Schedule.spaced("100 millis"), Schedule.recurs(300)])))
