import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import type { Answer, Call } from "./exchange.ts"
import type { KubeError } from "./KubeError.ts"
import { apiRequests, apiRequestSeconds } from "./metrics.ts"
import { codeOf } from "./statusError.ts"

/** Counts and times a request; one that is interrupted counts as one without an answer. */
export const measured =
  (host: string, call: Call) =>
  (request: Effect.Effect<Answer, KubeError>): Effect.Effect<Answer, KubeError> =>
    Effect.flatMap(Clock.monotonicTimeNanos, (begun) =>
      Effect.onExit(
        request,
        Effect.fnUntraced(function* (exit) {
          const seconds = Number((yield* Clock.monotonicTimeNanos) - begun) / 1e9
          yield* Metric.update(requestsOf(host, call, statusOf(exit)), 1)
          yield* Metric.update(Metric.withAttributes(apiRequestSeconds, { host, verb: verbOf(call) }), seconds)
        })
      )
    )

/** The counter of the requests that were answered so. */
export const requestsOf = (host: string, call: Call, status: number | undefined) =>
  Metric.withAttributes(apiRequests, { host, verb: verbOf(call), code: String(status ?? "none") })

const statusOf = (exit: Exit.Exit<Answer, KubeError>): number | undefined => {
  if (Exit.isSuccess(exit)) return exit.value.status
  const error = Exit.findErrorOption(exit)
  return error._tag === "Some" ? codeOf(error.value) : undefined
}

const verbOf = ({ call }: Call): string => call.split(" ", 1)[0] ?? ""
