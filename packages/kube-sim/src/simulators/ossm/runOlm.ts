import { hashOf, resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError, KubeObject, ObjectRef } from "@multicluster-mesh/ocm-transport"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { ensure, listAll, patchStatus, remove } from "../calls.ts"
import { boolAt, textAt } from "../fields.ts"
import { operatorGroups } from "../kinds.ts"
import { type Again, runController, soonest } from "../runController.ts"
import { makeTimers } from "../Timers.ts"

const manager = "olm"

/** The packages of a catalog source, with the newest version in each channel. */
export type Catalog = Readonly<Record<string, Readonly<Record<string, string>>>>

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
 * Operator Lifecycle Manager (ossm2.md 5): Subscription, InstallPlan, ClusterServiceVersion, each in its phases. A
 * namespace without an OperatorGroup is left alone, one Manual subscription makes all its install plans manual, and one
 * subscription that cannot be resolved blocks the others.
 */
export const runOlm = Effect.fnUntraced(function* ({ api, catalog: given, delays, install, onChange }: OlmOptions) {
  const catalog = new Map(Object.entries(given).map(([name, channels]) => [name, new Map(Object.entries(channels))]))
  const timers = makeTimers()
  const running = new Map<string, string>()

  const wantedVersion = (subscription: KubeObject): string | undefined => {
    const channels = catalog.get(textAt(subscription, "spec", "name") ?? "")
    const channel = textAt(subscription, "spec", "channel") ?? [...(channels?.keys() ?? [])][0]
    return textAt(subscription, "spec", "source") === "redhat-operators" ? channels?.get(channel ?? "") : undefined
  }

  const setRunning = (csv: string, packageName: string | undefined) =>
    Effect.suspend(() => {
      const before = running.get(csv)
      if (before === packageName) return Effect.void
      if (packageName === undefined) running.delete(csv)
      else running.set(csv, packageName)
      return onChange
    })

  const csvStep = Effect.fnUntraced(function* (csv: KubeObject, groups: number): Effect.fn.Return<Again, KubeError> {
    const name = csv.metadata.name
    const packageName = name.slice(0, name.indexOf("."))
    const phase = textAt(csv, "status", "phase") ?? ""
    const set = (next: string, reason: string, message = "") =>
      patchStatus(api, resources.clusterServiceVersions, csv, { phase: next, reason, message }, manager)
    if (csv.metadata.deletionTimestamp !== undefined) return undefined
    if (groups > 1) {
      yield* set("Failed", "TooManyOperatorGroups", "csv created in namespace with multiple operatorgroups")
      return undefined
    }
    if (phase === "Succeeded" || phase === "Replacing") {
      yield* setRunning(name, packageName)
      return undefined
    }
    const next = { "": "Pending", Pending: "InstallReady", InstallReady: "Installing", Installing: "Succeeded" }[phase]
    if (next === undefined) return undefined
    if (phase !== "") {
      const left = yield* timers.left(`${csv.metadata.uid}/${phase}`, delays.csvPhase)
      if (left !== undefined) return left
    }
    if (next === "Installing") yield* install(packageName)
    // the webhooks are in force before anyone reads that it has succeeded
    if (next === "Succeeded") yield* setRunning(name, packageName)
    yield* set(next, next === "Succeeded" ? "InstallSucceeded" : "AllRequirementsMet")
    return delays.csvPhase
  })

  const subscriptionStep = Effect.fnUntraced(function* (
    subscription: KubeObject,
    csvs: ReadonlyArray<KubeObject>,
    manual: boolean
  ): Effect.fn.Return<Again, KubeError> {
    const version = wantedVersion(subscription)
    const { namespace, uid } = subscription.metadata
    if (version === undefined || namespace === undefined) return undefined
    const set = (status: Readonly<Record<string, unknown>>) =>
      patchStatus(
        api,
        resources.subscriptions,
        subscription,
        { conditions: [], ...status, ...updated(subscription) },
        manager
      )
    const currentCSV = `${textAt(subscription, "spec", "name")}.v${version}`
    const installedCSV = textAt(subscription, "status", "installedCSV")
    const csv = csvs.find(({ metadata }) => metadata.name === currentCSV)
    const old = csvs.find(({ metadata }) => metadata.name === installedCSV && installedCSV !== currentCSV)
    // a version that someone deleted does not come back
    if (installedCSV === currentCSV) return undefined
    const left = yield* timers.left(`${uid}/${currentCSV}`, delays.resolve)
    if (left !== undefined) return left

    const plan = yield* ensure(api, resources.installPlans, installPlan(subscription, currentCSV, manual), manager)
    const reference = { apiVersion: plan.apiVersion, kind: plan.kind, namespace, name: plan.metadata.name }
    const progress = { state: "UpgradePending", currentCSV, installPlanRef: reference }
    const setPhase = (phase: string) =>
      patchStatus(api, resources.installPlans, plan, { phase, catalogSources: [] }, manager)
    if (boolAt(plan, "spec", "approved") !== true) {
      yield* setPhase("RequiresApproval")
      yield* set({
        ...progress,
        conditions: [{ type: "InstallPlanPending", status: "True", reason: "RequiresApproval" }]
      })
      return undefined
    }
    if (csv === undefined || textAt(csv, "status", "phase") !== "Succeeded") {
      yield* setPhase("Installing")
      yield* ensure(api, resources.clusterServiceVersions, serviceVersion(namespace, currentCSV, version, old), manager)
      if (old !== undefined) {
        yield* patchStatus(api, resources.clusterServiceVersions, old, { phase: "Replacing" }, manager)
      }
      yield* set(progress)
      return delays.csvPhase
    }
    yield* setPhase("Complete")
    yield* set({ ...progress, state: "AtLatestKnown", installedCSV: currentCSV })
    if (old !== undefined) yield* remove(api, resources.clusterServiceVersions, old.metadata)
    return undefined
  })

  const reconcile = Effect.fnUntraced(function* ({ name: namespace }: ObjectRef): Effect.fn.Return<Again, KubeError> {
    const groups = yield* listAll(api, operatorGroups, { namespace })
    const csvs = yield* listAll(api, resources.clusterServiceVersions, { namespace })
    for (const csv of running.keys()) {
      const isHere = csvNamespaces.get(csv) === namespace
      if (isHere && !csvs.some(({ metadata }) => metadata.name === csv)) yield* setRunning(csv, undefined)
    }
    if (groups.length === 0) return undefined
    const subscriptions = yield* listAll(api, resources.subscriptions, { namespace })
    const unresolved = subscriptions.find((subscription) => wantedVersion(subscription) === undefined)
    const manual = subscriptions.some((other) => textAt(other, "spec", "installPlanApproval") === "Manual")
    const waits: Array<Again> = []
    for (const csv of csvs) {
      csvNamespaces.set(csv.metadata.name, namespace)
      waits.push(yield* csvStep(csv, groups.length))
    }
    for (const subscription of subscriptions) {
      if (unresolved === undefined) {
        waits.push(yield* subscriptionStep(subscription, csvs, manual))
      } else if (textAt(subscription, "status", "installedCSV") === undefined) {
        const status = { conditions: [resolutionFailed(unresolved)], ...updated(subscription) }
        yield* patchStatus(api, resources.subscriptions, subscription, status, manager)
      }
    }
    return soonest(...waits)
  })
  const csvNamespaces = new Map<string, string>()

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
    running: () => new Set(running.values()),
    publish: (packageName, channel, version) =>
      Effect.suspend(() => {
        const channels = catalog.get(packageName) ?? new Map<string, string>()
        channels.set(channel, version)
        catalog.set(packageName, channels)
        return Effect.flatMap(Effect.orDie(listAll(api, resources.subscriptions)), (all) =>
          Effect.forEach(all, ({ metadata }) => ask({ name: metadata.namespace ?? "" }), { discard: true })
        )
      })
  } satisfies Olm
})

