import type { ManifestWork } from "@multicluster-mesh/mesh-model"
import {
  deliverWork,
  type EventRecorder,
  hubFieldManager,
  type KubeApi,
  type KubeError,
  type KubeObject,
  type NotOurWork,
  writeStatus
} from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { type Change, refOf, typeOf } from "./Change.ts"
import { newsOf } from "./newsOf.ts"
import { nowInSeconds } from "./readState.ts"
import { conditionsOf, statusOf } from "./statusOf.ts"

/** What the hub has of the object that changes. */
export interface Live {
  readonly object: KubeObject | undefined
  /** The same decoded, where it is a work that can be. */
  readonly work: ManifestWork | undefined
}

/**
 * Makes one change, and returns the object as the API server has it then; undefined when it is gone, or when there
 * is nothing that could still be changed.
 */
export const carryOut = (
  api: KubeApi,
  events: EventRecorder,
  change: Change,
  live: Live
): Effect.Effect<KubeObject | undefined, KubeError | NotOurWork> => {
  const type = typeOf(change)
  switch (change._tag) {
    case "ApplyWork":
      return deliverWork(api, live.work, change)
    case "ApplyObject":
      return api.apply(type, change.object, { fieldManager: hubFieldManager, force: true })
    case "DeleteWork":
    case "DeleteObject":
      return unlessGone(Effect.as(api.delete(type, refOf(change), { uid: change.uid }), undefined))
    case "SetFinalizer":
      return live.object === undefined ? Effect.undefined : unlessGone(setFinalizer(api, change, live.object))
    default:
      return live.object === undefined
        ? Effect.undefined
        : // forced and by uid, it can only meet the end of the object, or a successor
          unlessGone(sayStatus(api, events, change, live.object)).pipe(
            Effect.catchReason("KubeError", "Conflict", () => Effect.undefined)
          )
  }
}

const unlessGone = <A>(write: Effect.Effect<A, KubeError>) =>
  Effect.catchReason(write, "KubeError", "NotFound", () => Effect.undefined)

const setFinalizer = (api: KubeApi, change: Change & { readonly _tag: "SetFinalizer" }, live: KubeObject) => {
  const others = (live.metadata.finalizers ?? []).filter((finalizer) => finalizer !== change.finalizer)
  const finalizers = change.present ? [...others, change.finalizer] : others
  // the version makes sure that nobody else's finalizer is lost, and that it is this very object
  const { resourceVersion } = live.metadata
  return api.patch(
    change.type,
    refOf(change),
    { metadata: { finalizers, resourceVersion } },
    { fieldManager: hubFieldManager }
  )
}

const sayStatus = Effect.fnUntraced(function* (
  api: KubeApi,
  events: EventRecorder,
  change: Change & { readonly _tag: "WriteStatus" },
  live: KubeObject
) {
  const status = statusOf(change, live, yield* nowInSeconds)
  const written = yield* writeStatus(api, change.type, live, status, hubFieldManager)
  const news = newsOf(conditionsOf(live), conditionsOf(written))
  yield* Effect.forEach(news, (event) => events.record(written, event), { discard: true })
  return written
})
