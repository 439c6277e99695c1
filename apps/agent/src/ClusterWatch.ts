import { type KindState, snapshotKinds, type SnapshotKindName } from "@multicluster-mesh/discovery"
import { labels, resources, type ResourceType } from "@multicluster-mesh/mesh-model"
import type { Informer, InformerOptions, KubeApi, KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import * as ScopedRef from "effect/ScopedRef"
import * as Stream from "effect/Stream"

/** The copy of one kind. It begins anew when the definition of the kind changes: an operator has brought it. */
export interface KindWatch {
  readonly type: ResourceType
  readonly informer: Effect.Effect<Informer>
}

/** Copies of what the agent watches on its cluster. */
export interface ClusterWatch {
  readonly snapshot: ReadonlyMap<SnapshotKindName, KindWatch>
  /** The objects with the mark of the fleet, by metadata alone. */
  readonly marked: ReadonlyArray<KindWatch>
}

/**
 * Watches the cluster while the scope lives. `onChange` runs at each change, `onNewKinds` when the kinds that are
 * served may have changed.
 */
export const watchCluster = Effect.fnUntraced(function* (
  api: KubeApi,
  fleetId: string,
  onChange: Effect.Effect<void>,
  onNewKinds: Effect.Effect<void>
) {
  const watchKind = Effect.fnUntraced(function* (type: ResourceType, options: InformerOptions) {
    const start = Effect.tap(api.informer(type, options), (informer) =>
      Effect.forkScoped(Stream.runForEach(informer.changes, () => onChange))
    )
    const current = yield* ScopedRef.fromAcquire(start)
    const restart = Effect.gen(function* () {
      const informer = yield* ScopedRef.get(current)
      if (!(yield* informer.synced)) yield* ScopedRef.set(current, start)
    })
    return { type, informer: ScopedRef.get(current), restart }
  })
  const snapshot = yield* Effect.forEach(snapshotKinds, ({ name, type, ...options }) =>
    Effect.map(watchKind(type, options), (watch) => [name, watch] as const)
  )
  const marked = yield* Effect.forEach(resources.delivered, (type) =>
    watchKind(type, { metadataOnly: true, labelSelector: `${labels.fleetLabel}=${fleetId}` })
  )
  const definitions = yield* api.informer(resources.customResourceDefinitions, { metadataOnly: true })
  const all = [...snapshot.map(([, watch]) => watch), ...marked]
  yield* definitions.changes.pipe(
    Stream.runForEach(({ name }) =>
      Effect.gen(function* () {
        const waiting = all.filter((watch) => `${watch.type.plural}.${watch.type.group}` === name)
        if (waiting.length === 0) return
        yield* onNewKinds
        yield* Effect.forEach(waiting, (watch) => watch.restart, { discard: true })
        yield* onChange
      })
    ),
    Effect.forkScoped
  )
  const watch: ClusterWatch = { snapshot: new Map(snapshot), marked }
  return watch
})

/** The objects with the mark of the fleet, as far as they are known. */
export interface MarkedObjects {
  readonly objects: ReadonlyArray<KubeObject>
  /** Of which kinds there may be others, and why; a line each. */
  readonly unseen: ReadonlyArray<string>
  /** Whether the copy of that kind may lack something. */
  readonly isBehind: (object: { readonly apiVersion: string; readonly kind: string }) => boolean
}

/** What is known of the marked objects of each kind, taken together. */
export const markedObjects = (
  kinds: ReadonlyArray<{ readonly type: ResourceType; readonly state: KindState }>
): MarkedObjects => {
  const inStep = kinds.flatMap(({ state, type }) => (state._tag === "Known" ? [type] : []))
  return {
    objects: kinds.flatMap(({ state }) => (state._tag === "Known" ? state.objects : [])),
    unseen: kinds.flatMap(({ state }) => (state._tag === "Unknown" ? [state.message] : [])),
    isBehind: ({ apiVersion, kind }) =>
      !inStep.some((type) => type.kind === kind && resources.apiVersionOf(type) === apiVersion)
  }
}
