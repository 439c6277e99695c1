import { resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError, KubeObject, ObjectRef, OwnerReference } from "@multicluster-mesh/ocm-transport"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { ensure, find, patchStatus } from "../calls.ts"
import { listAt, textAt } from "../fields.ts"
import { type Again, runController, soonest } from "../runController.ts"
import { makeTimers } from "../Timers.ts"
import {
  appliedResource,
  appliedResourcesOf,
  appliedWorkOf,
  deleteAppliedWork,
  deleteResources,
  ownerOf
} from "./AppliedWork.ts"
import { makeApplyManifest } from "./applyManifest.ts"
import { servedType } from "./servedTypes.ts"
import { optionsOf } from "./workOptions.ts"
import { makeWorkRights } from "./workRights.ts"
import { type ManifestResult, workStatus } from "./workStatus.ts"

const manager = "work-agent"
const finalizer = "cluster.open-cluster-management.io/manifest-work-cleanup"
const hubName = "hub"

export interface WorkAgentDelays {
  /** Drift is repaired this long after the last apply. */
  readonly reapply: Duration.Duration
  /** How often the agent looks whether the objects are still there. */
  readonly statusSync: Duration.Duration
  /** A failed apply, or a deletion under way, is looked at again. */
  readonly retry: Duration.Duration
  /** An aggregated ClusterRole begins to count. */
  readonly aggregation: Duration.Duration
  /** The record of a work that has vanished from the hub is kept so long. */
  readonly evictionGrace: Duration.Duration
}

interface Applied {
  readonly generation: number | undefined
  readonly nextAt: number
  readonly results: ReadonlyArray<ManifestResult>
}

export interface WorkAgent {
  /** Whether the agent reaches its hub; while it does not, it does nothing. */
  readonly setConnected: (connected: boolean) => Effect.Effect<void>
}

/**
 * OCM's work agent of one cluster (open-cluster-management-io/ocm, pkg/work/spoke): works of the hub's namespace
 * `cluster` become objects there. Objects are not watched: drift is repaired on the timer, or when the work changes.
 */
