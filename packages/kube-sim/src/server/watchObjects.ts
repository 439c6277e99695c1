import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { StoreEvent } from "../store/ObjectStore.ts"
import type { Selector } from "../store/selectors.ts"
import { apiError, expired } from "./ApiError.ts"
import type { Call } from "./Call.ts"
import { strikeWatch } from "./Fault.ts"
import { groupVersionOf, resourceOf } from "./Kind.ts"
import { isRevision, notARevision, notInTheFuture } from "./listObjects.ts"
import type { Output } from "./Output.ts"
import { selectionOf } from "./selection.ts"
import type { Server } from "./Server.ts"

/** One line of a watch. */
export interface WatchLine {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR"
  readonly object: unknown
}

/** A watch that may begin: `run` sends its lines until it ends; all refusals come before. */
export interface Watch {
  readonly run: (send: (line: WatchLine) => void) => Effect.Effect<void>
}

const bookmarksEvery = Duration.minutes(1)

/** Prepares a watch from the resourceVersion of the call, or from all objects as they are. */
export const watchObjects = Effect.fnUntraced(function* (server: Server, call: Call, output: Output) {
  const selector = yield* selectionOf(call)
  const { query } = call
  const version = query.get("resourceVersion") ?? ""
  if (version !== "" && !isRevision(version)) return yield* apiError(500, "", notARevision(version))
  const from = Number(version)
  const watch: Watch = { run: (send) => runWatch(server, call, output, selector, from, send) }
  if (from > 0) yield* notInTheFuture(server, from)
  return watch
})

const runWatch = Effect.fnUntraced(function* (
  server: Server,
  call: Call,
  output: Output,
  selector: Selector,
  from: number,
  send: (line: WatchLine) => void
) {
  const collection = server.store.collection(resourceOf(call.kind.type))
  const tooOld = from > 0 && collection.since(from) === undefined
  if (tooOld || strikeWatch(server, call, "Gone")) {
    const { status } = expired(`too old resource version: ${from} (${server.store.revision()})`)
    send({ type: "ERROR", object: status })
    return
  }
  let isSilent = strikeWatch(server, call, "StaleWatch")
  let first = true
  const sendObject = (type: "ADDED" | "MODIFIED" | "DELETED", object: KubeObject): void => {
    if (isSilent) return
    send({ type, object: output.event(object, first) })
    first = false
  }
  const sendEvent = (event: StoreEvent): void => {
    const seen = seenAs(event, selector)
    if (seen !== undefined) sendObject(seen, event.object)
  }
  const bookmark = (annotations?: Readonly<Record<string, string>>): void => {
    if (!isSilent) send({ type: "BOOKMARK", object: bookmarkOf(server, call, output, annotations) })
  }

  const initial = call.query.get("sendInitialEvents")
  const bookmarks = call.query.get("allowWatchBookmarks") === "true"
  const begin = (): void => {
    const wantsState = initial === "true" || (from === 0 && initial !== "false")
    if (wantsState) for (const object of collection.all().filter(selector)) sendObject("ADDED", object)
    else for (const event of collection.since(from) ?? []) sendEvent(event)
    if (initial === "true" && bookmarks) bookmark({ "k8s.io/initial-events-end": "true" })
  }
  const end = yield* Deferred.make<void>()
  const open = {
    group: call.kind.type.group,
    resource: call.kind.type.plural,
    namespace: call.namespace,
    cut: () => Deferred.doneUnsafe(end, Effect.void),
    silence: () => {
      isSilent = true
    }
  }
  const struck = strikeWatch(server, call, "CutWatch")
  const timeout = Number(call.query.get("timeoutSeconds") ?? "0")
  const timedOut = Effect.andThen(
    Effect.sleep(Duration.seconds(timeout)),
    Effect.suspend(() => (isSilent ? Effect.never : Effect.void))
  )
  const ended = timeout > 0 ? Effect.raceFirst(Deferred.await(end), timedOut) : Deferred.await(end)
  yield* Effect.acquireUseRelease(
    // one step: nothing can happen between what is sent first and what the subscription brings
    Effect.sync(() => {
      begin()
      server.watches.add(open)
      return collection.subscribe(sendEvent)
    }),
    () => (struck ? Effect.void : Effect.raceFirst(ended, bookmarks ? everyMinute(bookmark) : Effect.never)),
    (unsubscribe) =>
      Effect.sync(() => {
        unsubscribe()
        server.watches.delete(open)
      })
  )
})

const everyMinute = (bookmark: () => void): Effect.Effect<never> =>
  Effect.forever(Effect.andThen(Effect.sleep(bookmarksEvery), Effect.sync(bookmark)))

/** What an event is for someone who sees the selected objects alone. */
const seenAs = (event: StoreEvent, selector: Selector): "ADDED" | "MODIFIED" | "DELETED" | undefined => {
  const was = event.before !== undefined && selector(event.before)
  const is = event.type !== "DELETED" && selector(event.object)
  if (was) return is ? "MODIFIED" : "DELETED"
  return is ? "ADDED" : undefined
}

const bookmarkOf = (
  server: Server,
  call: Call,
  output: Output,
  annotations: Readonly<Record<string, string>> | undefined
): unknown => {
  const { group, version, kind } = call.kind.type
  const object = {
    kind,
    apiVersion: groupVersionOf(group, version),
    metadata: {
      resourceVersion: String(server.store.revision()),
      creationTimestamp: null,
      ...(annotations && { annotations })
    }
  }
  return output.bookmark(object)
}
