import type { Readiness } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import { complete, type HubInformers, staleKinds } from "./HubInformers.ts"
import { staleCopies } from "./metrics.ts"
import { type ReadinessLog, waitsFor } from "./ReadinessLog.ts"

/** Waits until nothing is unknown, and says meanwhile which kinds are awaited. */
export const awaitComplete = (informers: HubInformers, readiness: ReadinessLog) =>
  Effect.raceFirst(
    complete(informers),
    staleKinds(informers).pipe(
      Effect.delay("2 seconds"),
      Effect.flatMap((kinds) => readiness.say(waitsFor(`the first complete list of ${kinds.join(", ")}`))),
      Effect.forever
    )
  )

/** Says whether the controller plans and writes as it should, or which kinds it does not know the newest of. */
export const sayReadiness = (informers: HubInformers, readiness: ReadinessLog): Effect.Effect<void> =>
  staleKinds(informers).pipe(
    Effect.tap((stale) => Metric.update(staleCopies, stale.length)),
    Effect.map(readinessWith),
    Effect.flatMap(readiness.say)
  )

const readinessWith = (stale: ReadonlyArray<string>): Readiness =>
  stale.length === 0
    ? { ready: true, message: "plans and writes" }
    : waitsFor(
        `the API server; it changes nothing that exists, for what it knows of these may be out of date: ${stale.join(", ")}`
      )
