import type { Plan } from "@multicluster-mesh/federation-planner"
import { isSameJson, type ManifestWork } from "@multicluster-mesh/mesh-model"
import type {
  EventRecorder,
  KubeApi,
  KubeError,
  KubeObject,
  LookAgain,
  NotOurWork
} from "@multicluster-mesh/ocm-transport"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import { carryOut, type Live } from "./carryOut.ts"
import { type Change, changesOf, refOf, rememberingDone, typeOf } from "./Change.ts"
import { type HubInformers, informerOf } from "./HubInformers.ts"
import { makeIdleWrites } from "./idleWrites.ts"
import { makeIsHeld } from "./isHeld.ts"
import { measuredWrite } from "./metrics.ts"

/** The writes that lie between the hub and the newest plan, each under a key of its own. */
export interface DueWrites {
  /** Takes a plan in place of the one before, and returns what is to be written for it. */
  readonly follow: (plan: Plan) => Effect.Effect<Iterable<Change>>
  /** Keys that have something to write. */
  readonly keys: Stream.Stream<string>
  /** Writes what the newest plan has under a key, unless there is nothing to write any more, or it has to wait. */
  readonly write: (key: string) => Effect.Effect<LookAgain | undefined, KubeError | NotOurWork>
}

interface Options {
  readonly hub: KubeApi
  readonly informers: HubInformers
  readonly events: EventRecorder
  /** An object decoded, where it is a work that can be. */
  readonly workOf: (object: KubeObject) => ManifestWork | undefined
}

export const makeDueWrites = Effect.fnUntraced(function* ({ hub, informers, events, workOf }: Options) {
  const keys = yield* Queue.unbounded<string>()
  let wanted: ReadonlyMap<string, Change> = new Map()
  let due = new Map<string, Change>()
  const idle = makeIdleWrites()
  const isDone = rememberingDone()
  const isHeld = makeIsHeld(hub, informers)

  const liveOf = (change: Change): Effect.Effect<Live> =>
    Effect.map(informerOf(informers, typeOf(change)).get(refOf(change)), (object) => ({
      object,
      work: object === undefined ? undefined : workOf(object)
    }))

  const follow = Effect.fnUntraced(function* (plan: Plan) {
    wanted = changesOf(plan)
    const before = due
    due = new Map()
    idle.keepOnly(wanted)
    for (const [key, change] of wanted) {
      const live = yield* liveOf(change)
      if (isDone(change, live.object, live.work) || idle.has(key, change, live.object)) continue
      due.set(key, change)
      // one that waits after a failure keeps waiting, unless it is another write now
      if (!isSameJson(before.get(key), change)) yield* Queue.offer(keys, key)
    }
    return due.values()
  })

  const write = Effect.fnUntraced(function* (key: string) {
    const change = wanted.get(key)
    const live = change && (yield* liveOf(change))
    if (change !== undefined && live !== undefined && !isDone(change, live.object, live.work)) {
      if (yield* isHeld(change, live.object)) return { requeueAfter: heldFor }
      yield* writeNow(key, change, live)
    }
    due.delete(key)
    return undefined
  })

  const writeNow = Effect.fnUntraced(function* (key: string, change: Change, live: Live) {
    const isUnchanged = (written: KubeObject | undefined) =>
      written !== undefined && written.metadata.resourceVersion === live.object?.metadata.resourceVersion
    const written = yield* carryOut(hub, events, change, live).pipe(
      measuredWrite(change, (result) => !isUnchanged(result))
    )
    if (written !== undefined && isUnchanged(written)) {
      idle.add(key, change, written)
    } else {
      idle.delete(key)
      yield* Effect.annotateLogs(Effect.logInfo(sentence(change)), clusterOf(change))
    }
    if (written !== undefined) yield* informerOf(informers, typeOf(change)).upsert(written)
  })

  return { follow, keys: Stream.fromQueue(keys), write } satisfies DueWrites
})

/** What is held looks so often whether it still is: about as long as copies need to be current again. */
const heldFor = Duration.seconds(1)

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
