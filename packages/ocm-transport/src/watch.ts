import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import type { KubeObject, ResourceType, Selection } from "./KubeApi.ts"
import type { KubeError } from "./KubeError.ts"
import { acceptMetadata, kindIsMissing, selectorsOf } from "./listPages.ts"
import { asObject } from "./objects.ts"
import type { Requests } from "./request.ts"
import { callName, collectionPath, queryOf } from "./resourcePath.ts"
import { noAnswer, statusError } from "./statusError.ts"

/** What a watch tells, called as soon as it is read. */
export interface WatchHandlers {
  /** The server has accepted the watch. */
  readonly onOpen: () => void
  /** The object was added or changed, or has now come to match the selection. */
  readonly onPut: (object: KubeObject) => void
  /** The object is gone, or does not match the selection any more. */
  readonly onRemove: (object: KubeObject) => void
  /** No further event up to this version. */
  readonly onBookmark: (version: string | undefined) => void
  /** All that there was when the watch began has been told; for `initialEvents` alone. */
  readonly onInitialEnd: (version: string | undefined) => void
}

/** Where a watch begins: after a version, or with all objects as they are, each told as an event (WatchList). */
export type WatchFrom = { readonly resourceVersion: string } | "initialEvents"

/** Not all watches of a process, or of a fleet, end at the same time. */
const lastsSeconds = Random.nextIntBetween(300, 600)

/**
 * Follows a selection until the server ends the watch (as it does every few minutes).
 *
 * Errors: a server that does not know `initialEvents` answers `Invalid` or `Refused`, before any event.
 */
export const watch = Effect.fnUntraced(function* (
  requests: Requests,
  type: ResourceType,
  selection: Selection,
  from: WatchFrom,
  handlers: WatchHandlers
) {
  const timeoutSeconds = yield* lastsSeconds
  const call = callName("watch", type, selection.namespace === undefined ? {} : { namespace: selection.namespace })
  const begin = from === "initialEvents" ? { sendInitialEvents: true, resourceVersionMatch: "NotOlderThan" } : from
  const query = { ...selectorsOf(selection), watch: true, allowWatchBookmarks: true, ...begin, timeoutSeconds }
  const watching = requests.lines({
    call,
    method: "GET",
    path: collectionPath(type, selection.namespace) + queryOf(query),
    ...(selection.metadataOnly === true && { accept: acceptMetadata }),
    timeout: Duration.seconds(timeoutSeconds + 30),
    onOpen: handlers.onOpen,
    onLine: (line) => onEvent(call, type, handlers, line)
  })
  yield* kindIsMissing(call, watching)
})

const onEvent = (call: string, type: ResourceType, handlers: WatchHandlers, line: string): KubeError | undefined => {
  const event = Result.getOrUndefined(Result.try((): unknown => JSON.parse(line)))
  const body = Predicate.isReadonlyObject(event) ? event["object"] : undefined
  if (!Predicate.isReadonlyObject(event) || !Predicate.isReadonlyObject(body)) {
    return noAnswer(call, `not an event: ${line.slice(0, 100)}`)
  }
  const kind = event["type"]
  if (kind === "ERROR") return statusError(call, { status: codeOf(body), body })
  if (kind === "BOOKMARK") {
    const { version, isInitialEnd } = bookmarkOf(body)
    if (isInitialEnd) handlers.onInitialEnd(version)
    else handlers.onBookmark(version)
    return undefined
  }
  const object = asObject(type, body)
  if (object === undefined) return noAnswer(call, `an event without an object: ${line.slice(0, 100)}`)
  if (kind === "DELETED") handlers.onRemove(object)
  else handlers.onPut(object)
  return undefined
}

const codeOf = (status: { readonly [field: PropertyKey]: unknown }): number =>
  Predicate.isNumber(status["code"]) ? status["code"] : 500

const bookmarkOf = ({ metadata }: { readonly [field: PropertyKey]: unknown }) => {
  const { resourceVersion, annotations } = Predicate.isReadonlyObject(metadata) ? metadata : {}
  return {
    version: Predicate.isString(resourceVersion) ? resourceVersion : undefined,
    isInitialEnd: Predicate.isReadonlyObject(annotations) && annotations["k8s.io/initial-events-end"] === "true"
  }
}
