import { resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError, ObjectRef } from "@multicluster-mesh/ocm-transport"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { listAll } from "../calls.ts"
import { textAt } from "../fields.ts"
import { operatorGroups } from "../kinds.ts"
import { type Again, runController, soonest } from "../runController.ts"
import { makeTimers } from "../Timers.ts"
import { type Catalog, makeOlmCatalog } from "./OlmCatalog.ts"
import { makeRunningOperators } from "./RunningOperators.ts"
import { makeServiceVersionStep } from "./serviceVersionStep.ts"
import { makeSubscriptionStep } from "./subscriptionStep.ts"

export interface OlmDelays {
  /** Subscription to InstallPlan. */
  readonly resolve: Duration.Duration
  /** Each phase of a ClusterServiceVersion. */
  readonly csvPhase: Duration.Duration
  readonly retry: Duration.Duration
}

export interface Olm {
  /** Packages whose operator runs: its ClusterServiceVersion has Succeeded. */
  readonly running: () => ReadonlySet<string>
  /** Puts a newer version into a channel, as a catalog update does. */
  readonly publish: (packageName: string, channel: string, version: string) => Effect.Effect<void>
}

interface OlmOptions {
  readonly api: KubeApi
  readonly catalog: Catalog
  readonly delays: OlmDelays
  /** Called before a version of a package reaches Installing: brings its kinds. */
  readonly install: (packageName: string) => Effect.Effect<void, KubeError>
  /** The operator of a package has begun or ceased to run. */
  readonly onChange: Effect.Effect<void>
}

/**
 * Operator Lifecycle Manager: Subscription, InstallPlan, ClusterServiceVersion, each in its phases. A
 * namespace without an OperatorGroup is left alone, one Manual subscription makes all its install plans manual, and one
 * subscription that cannot be resolved blocks the others.
 */
export const runOlm = Effect.fnUntraced(function* ({ api, catalog: given, delays, install, onChange }: OlmOptions) {
  const catalog = makeOlmCatalog(given)
  const timers = makeTimers()
  const running = makeRunningOperators(onChange)
  const stepServiceVersion = makeServiceVersionStep({ api, timers, running, csvPhase: delays.csvPhase, install })
  const stepSubscription = makeSubscriptionStep({ api, timers, catalog, delays })

  const reconcile = Effect.fnUntraced(function* ({ name: namespace }: ObjectRef): Effect.fn.Return<Again, KubeError> {
    const groups = yield* listAll(api, operatorGroups, { namespace })
    const csvs = yield* listAll(api, resources.clusterServiceVersions, { namespace })
    const names = csvs.map(({ metadata }) => metadata.name)
    yield* running.keepOnly(namespace, names)
    if (groups.length === 0) return undefined
    const subscriptions = yield* listAll(api, resources.subscriptions, { namespace })
    const unresolved = subscriptions.find((subscription) => catalog.versionFor(subscription) === undefined)
    const manual = subscriptions.some((other) => textAt(other, "spec", "installPlanApproval") === "Manual")
    const waits: Array<Again> = []
    for (const csv of csvs) waits.push(yield* stepServiceVersion(csv, groups.length))
    for (const subscription of subscriptions) {
      waits.push(yield* stepSubscription(subscription, { csvs, unresolved, manual }))
    }
    return soonest(...waits)
  })

  const informers = yield* Effect.forEach(
    [resources.subscriptions, resources.installPlans, resources.clusterServiceVersions, operatorGroups],
    (type) => api.informer(type, { metadataOnly: true })
  )
  const ask = yield* runController({
    keys: Stream.mergeAll(
      informers.map((informer) => Stream.map(informer.changes, ({ namespace }) => ({ name: namespace ?? "" }))),
      { concurrency: "unbounded" }
    ),
    reconcile,
    retry: delays.retry
  })

  return {
    running: running.packages,
    publish: Effect.fnUntraced(function* (packageName, channel, version) {
      catalog.put(packageName, channel, version)
      for (const { metadata } of yield* Effect.orDie(listAll(api, resources.subscriptions))) {
        yield* ask({ name: metadata.namespace ?? "" })
      }
    })
  } satisfies Olm
})
