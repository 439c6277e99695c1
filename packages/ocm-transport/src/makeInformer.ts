import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import * as Metric from "effect/Metric"
import { type Backoff, growing } from "./backoff.ts"
import type { Informer, InformerOptions } from "./Informer.ts"
import type { KubeObject, ResourceType } from "./KubeApi.ts"
import type { KubeError, KubeErrorReason } from "./KubeError.ts"
import { isSurelySelected } from "./labelSelector.ts"
import { listPages } from "./listPages.ts"
import { makeObjectCopy } from "./ObjectCopy.ts"
import { watchRestarts } from "./metrics.ts"
import { metadataOf, refOf } from "./objects.ts"
import { type Requests, retryAfterOf } from "./request.ts"
import { makeSubscribers } from "./Subscribers.ts"
import { watch } from "./watch.ts"
import { watchAll } from "./watchAll.ts"

/** After a fault of the connection or the server: whoever comes back from an outage is not left alone for long. */
const reconnect = { first: Duration.millis(500), most: Duration.seconds(5) }
/** While the kind is not served: its operator may be installed at any time, or never. */
const lookAgain = { first: Duration.seconds(2), most: Duration.seconds(30) }
/** All informers of a fleet may be told at once that their version is too old. */
const relist = { first: Duration.seconds(1), most: Duration.seconds(30) }
const backoffOf: { readonly [tag in KubeErrorReason["_tag"]]?: Backoff } = { Gone: relist, NotServed: lookAgain }
/** A watch that lasted this long was a good one: the next fault is a first one again. */
const goodWatch = Duration.seconds(10)
/** What was missed comes at once when a watch goes on, but nothing says that it has all come. */
const catchUp = Duration.seconds(1)

/**
 * Keeps a copy of the selected objects while the scope lives: lets a watch tell all there is and follow on or, where
 * the server cannot do that, lists pages and watches from there. Begins again after every fault with growing waits;
 * what was known stays readable meanwhile, and `synced` says that it may be stale, until what was missed is there.
 */
export const makeInformer = Effect.fnUntraced(function* (
  requests: Requests,
  type: ResourceType,
  options: InformerOptions
) {
  const copy = makeObjectCopy()
  const subscribers = makeSubscribers()
  const listed = yield* Latch.make()
  const clock = yield* Clock.Clock
  // the time from which on the copy can be relied on
  let syncedFrom = Number.POSITIVE_INFINITY
  let mustList = true
  // in a row, each sort on its own: the first "too old" after an outage is a first one
  const failures = new Map<Backoff, number>()
  let lastProblem = ""

  const project = (object: KubeObject): KubeObject => {
    const kept = options.metadataOnly === true ? metadataOf(object) : object
    return options.project === undefined ? kept : options.project(kept)
  }

  const onAll = (objects: ReadonlyArray<KubeObject>, version: string) => {
    const changed = copy.replaceAll(objects, version)
    mustList = false
    syncedFrom = 0
    lastProblem = ""
    subscribers.publish(changed)
    listed.openUnsafe()
  }
  const list = Effect.map(listPages(requests, type, options, project), ({ items, resourceVersion }) =>
    onAll(items, resourceVersion)
  )
  const onChange = {
    onPut: (object: KubeObject) => {
      copy.put(project(object))
      subscribers.publish([refOf(object)])
    },
    onRemove: (object: KubeObject) => {
      copy.remove(object)
      subscribers.publish([refOf(object)])
    },
    onBookmark: copy.passed
  }
  const onOpen = () => {
    if (syncedFrom === Number.POSITIVE_INFINITY) {
      syncedFrom = clock.currentTimeMillisUnsafe() + Duration.toMillis(catchUp)
    }
    lastProblem = ""
  }
  const follow = Effect.suspend(() =>
    watch(
      requests,
      type,
      options,
      { resourceVersion: copy.version() },
      { ...onChange, onOpen, onInitialEnd: copy.passed }
    )
  )

  const pause = Effect.fnUntraced(function* (backoff: Backoff, error?: KubeError) {
    const before = failures.get(backoff) ?? 0
    failures.set(backoff, before + 1)
    yield* Effect.sleep(yield* growing(backoff, before, error && retryAfterOf(error)))
  })

  /** A server that ends each watch at once must not be asked without pause. */
  const paced = Effect.fnUntraced(function* <A>(watching: Effect.Effect<A, KubeError>) {
    const begun = yield* Clock.currentTimeMillis
    const exit = yield* Effect.exit(watching)
    const lasted = (yield* Clock.currentTimeMillis) - begun
    yield* Metric.update(Metric.withAttributes(watchRestarts, { resource: type.plural, reason: reasonOf(exit) }), 1)
    if (lasted >= Duration.toMillis(goodWatch)) failures.clear()
    else if (Exit.isSuccess(exit) && exit.value !== "cannot") yield* pause(reconnect)
    return yield* exit
  })

  const round = Effect.gen(function* () {
    if (mustList) {
      const told = yield* paced(watchAll(requests, type, options, { ...onChange, onAll, project }))
      if (told === "followed") return
      yield* list
    }
    yield* paced(follow)
  })

  const onError = Effect.fnUntraced(function* (error: KubeError) {
    syncedFrom = Number.POSITIVE_INFINITY
    const { _tag } = error.reason
    // a kind that comes back is another one: its versions begin anew
    if (_tag === "Gone" || _tag === "NotServed") mustList = true
    // said once, not at each attempt
    if (_tag !== "Gone" && error.message !== lastProblem) {
      lastProblem = error.message
      // a kind that an operator may bring one day is no fault
      const log = _tag === "NotServed" ? Effect.logDebug : Effect.logWarning
      yield* log(`informer: ${error.message}`)
    }
    yield* pause(backoffOf[_tag] ?? reconnect, error)
  })

  yield* round.pipe(
    Effect.catch(onError),
    Effect.catchCause((cause) => {
      syncedFrom = Number.POSITIVE_INFINITY
      mustList = true
      if (Cause.hasInterruptsOnly(cause)) return Effect.failCause(cause)
      return Effect.andThen(Effect.logError("informer: a bug, begins anew", cause), pause(reconnect))
    }),
    Effect.forever,
    Effect.forkScoped
  )

  const informer: Informer = {
    list: listed.whenOpen(Effect.sync(copy.all)),
    get: (ref) => listed.whenOpen(Effect.sync(() => copy.get(ref))),
    changes: subscribers.changes(() => copy.all().map(refOf)),
    synced: Effect.map(Clock.currentTimeMillis, (now) => now >= syncedFrom),
    upsert: (object) => Effect.sync(() => copy.takeOver(project(object), isSurelySelected(options, object)))
  }
  return informer
})

const reasonOf = (exit: Exit.Exit<unknown, KubeError>): string => {
  if (Exit.isSuccess(exit)) return "ended"
  const error = Exit.findErrorOption(exit)
  return error._tag === "Some" ? error.value.reason._tag : "bug"
}
