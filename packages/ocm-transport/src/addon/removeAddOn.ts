import { type ManifestWork, resources, type Verdict } from "@multicluster-mesh/mesh-model"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { KubeObject } from "../KubeApi.ts"
import type { KubeError } from "../KubeError.ts"
import type { LookAgain } from "../reconcileByKey.ts"
import type { AddOn, FeedbackRule } from "./AddOn.ts"
import { applyWork, renderManifests } from "./deploy.ts"
import { workOf } from "./deployWorks.ts"
import { oldPreDeleteFinalizer, preDeleteAnnotation, preDeleteFinalizer, preDeleteWorkName } from "./keys.ts"
import { type AddOnFacts, type AddOnRuntime, fieldManagerOf } from "./AddOnRuntime.ts"
import { writeAddOnStatus } from "./writeAddOnStatus.ts"

const isHook = ({ metadata }: KubeObject): boolean => metadata.annotations?.[preDeleteAnnotation] !== undefined

/** Whether something must happen before the add-on goes; undefined while that is not known. */
export const needsPreDelete = Effect.fnUntraced(function* (
  { preDelete }: AddOn,
  cluster: string,
  manifests: ReadonlyArray<KubeObject> | undefined
) {
  const always = preDelete !== undefined && preDelete.isNeeded === undefined
  const needed = always || (preDelete?.isNeeded === undefined ? false : yield* preDelete.isNeeded(cluster))
  const hasHooks = manifests?.some(isHook) ?? (preDelete === undefined ? undefined : false)
  if (needed === true || hasHooks === true) return true
  return needed === undefined || hasHooks === undefined ? undefined : false
})

/**
 * Lets an add-on go once all is done that must happen before, or once the limit for it has passed: a cluster that
 * never comes back must not keep its namespace on the hub. Until then works, rights and credentials stay, so that the
 * agent can still do its part. The rest is garbage collection by ownerReferences.
 */
export const removeAddOn = Effect.fnUntraced(function* (
  runtime: AddOnRuntime,
  facts: AddOnFacts
): Effect.fn.Return<LookAgain | void, KubeError> {
  const { object } = facts
  if (!hasFinalizer(object)) return undefined
  const since = Option.map(DateTime.make(object.metadata.deletionTimestamp ?? ""), DateTime.toEpochMillis)
  const waited = (yield* Clock.currentTimeMillis) - Option.getOrElse(since, () => 0)
  const left = Duration.toMillis(runtime.preDeleteLimit) - waited
  if (facts.cluster === undefined) return yield* setFinalizer(runtime, object, false)
  const checked = yield* checkWaits(runtime, facts)
  if (left <= 0) {
    const last = facts.addOn.status?.conditions?.find(({ type }) => type === hookCompleted)?.message
    const rest = checked.length > 0 ? checked.join("; ") : (last ?? "nothing is known of it")
    const message = `what should happen before the removal was not done in time, and is left: ${rest}`
    yield* runtime.events.record(object, { type: "Warning", reason: "PreDeleteGivenUp", message })
    yield* Effect.logWarning(`add-on ${facts.addOn.metadata.name}: ${message}`)
    return yield* setFinalizer(runtime, object, false)
  }
  const waits = [...checked, ...(yield* hookWaits(runtime, facts))]
  if (waits.length === 0) return yield* setFinalizer(runtime, object, false)
  yield* writeAddOnStatus(runtime, facts, { verdicts: [uncompleted(waits.join("; "))] })
  return { requeueAfter: Duration.min(Duration.seconds(2), Duration.millis(left)) }
})

const hookCompleted = "HookManifestCompleted"

const uncompleted = (message: string): Verdict => ({
  type: hookCompleted,
  status: "False",
  reason: "HookManifestIsNotCompleted",
  message
})

const checkWaits = Effect.fnUntraced(function* (
  { addOn: { preDelete } }: AddOnRuntime,
  { addOn, cluster }: AddOnFacts
) {
  if (preDelete === undefined) return []
  const { done, message } = yield* preDelete.check({ addOn, cluster })
  return done ? [] : [message]
})

const hookFeedback = ({ kind, apiVersion }: KubeObject): ReadonlyArray<FeedbackRule> | undefined =>
  (kind === "Job" && apiVersion === "batch/v1") || (kind === "Pod" && apiVersion === "v1")
    ? [{ type: "WellKnownStatus" }]
    : undefined

/** Delivers the Jobs and Pods that run before the add-on goes, and says for which of them it waits. */
const hookWaits = Effect.fnUntraced(function* (runtime: AddOnRuntime, facts: AddOnFacts) {
  if (facts.cluster === undefined) return []
  const rendered = yield* renderManifests(runtime, facts, facts.cluster)
  // what has no manifests, because its configuration is gone already, may have no hooks: one with a check of its own has none
  if (Result.isFailure(rendered)) return runtime.addOn.preDelete === undefined ? [rendered.failure] : []
  const hooks = rendered.success.filter(isHook)
  if (hooks.length === 0) return []
  const { addOn, configs, works } = facts
  const wanted = workOf(
    { addOn, installNamespace: configs.installNamespace, feedback: hookFeedback },
    preDeleteWorkName(addOn.metadata.name),
    hooks
  )
  const work = yield* applyWork(runtime, works, wanted)
  return hooks
    .filter((hook) => !isComplete(work, hook))
    .map(({ kind, metadata }) => `waits for ${kind} ${metadata.name}`)
})

const isComplete = ({ status }: ManifestWork, hook: KubeObject): boolean =>
  status?.resourceStatus?.manifests?.some(
    ({ resourceMeta, statusFeedback }) =>
      resourceMeta.kind === hook.kind &&
      resourceMeta.name === hook.metadata.name &&
      (resourceMeta.namespace ?? "") === (hook.metadata.namespace ?? "") &&
      statusFeedback?.values?.some(
        ({ name, fieldValue }) =>
          (name === "JobComplete" && fieldValue.string === "True") ||
          (name === "PodPhase" && fieldValue.string === "Succeeded")
      )
  ) ?? false

const ours = new Set([preDeleteFinalizer, oldPreDeleteFinalizer])

const hasFinalizer = ({ metadata }: KubeObject): boolean =>
  metadata.finalizers?.some((finalizer) => ours.has(finalizer)) ?? false

/** The last finalizer of an object in deletion is its end. */
const isGone = ({ metadata: { deletionTimestamp, finalizers = [] } }: KubeObject): boolean =>
  deletionTimestamp !== undefined && finalizers.length === 0

/** Sets or takes the finalizer; other finalizers stay. */
export const setFinalizer = Effect.fnUntraced(function* (
  { api, addOn, addOnApi, copies }: AddOnRuntime,
  object: KubeObject,
  present: boolean
) {
  const { name, namespace = "", uid, resourceVersion, finalizers = [] } = object.metadata
  if (present ? finalizers.includes(preDeleteFinalizer) : !hasFinalizer(object)) return
  const others = finalizers.filter((finalizer) => !ours.has(finalizer))
  const written = yield* Effect.catchReason(
    api.patch(
      addOnApi.typeOf(resources.managedClusterAddOns),
      { name, namespace },
      { metadata: { uid, resourceVersion, finalizers: present ? [...others, preDeleteFinalizer] : others } },
      { fieldManager: fieldManagerOf(addOn) }
    ),
    "KubeError",
    "NotFound",
    () => Effect.undefined
  )
  if (written !== undefined && !isGone(written)) yield* copies.addOns.upsert(written)
})
