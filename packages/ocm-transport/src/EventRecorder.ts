import { hashOf, resources } from "@multicluster-mesh/mesh-model"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type { KubeApi, KubeObject } from "./KubeApi.ts"

/** Something that happened to an object, for the people who look at it. */
export interface ObjectEvent {
  readonly type: "Normal" | "Warning"
  /** One CamelCase word. */
  readonly reason: string
  readonly message: string
}

/** Tells people what happened to an object, as `kubectl describe` shows it. */
export interface EventRecorder {
  /** Returns at once; an Event that cannot be written is logged and lost. */
  readonly record: (object: KubeObject, event: ObjectEvent) => Effect.Effect<void>
}

const mostWaiting = 1000
const mostRemembered = 512
/** A repeat within this time is counted, and told with the next one after it. */
const quiet = Duration.minutes(1)
const mostMessage = 1000

interface Occurrence {
  readonly object: KubeObject
  readonly event: ObjectEvent
  readonly at: DateTime.Utc
}

interface Told {
  readonly name: string
  readonly written: DateTime.Utc
  readonly count: number
}

/**
 * Makes a recorder that writes core/v1 Events with `component` as their source, one after another, while the scope
 * lives. An Event with the same words about the same object counts the earlier one up instead of adding another.
 */
export const makeEventRecorder = Effect.fnUntraced(function* (api: KubeApi, component: string) {
  const waiting = yield* Queue.dropping<Occurrence>(mostWaiting)
  // in the order of use, so that the first is the longest unused
  const told = new Map<string, Told>()
  const remember = (key: string, entry: Told) => {
    told.delete(key)
    told.set(key, entry)
    for (const oldest of told.keys()) {
      if (told.size <= mostRemembered) break
      told.delete(oldest)
    }
  }

  const tellFirst = Effect.fnUntraced(function* (key: string, occurrence: Occurrence, count: number) {
    const { object, event, at } = occurrence
    const about = { ...eventAbout(object, event, component, at), count }
    yield* api.create(resources.events, about)
    remember(key, { name: about.metadata.name, written: at, count })
  })

  const tell = Effect.fnUntraced(function* (occurrence: Occurrence) {
    const { object, event, at } = occurrence
    const key = sameWords(object, event)
    const before = told.get(key)
    if (before === undefined) return yield* tellFirst(key, occurrence, 1)
    const again = { ...before, count: before.count + 1 }
    if (!isPast(before.written, quiet, at)) return remember(key, again)
    const ref = { name: before.name, namespace: namespaceOf(object) }
    const changes = { count: again.count, lastTimestamp: timestamp(at) }
    return yield* api.patch(resources.events, ref, changes).pipe(
      Effect.andThen(Effect.sync(() => remember(key, { ...again, written: at }))),
      // the server forgets an Event after an hour
      Effect.catchReason("KubeError", "NotFound", () => tellFirst(key, occurrence, again.count))
    )
  })

  yield* Queue.take(waiting).pipe(
    Effect.flatMap((occurrence) =>
      Effect.catch(tell(occurrence), (error) =>
        Effect.logWarning(`an Event is lost: ${occurrence.event.reason}: ${error.message}`)
      )
    ),
    Effect.forever,
    Effect.forkScoped
  )

  const recorder: EventRecorder = {
    record: (object, event) =>
      Effect.flatMap(DateTime.now, (at) => Effect.asVoid(Queue.offer(waiting, { object, event, at })))
  }
  return recorder
})

/** A core/v1 Event that tells once what happened to an object, at `at`, with `component` as its source. */
export const eventAbout = (
  object: KubeObject,
  event: ObjectEvent,
  component: string,
  at: DateTime.Utc
): KubeObject => ({
  apiVersion: "v1",
  kind: "Event",
  metadata: {
    name: nameOf(object, `${sameWords(object, event)} ${DateTime.formatIso(at)}`),
    namespace: namespaceOf(object)
  },
  involvedObject: referenceTo(object),
  type: event.type,
  reason: event.reason,
  message: event.message.slice(0, mostMessage),
  source: { component },
  reportingComponent: component,
  reportingInstance: component,
  firstTimestamp: timestamp(at),
  lastTimestamp: timestamp(at),
  count: 1
})

/** What two Events have in common that say the same about the same object. */
const sameWords = (object: KubeObject, { type, reason, message }: ObjectEvent): string => {
  const { apiVersion, kind, metadata } = object
  const subject = metadata.uid ?? `${apiVersion} ${kind} ${namespaceOf(object)} ${metadata.name}`
  return [subject, type, reason, message].join(" ")
}

/** Events about objects without a namespace lie in `default`. */
const namespaceOf = ({ metadata: { namespace } }: KubeObject): string =>
  namespace === undefined || namespace === "" ? "default" : namespace

const referenceTo = ({ apiVersion, kind, metadata }: KubeObject) => ({
  apiVersion,
  kind,
  name: metadata.name,
  ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
  ...(metadata.uid !== undefined && { uid: metadata.uid }),
  ...(metadata.resourceVersion !== undefined && { resourceVersion: metadata.resourceVersion })
})

const nameOf = ({ metadata }: KubeObject, distinct: string): string =>
  `${metadata.name.slice(0, 230).replace(/[^a-z0-9]+$/u, "")}.${hashOf(distinct, 16)}`

const timestamp = (at: DateTime.Utc): string => DateTime.formatIso(at).replace(/\.\d+Z$/u, "Z")

const isPast = (since: DateTime.Utc, wait: Duration.Duration, now: DateTime.Utc): boolean =>
  DateTime.toEpochMillis(now) - DateTime.toEpochMillis(since) >= Duration.toMillis(wait)