/** A required field of which nobody makes use. */
const updated = ({ metadata }: KubeObject) => ({ lastUpdated: metadata.creationTimestamp ?? "1970-01-01T00:00:00Z" })

const resolutionFailed = (subscription: KubeObject) => ({
  type: "ResolutionFailed",
  status: "True",
  reason: "ConstraintsNotSatisfiable",
  message: `constraints not satisfiable: no operators found in channel ${textAt(subscription, "spec", "channel") ?? ""} of package ${textAt(subscription, "spec", "name")} in the catalog referenced by subscription ${subscription.metadata.name}`
})

const installPlan = ({ metadata }: KubeObject, csv: string, manual: boolean): KubeObject => ({
  apiVersion: "operators.coreos.com/v1alpha1",
  kind: "InstallPlan",
  metadata: {
    name: `install-${hashOf(`${metadata.uid} ${csv}`, 5)}`,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace })
  },
  spec: { approval: manual ? "Manual" : "Automatic", approved: !manual, clusterServiceVersionNames: [csv] }
})

const serviceVersion = (namespace: string, name: string, version: string, old: KubeObject | undefined): KubeObject => ({
  apiVersion: "operators.coreos.com/v1alpha1",
  kind: "ClusterServiceVersion",
  metadata: { name, namespace },
  spec: {
    displayName: name.slice(0, name.indexOf(".")),
    install: { strategy: "deployment" },
    version,
    ...(old === undefined ? {} : { replaces: old.metadata.name })
  }
})
