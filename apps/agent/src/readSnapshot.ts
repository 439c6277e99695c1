import {
  type ApiState,
  type ClusterSnapshot,
  contentKinds,
  type ContentState,
  type KindState,
  snapshotApis
} from "@multicluster-mesh/discovery"
import { type MeshAgentSpec, resources, type ResourceType } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError } from "@multicluster-mesh/ocm-transport"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { type ClusterWatch, type KindWatch, markedObjects } from "./ClusterWatch.ts"
import { makeObjectLooks } from "./lookAtObjects.ts"
import { hasKind, makeServedKinds, type ServedKinds } from "./ServedKinds.ts"

/** Reads the cluster as one value. */
export interface SnapshotReader {
  readonly read: (watch: ClusterWatch, asked: MeshAgentSpec) => Effect.Effect<ClusterSnapshot>
  /** What no watch covers is read anew the next time. */
  readonly forget: Effect.Effect<void>
  readonly forgetKinds: Effect.Effect<void>
}

/** How long a copy that has just lost its connection, or just begun, may hold up a look: it needs one second to be sure. */
const patience = Duration.seconds(2)
/** How long the contents of a namespace are taken as read. */
const contentsAge = Duration.seconds(1)

export const makeSnapshotReader = (api: KubeApi): SnapshotReader => {
  const served = makeServedKinds(api)
  const objects = makeObjectLooks(api, served)
  const contents = makeContents(api, served)
  const givenUp = new Set<KindWatch>()

  const kindState = Effect.fnUntraced(function* (watch: KindWatch): Effect.fn.Return<KindState> {
    const { type } = watch
    // asked anew each time: a copy that begins anew meanwhile is another one
    const synced = Effect.flatMap(watch.informer, (copy) => copy.synced)
    const known = Effect.flatMap(watch.informer, (copy) =>
      Effect.map(copy.list, (objects): KindState => ({ _tag: "Known", objects }))
    )
    if (yield* synced) {
      givenUp.delete(watch)
      return yield* known
    }
    const kinds = yield* Effect.result(served.of(resources.apiVersionOf(type)))
    if (kinds._tag === "Failure") return { _tag: "Unknown", message: kinds.failure.message }
    if (!hasKind(kinds.success, type)) return { _tag: "NotServed" }
    if (!givenUp.has(watch) && (yield* becomesTrue(synced))) return yield* known
    givenUp.add(watch)
    return { _tag: "Unknown", message: `${type.plural}: the copy is not in step with the API server` }
  })

  return {
    forget: Effect.andThen(objects.forget, served.forget),
    forgetKinds: served.forget,
    read: Effect.fnUntraced(function* (watch, asked) {
      const kinds = yield* Effect.forEach(
        watch.snapshot,
        ([name, kind]) => Effect.map(kindState(kind), (state) => [name, state] as const),
        { concurrency: "unbounded" }
      )
      const apis = yield* Effect.forEach(
        snapshotApis,
        (apiVersion) => Effect.map(apiState(served, apiVersion), (state) => [apiVersion, state] as const),
        { concurrency: "unbounded" }
      )
      const marked = markedObjects(
        yield* Effect.forEach(
          watch.marked,
          (kind) => Effect.map(kindState(kind), (state) => ({ type: kind.type, state })),
          { concurrency: "unbounded" }
        )
      )
      return {
        kinds: Object.fromEntries(kinds),
        apis: Object.fromEntries(apis),
        objects: yield* objects.look(asked.objects ?? [], marked),
        unseenMarks: marked.unseen,
        namespaces: yield* contents(asked.namespaces ?? [])
      }
    })
  }
}

const becomesTrue = (check: Effect.Effect<boolean>) =>
  check.pipe(
    Effect.delay("20 millis"),
    Effect.repeat({ until: (holds) => holds }),
    Effect.timeoutOrElse({ duration: patience, orElse: () => Effect.succeed(false) })
  )

const apiState = (served: ServedKinds, apiVersion: string): Effect.Effect<ApiState> =>
  served.of(apiVersion).pipe(
    Effect.map((kinds): ApiState => ({ _tag: "Known", kinds: kinds.map(({ kind }) => kind) })),
    Effect.catch(({ message }) => Effect.succeed<ApiState>({ _tag: "Unknown", message }))
  )

/** Lists what is in namespaces that are to be removed. */
const makeContents = (api: KubeApi, served: ServedKinds) => {
  let read = { at: Number.NEGATIVE_INFINITY, of: "", contents: [] as ClusterSnapshot["namespaces"] }
  const list = (type: ResourceType, namespace: string): Effect.Effect<ContentState> =>
    api.list(type, { namespace, metadataOnly: true }).pipe(
      Effect.map(({ items }): ContentState => ({ _tag: "Known", objects: items })),
      Effect.catchReason("KubeError", "NotServed", () => confirmNotServed(type)),
      Effect.catchReason("KubeError", "Forbidden", () => Effect.succeed<ContentState>({ _tag: "Hidden" })),
      Effect.catch(({ message }) => Effect.succeed<ContentState>({ _tag: "Unknown", message }))
    )
  const confirmNotServed = (type: ResourceType): Effect.Effect<ContentState, KubeError> =>
    Effect.map(served.ask(resources.apiVersionOf(type)), (kinds) =>
      hasKind(kinds, type)
        ? { _tag: "Unknown", message: `${type.plural}: the kind is being installed or replaced` }
        : { _tag: "NotServed" }
    )
  return Effect.fnUntraced(function* (namespaces: ReadonlyArray<string>) {
    const now = yield* Clock.currentTimeMillis
    const of = namespaces.join()
    if (read.of === of && now - read.at < Duration.toMillis(contentsAge)) return read.contents
    const contents = yield* Effect.forEach(namespaces, (namespace) =>
      Effect.map(
        Effect.forEach(
          contentKinds,
          (type) => Effect.map(list(type, namespace), (state) => [type.kind, state] as const),
          { concurrency: 8 }
        ),
        (kinds) => ({ namespace, kinds: Object.fromEntries(kinds) })
      )
    )
    read = { at: now, of, contents }
    return contents
  })
}
