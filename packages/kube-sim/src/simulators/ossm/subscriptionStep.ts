import { resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError, KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { ensure, patchStatus, remove } from "../calls.ts"
import { boolAt, textAt } from "../fields.ts"
import type { Again } from "../runController.ts"
import type { Timers } from "../Timers.ts"
import type { OlmCatalog } from "./OlmCatalog.ts"
import { installPlan, olmManager, resolutionFailed, serviceVersion } from "./olmObjects.ts"
import type { OlmDelays } from "./runOlm.ts"

interface Options {
  readonly api: KubeApi
  readonly timers: Timers
  readonly catalog: OlmCatalog
  readonly delays: OlmDelays
}

/** What a Subscription finds in its namespace. */
interface Surroundings {
  readonly csvs: ReadonlyArray<KubeObject>
  /** A Subscription that cannot be resolved; it blocks the others. */
  readonly unresolved: KubeObject | undefined
  /** Whether install plans wait for approval. */
  readonly manual: boolean
}

/** Takes a Subscription one step further: an InstallPlan, its approval, the ClusterServiceVersion, the old one gone. */
export const makeSubscriptionStep = ({ api, timers, catalog, delays }: Options) => {
  const writeStatus = (subscription: KubeObject, status: Readonly<Record<string, unknown>>) =>
    patchStatus(api, resources.subscriptions, subscription, { ...status, ...updated(subscription) }, olmManager)

  const upgrade = Effect.fnUntraced(function* (
    subscription: KubeObject,
    { csvs, manual }: Surroundings
  ): Effect.fn.Return<Again, KubeError> {
    const version = catalog.versionFor(subscription)
    const { namespace, uid } = subscription.metadata
    if (version === undefined || namespace === undefined) return undefined
    const currentCSV = `${textAt(subscription, "spec", "name")}.v${version}`
    const installedCSV = textAt(subscription, "status", "installedCSV")
    // a version that someone deleted does not come back
    if (installedCSV === currentCSV) return undefined
    const left = yield* timers.left(`${uid}/${currentCSV}`, delays.resolve)
    if (left !== undefined) return left

    const plan = yield* ensure(api, resources.installPlans, installPlan(subscription, currentCSV, manual), olmManager)
    const setPhase = (phase: string) =>
      patchStatus(api, resources.installPlans, plan, { phase, catalogSources: [] }, olmManager)
    const reference = { apiVersion: plan.apiVersion, kind: plan.kind, namespace, name: plan.metadata.name }
    const progress = { conditions: [], state: "UpgradePending", currentCSV, installPlanRef: reference }
    if (boolAt(plan, "spec", "approved") !== true) {
      yield* setPhase("RequiresApproval")
      const waiting = { type: "InstallPlanPending", status: "True", reason: "RequiresApproval" }
      yield* writeStatus(subscription, { ...progress, conditions: [waiting] })
      return undefined
    }
    const csv = csvs.find(({ metadata }) => metadata.name === currentCSV)
    const old = csvs.find(({ metadata }) => metadata.name === installedCSV)
    if (csv === undefined || textAt(csv, "status", "phase") !== "Succeeded") {
      yield* setPhase("Installing")
      const wanted = serviceVersion(namespace, currentCSV, version, old)
      yield* ensure(api, resources.clusterServiceVersions, wanted, olmManager)
      if (old !== undefined) {
        yield* patchStatus(api, resources.clusterServiceVersions, old, { phase: "Replacing" }, olmManager)
      }
      yield* writeStatus(subscription, progress)
      return delays.csvPhase
    }
    yield* setPhase("Complete")
    yield* writeStatus(subscription, { ...progress, state: "AtLatestKnown", installedCSV: currentCSV })
    if (old !== undefined) yield* remove(api, resources.clusterServiceVersions, old.metadata)
    return undefined
  })

  return Effect.fnUntraced(function* (
    subscription: KubeObject,
    around: Surroundings
  ): Effect.fn.Return<Again, KubeError> {
    if (around.unresolved === undefined) return yield* upgrade(subscription, around)
    if (textAt(subscription, "status", "installedCSV") === undefined) {
      yield* writeStatus(subscription, { conditions: [resolutionFailed(around.unresolved)] })
    }
    return undefined
  })
}

/** A required field of which nobody makes use. */
const updated = ({ metadata }: KubeObject) => ({ lastUpdated: metadata.creationTimestamp ?? "1970-01-01T00:00:00Z" })
