import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { KubeObject, ResourceType, Selection } from "./KubeApi.ts"
import type { KubeError } from "./KubeError.ts"
import { keyOf, refOf } from "./objects.ts"
import type { Requests } from "./request.ts"
import { watch, type WatchHandlers } from "./watch.ts"

interface WatchAllHandlers extends Pick<WatchHandlers, "onPut" | "onRemove" | "onBookmark"> {
  /** Called once, before the others: all objects as they were at `version`, projected. */
  readonly onAll: (objects: ReadonlyArray<KubeObject>, version: string) => void
  readonly project: (object: KubeObject) => KubeObject
}

/** A server that says nothing for so long, before it has said that all is told, does not know how to say it. */
const longestSilence = Duration.seconds(30)

/**
 * Lets a watch tell all objects of a selection and follow on (WatchList): no more than one event is held whole, and
 * the server needs no copy of the list.
 *
 * Shape: "followed" when the server has ended the watch; "cannot" when it did not tell all objects: it refuses, as
 * releases before 1.32 do, ends without the mark, or stays silent. Pages can still be had then.
 */
export const watchAll = Effect.fnUntraced(function* (
  requests: Requests,
  type: ResourceType,
  selection: Selection,
  handlers: WatchAllHandlers
) {
  const initial = new Map<string, KubeObject>()
  let complete = false
  let heard = 0
  const watching = watch(requests, type, selection, "initialEvents", {
    onOpen: () => {
      heard += 1
    },
    onPut: (object) => {
      heard += 1
      if (complete) handlers.onPut(object)
      else initial.set(keyOf(refOf(object)), handlers.project(object))
    },
    // changes may come between the objects
    onRemove: (object) => {
      if (complete) handlers.onRemove(object)
      else initial.delete(keyOf(refOf(object)))
    },
    onBookmark: (version) => {
      if (complete) handlers.onBookmark(version)
    },
    onInitialEnd: (version) => {
      if (version === undefined) return
      complete = true
      handlers.onAll([...initial.values()], version)
      initial.clear()
    }
  })
  const silence: Effect.Effect<void> = Effect.suspend(() => {
    const before = heard
    return Effect.flatMap(Effect.sleep(longestSilence), () => {
      if (complete) return Effect.never
      return heard === before ? Effect.void : silence
    })
  })
  return yield* Effect.raceFirst(watching, silence).pipe(
    Effect.map((): "followed" | "cannot" => (complete ? "followed" : "cannot")),
    Effect.catchIf(
      (error: KubeError) => !complete && (error.reason._tag === "Invalid" || error.reason._tag === "Refused"),
      () => Effect.succeed("cannot" as const)
    )
  )
})
