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

/** Whether something must happen before the add-on goes. */
export const needsPreDelete = (addOn: AddOn, manifests: ReadonlyArray<KubeObject> | undefined): boolean =>
  addOn.preDelete !== undefined || (manifests?.some(isHook) ?? false)

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
  if (left <= 0) {
    const message = "what should happen before the removal was not done in time, and is left"
    yield* runtime.events.record(object, { type: "Warning", reason: "PreDeleteGivenUp", message })
    yield* Effect.logWarning(`add-on ${facts.addOn.metadata.name}: ${message}`)
    return yield* setFinalizer(runtime, object, false)
  }
  const waits = [...(yield* checkWaits(runtime, facts)), ...(yield* hookWaits(runtime, facts))]
  if (waits.length === 0) return yield* setFinalizer(runtime, object, false)
  yield* writeAddOnStatus(runtime, facts, { verdicts: [uncompleted(waits.join("; "))] })
  return { requeueAfter: Duration.min(Duration.seconds(2), Duration.millis(left)) }
})

const uncompleted = (message: string): Verdict => ({
  type: "HookManifestCompleted",
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
  if (Result.isFailure(rendered)) return [rendered.failure]
  const hooks = rendered.success.filter(isHook)
  if (hooks.length === 0) return []
  const { addOn, configs, works } = facts
  const wanted = workOf(
    { addOn, installNamespace: configs.installNamespace, hashes: {}, feedback: hookFeedback },
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

/** Sets or takes the finalizer; other finalizers stay. */
export const setFinalizer = Effect.fnUntraced(function* (
  { api, addOn, copies }: AddOnRuntime,
  object: KubeObject,
  present: boolean
) {
  const { name, namespace = "", uid, resourceVersion, finalizers = [] } = object.metadata
  if (present ? finalizers.includes(preDeleteFinalizer) : !hasFinalizer(object)) return
  const others = finalizers.filter((finalizer) => !ours.has(finalizer))
  const written = yield* Effect.catchReason(
    api.patch(
      resources.managedClusterAddOns,
      { name, namespace },
      { metadata: { uid, resourceVersion, finalizers: present ? [...others, preDeleteFinalizer] : others } },
      { fieldManager: fieldManagerOf(addOn) }
    ),
    "KubeError",
    "NotFound",
    () => Effect.undefined
  )
  if (written !== undefined && present) yield* copies.addOns.upsert(written)
})
