import { type HubState, makePlanner, type Plan } from "@multicluster-mesh/federation-planner"
import { isSameJson } from "@multicluster-mesh/mesh-model"
import {
  type KubeApi,
  type KubeError,
  type KubeObject,
  makeEventRecorder,
  type Readiness,
  reconcileByKey
} from "@multicluster-mesh/ocm-transport"
import { type AddOnApi, addOnApis } from "@multicluster-mesh/ocm-transport/addon"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import type { Scope } from "effect/Scope"
import * as Stream from "effect/Stream"
import { carryOut, type Live } from "./carryOut.ts"
import { type Change, changesOf, refOf, rememberingDone, typeOf } from "./Change.ts"
import { fleetIdOf, type HubNotPrepared } from "./fleetId.ts"
import { changes, complete, type HubInformers, informerOf, staleKinds, startInformers } from "./HubInformers.ts"
import { makeIsHeld } from "./isHeld.ts"
import { measuredWrite, peeringCounter, planSeconds, staleCopies } from "./metrics.ts"
import { makeReadiness, type ReadinessLog, waitsFor } from "./ReadinessLog.ts"
import { makeRefusals } from "./Refusals.ts"
import { stateReader } from "./readState.ts"
import { sleepUntil } from "./sleepUntil.ts"

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
  const keys = yield* Queue.unbounded<string>()
  let wanted: ReadonlyMap<string, Change> = new Map()
  let due = new Map<string, Change>()
  const isDone = rememberingDone()
  const countPeerings = peeringCounter()
  // who does not lead any more has nothing to tell
  yield* Effect.addFinalizer(() => Effect.andThen(countPeerings([]), Metric.update(staleCopies, 0)))
  const isHeld = makeIsHeld(hub, informers)
  // writes that changed nothing, and on which version
  const idle = new Map<string, { readonly change: Change; readonly version: string | undefined }>()

  const liveOf = (change: Change): Effect.Effect<Live> =>
    Effect.map(informerOf(informers, typeOf(change)).get(refOf(change)), (object) => ({
      object,
      work: object === undefined ? undefined : workOf(object)
    }))

  const planOnce = Effect.gen(function* () {
    const { state, refused } = yield* read
    const planned = plan(state)
    yield* countPeerings(planned.statuses)
    wanted = changesOf(planned)
    const before = due
    due = new Map()
    for (const key of idle.keys()) if (!wanted.has(key)) idle.delete(key)
    for (const [key, change] of wanted) {
      const live = yield* liveOf(change)
      if (isDone(change, live.object, live.work)) continue
      const tried = idle.get(key)
      if (tried?.version === live.object?.metadata.resourceVersion && isSameJson(tried?.change, change)) continue
      due.set(key, change)
      // one that waits after a failure keeps waiting, unless it is another write now
      if (!isSameJson(before.get(key), change)) yield* Queue.offer(keys, key)
    }
    yield* onPlan(state, due.values())
    return { recheckAt: planned.recheckAt, refused }
  })

  const write = Effect.fnUntraced(function* (key: string) {
    const change = wanted.get(key)
    const live = change && (yield* liveOf(change))
    if (change !== undefined && live !== undefined && !isDone(change, live.object, live.work)) {
      if (yield* isHeld(change, live.object)) return { requeueAfter: heldFor }
      const isUnchanged = (written: KubeObject | undefined) =>
        written !== undefined && written.metadata.resourceVersion === live.object?.metadata.resourceVersion
      const written = yield* carryOut(hub, events, change, live).pipe(
        measuredWrite(change, (result) => !isUnchanged(result))
      )
      if (isUnchanged(written)) {
        idle.set(key, { change, version: written?.metadata.resourceVersion })
      } else {
        idle.delete(key)
        yield* Effect.annotateLogs(Effect.logInfo(sentence(change)), clusterOf(change))
      }
      if (written !== undefined) yield* informerOf(informers, typeOf(change)).upsert(written)
    }
    due.delete(key)
    return undefined
  })

  const refusals = makeRefusals(informers, events)
  const loop = Effect.gen(function* () {
    const begun = yield* Clock.currentTimeMillis
    const { recheckAt, refused } = yield* planOnce
    const took = Duration.millis((yield* Clock.currentTimeMillis) - begun)
    yield* Metric.update(planSeconds, Duration.toSeconds(took))
    yield* refusals(refused)
    yield* readiness.say(yield* currentReadiness(informers))
    yield* Effect.raceFirst(Queue.take(wake), sleepUntil(recheckAt))
    // the larger the fleet, the more is planned together: half of the time is left for the writes
    yield* Effect.sleep(Duration.max(Duration.min(took, longestCoalesce), Duration.fromInputUnsafe(coalesce)))
    yield* Queue.clear(wake)
  })
  yield* currentReadiness(informers).pipe(
    Effect.flatMap(readiness.say),
    Effect.delay("1 second"),
    Effect.forever,
    Effect.forkScoped
  )
  const writing = reconcileByKey(Stream.fromQueue(keys), write, { name: "write", concurrency: writesAtOnce })
  return yield* Effect.raceFirst(Effect.forever(loop), Effect.andThen(writing, Effect.never))
})

/** An API server takes some milliseconds for a write, and a wish for a hundred clusters makes five hundred of them. */
const writesAtOnce = 32

/** What is held looks so often whether it still is: about as long as copies need to be current again. */
const heldFor = Duration.seconds(1)

const longestCoalesce = Duration.seconds(1)

/** A hub that does not answer may do so later; one that lacks something needs its administrator. */
const untilAnswered = <A>(effect: Effect.Effect<A, KubeError | HubNotPrepared>): Effect.Effect<A, HubNotPrepared> =>
  effect.pipe(
    Effect.tapErrorTag("KubeError", (error) => Effect.logWarning(error.message)),
    Effect.retry({ schedule: backoff, while: (error) => error._tag === "KubeError" }),
    Effect.catchTag("KubeError", Effect.die)
  )

/** Waits 1 s after the first failure, then 2 s, 4 s … up to 30 s. */
const backoff = Schedule.min([Schedule.exponential("1 second"), Schedule.spaced("30 seconds")])

/** Waits until nothing is unknown, and says meanwhile which kinds are awaited. */
const awaitComplete = (informers: HubInformers, readiness: ReadinessLog) =>
  Effect.raceFirst(
    complete(informers),
    staleKinds(informers).pipe(
      Effect.delay("2 seconds"),
      Effect.flatMap((kinds) => readiness.say(waitsFor(`the first complete list of ${kinds.join(", ")}`))),
      Effect.forever
    )
  )

const currentReadiness = (informers: HubInformers): Effect.Effect<Readiness> =>
  staleKinds(informers).pipe(
    Effect.tap((stale) => Metric.update(staleCopies, stale.length)),
    Effect.map((stale) =>
      stale.length === 0
        ? { ready: true, message: "plans and writes" }
        : waitsFor(
            `the API server; it changes nothing that exists, for what it knows of these may be out of date: ${stale.join(", ")}`
          )
    )
  )

/** Works, meshes and agents are in the namespace of their cluster. */
const clusterOf = (change: Change): Readonly<Record<string, string>> => {
  const { namespace } = refOf(change)
  return namespace !== undefined && perCluster.has(typeOf(change).kind) ? { cluster: namespace } : {}
}

const perCluster = new Set(["ManifestWork", "Mesh", "MeshAgent"])

const sentence = (change: Change): string => {
  const { namespace, name } = refOf(change)
  return `${change._tag} ${typeOf(change).plural} ${namespace === undefined ? "" : `${namespace}/`}${name}`
}