export const runWorkAgent = Effect.fnUntraced(function* (
  hub: KubeApi,
  cluster: string,
  api: KubeApi,
  delays: WorkAgentDelays
) {
  const rights = yield* makeWorkRights(api, delays.aggregation)
  const applyManifest = makeApplyManifest(api, rights)
  const works = yield* hub.informer(resources.manifestWorks, { namespace: cluster })
  const applied = new Map<string, Applied>()
  const timers = makeTimers()
  let connected = true

  const applyOne = Effect.fnUntraced(function* (work: KubeObject, manifest: KubeObject, owner: OwnerReference) {
    const type = yield* servedType(api, manifest.apiVersion, (kind) => kind.kind === manifest.kind)
    if (type === undefined) {
      const problem = `no matches for kind "${manifest.kind}" in version "${manifest.apiVersion}"`
      return { result: { manifest, type, problem, present: undefined }, object: undefined, conflict: false }
    }
    const result = yield* Effect.result(applyManifest(type, manifest, optionsOf(work, type, manifest), owner))
    if (Result.isSuccess(result)) {
      return { result: { manifest, type, present: true }, object: result.success, conflict: false }
    }
    const { conflict, message } = result.failure
    const present = yield* isPresent({ manifest, type, present: undefined })
    return { result: { manifest, type, problem: message, present }, object: undefined, conflict }
  })

  const isPresent = Effect.fnUntraced(function* ({ type, manifest }: ManifestResult) {
    if (type === undefined || (yield* rights.refusal("get", type, manifest.metadata)) !== undefined) return undefined
    return (yield* find(api, type, manifest.metadata)) !== undefined
  })

  const applyWork = Effect.fnUntraced(function* (work: KubeObject) {
    const record = yield* ensure(
      api,
      resources.appliedManifestWorks,
      appliedWorkOf(hubName, work.metadata.name),
      manager
    )
    const owner = ownerOf(record)
    const outcomes = yield* Effect.forEach(listAt(work, "spec", "workload", "manifests").filter(isObject), (manifest) =>
      applyOne(work, manifest, owner)
    )
    const owned = yield* Effect.forEach(outcomes, ({ result: { type, manifest }, object }) =>
      type === undefined
        ? Effect.succeed([])
        : Effect.map(object === undefined ? find(api, type, manifest.metadata) : Effect.succeed(object), (object) =>
            object?.metadata.ownerReferences?.some(({ uid }) => uid === owner.uid) === true
              ? [appliedResource(type, object)]
              : []
          )
    )
    const kept = owned.flat()
    const dropped = appliedResourcesOf(record).filter(({ uid }) => !kept.some((other) => other.uid === uid))
    const remaining = yield* deleteResources(api, rights, dropped, owner)
    const status = { appliedResources: [...kept, ...remaining] }
    yield* patchStatus(api, resources.appliedManifestWorks, record, status, manager)
    const now = yield* Clock.currentTimeMillis
    const failed = remaining.length > 0 || outcomes.some(({ result, conflict }) => "problem" in result && !conflict)
    return {
      generation: work.metadata.generation,
      nextAt: now + Duration.toMillis(failed ? delays.retry : delays.reapply),
      results: outcomes.map(({ result }) => result)
    }
  })

  const finalize = Effect.fnUntraced(function* (work: KubeObject): Effect.fn.Return<Again, KubeError> {
    const record = appliedWorkOf(hubName, work.metadata.name).metadata.name
    if (!(yield* deleteAppliedWork(api, rights, record))) return delays.retry
    applied.delete(work.metadata.name)
    const finalizers = (work.metadata.finalizers ?? []).filter((other) => other !== finalizer)
    yield* hub.patch(resources.manifestWorks, work.metadata, { metadata: { finalizers } }, { fieldManager: manager })
    return undefined
  })

  const reconcile = Effect.fnUntraced(function* (ref: ObjectRef): Effect.fn.Return<Again, KubeError> {
    if (!connected) return undefined
    const work = yield* find(hub, resources.manifestWorks, ref)
    if (work === undefined) return undefined
    const finalizers = work.metadata.finalizers ?? []
    if (work.metadata.deletionTimestamp !== undefined) {
      return finalizers.includes(finalizer) ? yield* finalize(work) : undefined
    }
    if (!finalizers.includes(finalizer)) {
      const { resourceVersion } = work.metadata
      const patch = { metadata: { resourceVersion, finalizers: [...finalizers, finalizer] } }
      yield* hub.patch(resources.manifestWorks, ref, patch, { fieldManager: manager })
    }
    const now = yield* Clock.currentTimeMillis
    const before = applied.get(ref.name)
    const due = before === undefined || before.generation !== work.metadata.generation || before.nextAt <= now
    const current = due
      ? yield* applyWork(work)
      : {
          ...before,
          results: yield* Effect.forEach(before.results, (result) =>
            Effect.map(isPresent(result), (present) => ({ ...result, present }))
          )
        }
    applied.set(ref.name, current)
    const status = workStatus(current.results, work.metadata.generation ?? 0)
    yield* patchStatus(hub, resources.manifestWorks, work, status, manager)
    return soonest(Duration.millis(Math.max(current.nextAt - (yield* Clock.currentTimeMillis), 1)), delays.statusSync)
  })

  const ask = yield* runController({ keys: works.changes, reconcile, retry: delays.retry })

  /** A work that vanished without its finalizer, or with its hub: what it owns goes after a grace period. */
  const evict = Effect.fnUntraced(function* (ref: ObjectRef): Effect.fn.Return<Again, KubeError> {
    const record = connected ? yield* find(api, resources.appliedManifestWorks, ref) : undefined
    if (record === undefined) return undefined
    const name = textAt(record, "spec", "manifestWorkName") ?? ""
    if (record.metadata.deletionTimestamp === undefined) {
      if ((yield* works.get({ namespace: cluster, name })) !== undefined) {
        timers.forget(ref.name)
        return undefined
      }
      const left = yield* timers.left(ref.name, delays.evictionGrace)
      if (left !== undefined) return left
    }
    return (yield* deleteAppliedWork(api, rights, ref.name)) ? undefined : delays.retry
  })

  const records = yield* api.informer(resources.appliedManifestWorks, { metadataOnly: true })
  yield* runController({
    keys: Stream.merge(
      records.changes,
      Stream.map(works.changes, (work) => appliedWorkOf(hubName, work.name).metadata)
    ),
    reconcile: evict,
    retry: delays.retry
  })

  const askAll = Effect.flatMap(works.list, (all) =>
    Effect.forEach(all, (work) => ask(work.metadata), { discard: true })
  )
  return {
    setConnected: (now) =>
      Effect.suspend(() => {
        connected = now
        return now ? askAll : Effect.void
      })
  } satisfies WorkAgent
})

const isObject = (value: unknown): value is KubeObject =>
  typeof value === "object" && value !== null && "apiVersion" in value && "kind" in value && "metadata" in value
