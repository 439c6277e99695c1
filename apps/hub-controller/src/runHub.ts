import { type HubState, makePlanner, type Plan } from "@multicluster-mesh/federation-planner"
import { type KubeApi, makeEventRecorder, type Readiness, reconcileByKey } from "@multicluster-mesh/ocm-transport"
import { type AddOnApi, addOnApis } from "@multicluster-mesh/ocm-transport/addon"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Queue from "effect/Queue"
import type { Scope } from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Change } from "./Change.ts"
import { makeDueWrites } from "./dueWrites.ts"
import { fleetIdOf, type HubNotPrepared } from "./fleetId.ts"
import { changes, startInformers } from "./HubInformers.ts"
import { awaitComplete, sayReadiness } from "./hubReadiness.ts"
import { countServices, peeringCounter, planSeconds, staleCopies } from "./metrics.ts"
import { makeReadiness } from "./ReadinessLog.ts"
import { makeRefusals } from "./Refusals.ts"
import { stateReader } from "./readState.ts"
import { sleepUntil } from "./sleepUntil.ts"
import { untilAnswered } from "./untilAnswered.ts"

/** Namespace of the add-on on the hub: of the fleet's id and of the MeshPeerings. */
export const defaultAddonNamespace = "multicluster-mesh-addon"

export interface HubOptions {
  readonly hub: KubeApi
  /** OCM's add-on API as the hub serves it; v1alpha1 when absent. */
  readonly addOnApi?: AddOnApi
  readonly addonNamespace?: string
  /** Changes of this long are planned together; 20 ms when absent. */
  readonly coalesce?: Duration.Input
  /** Learns, whenever that changes, whether the controller does its work. */
  readonly onReadiness?: (readiness: Readiness) => Effect.Effect<void>
  /** Learns of each plan: the state that it is for, and what it takes on the hub to get there. */
  readonly onPlan?: (state: HubState, due: Iterable<Change>) => Effect.Effect<void>
  /** Another planner, for tests. */
  readonly plan?: (state: HubState) => Plan
}

/**
 * Makes the hub what the plan for its state says: at each change of the state, and when time alone changes the plan.
 *
 * Each write has a key of its own: one that fails is repeated with growing waits, always as the newest plan has it,
 * and holds up no other. While one of the copies may be stale, what exists stays as it is, statuses apart. Errors: `HubNotPrepared` before anything was done; later ones are repeated.
 */
export const runHub = Effect.fnUntraced(function* (
  options: HubOptions
): Effect.fn.Return<never, HubNotPrepared, Scope> {
  const { hub, addonNamespace = defaultAddonNamespace, coalesce = "20 millis", plan = makePlanner() } = options
  const { onPlan = () => Effect.void } = options
  const readiness = makeReadiness(options.onReadiness ?? (() => Effect.void))
  const fleetId = yield* untilAnswered(fleetIdOf(hub, addonNamespace))
  const events = yield* makeEventRecorder(hub, "multicluster-mesh-hub")
  const informers = yield* startInformers(hub, fleetId, options.addOnApi ?? addOnApis.v1alpha1)
  const { read, workOf } = stateReader(informers, fleetId, addonNamespace)
  yield* awaitComplete(informers, readiness)

  const wake = yield* Queue.sliding<void>(1)
  yield* Effect.forkScoped(Stream.runForEach(changes(informers), () => Queue.offer(wake, undefined)))
  const writes = yield* makeDueWrites({ hub, informers, events, workOf })
  const countPeerings = peeringCounter()
  // who does not lead any more has nothing to tell
  yield* Effect.addFinalizer(() => Effect.all([countPeerings([]), countServices([]), Metric.update(staleCopies, 0)]))

  const planOnce = Effect.gen(function* () {
    const { state, refused } = yield* read
    const planned = plan(state)
    yield* countPeerings(planned.statuses)
    yield* countServices(planned.statuses)
    yield* onPlan(state, yield* writes.follow(planned))
    return { recheckAt: planned.recheckAt, refused }
  })

  const refusals = makeRefusals(informers, events)
  const round = Effect.gen(function* () {
    const begun = yield* Clock.currentTimeMillis
    const { recheckAt, refused } = yield* planOnce
    const took = Duration.millis((yield* Clock.currentTimeMillis) - begun)
    yield* Metric.update(planSeconds, Duration.toSeconds(took))
    yield* refusals(refused)
    yield* sayReadiness(informers, readiness)
    yield* Effect.raceFirst(Queue.take(wake), sleepUntil(recheckAt))
    // the larger the fleet, the more is planned together: half of the time is left for the writes
    yield* Effect.sleep(Duration.max(Duration.min(took, longestCoalesce), Duration.fromInputUnsafe(coalesce)))
    yield* Queue.clear(wake)
  })
  yield* sayReadiness(informers, readiness).pipe(Effect.delay("1 second"), Effect.forever, Effect.forkScoped)
  const writing = reconcileByKey(writes.keys, writes.write, { name: "write", concurrency: writesAtOnce })
  return yield* Effect.raceFirst(Effect.forever(round), Effect.andThen(writing, Effect.never))
})

/** An API server takes some milliseconds for a write, and a wish for a hundred clusters makes five hundred of them. */
const writesAtOnce = 32

const longestCoalesce = Duration.seconds(1)
