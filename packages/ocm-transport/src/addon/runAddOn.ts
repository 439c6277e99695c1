import { decodeManagedClusterAddOn, resources, type ResourceType } from "@multicluster-mesh/mesh-model"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import * as Stream from "effect/Stream"
import { makeEventRecorder } from "../EventRecorder.ts"
import type { KubeApi, ObjectRef } from "../KubeApi.ts"
import type { KubeError } from "../KubeError.ts"
import type { Readiness } from "../Readiness.ts"
import { reconcileByKey } from "../reconcileByKey.ts"
import type { AddOn } from "./AddOn.ts"
import type { AddOnApi } from "./AddOnApi.ts"
import { type AddOnCopies, complete, staleKinds, startCopies } from "./AddOnCopies.ts"
import { clusterOf, makeApproveCsr } from "./approveCsrs.ts"
import type { AddOnRuntime } from "./AddOnRuntime.ts"
import { reconcileAddOn } from "./reconcileAddOn.ts"
import { reconcileDefinition } from "./reconcileDefinition.ts"
import { type AddOnApiChoice, whileServed } from "./whileServed.ts"

export interface AddOnOptions {
  /** The hub. */
  readonly api: KubeApi
  readonly addOn: AddOn
  /** Clusters whose manifests may have changed for a reason that the framework cannot see. */
  readonly triggers?: Stream.Stream<string>
  /** The version of OCM's add-on API to speak; by default what the hub serves, v1alpha1 first. */
  readonly apiVersion?: AddOnApiChoice
  /** How long a removal waits for what should happen before it; 10 minutes when absent. */
  readonly preDeleteLimit?: Duration.Input
  /** Learns, whenever that changes, whether the add-on is looked after. */
  readonly onReadiness?: (readiness: Readiness) => Effect.Effect<void>
}

/**
 * Runs an add-on on all clusters that OCM chose for it, until it is interrupted: registration, rights and
 * approval for its agents, delivery, configuration, health, removal. One cluster's trouble is never another's.
 */
export const runAddOn = (options: AddOnOptions): Effect.Effect<never> => {
  const { api, apiVersion = "auto", onReadiness = () => Effect.void } = options
  return whileServed({ api, version: apiVersion, onReadiness, run: (addOnApi) => runWith(addOnApi, options) })
}

const runWith = Effect.fnUntraced(function* (
  addOnApi: AddOnApi,
  options: AddOnOptions
): Effect.fn.Return<never, never, Scope> {
  const { api, addOn, triggers = Stream.empty, onReadiness = () => Effect.void } = options
  const copies = yield* startCopies(api, addOnApi, addOn)
  yield* Effect.forkScoped(tellReadiness(copies, onReadiness))
  yield* complete(copies)
  const runtime: AddOnRuntime = {
    api,
    addOnApi,
    addOn,
    copies,
    events: yield* makeEventRecorder(api, `${addOn.name}-addon`),
    preDeleteLimit: Duration.fromInputUnsafe(options.preDeleteLimit ?? Duration.minutes(10))
  }
  const configured = Stream.mergeAll(
    copies.configs.map(({ informer }) => informer.changes),
    { concurrency: "unbounded" }
  )
  const clusters = merged([
    ...[copies.addOns, copies.works, copies.roles, copies.roleBindings].map(({ changes }) =>
      Stream.map(changes, namespaceOf)
    ),
    Stream.map(copies.clusters.changes, ({ name }) => name),
    Stream.flatMap(configured, (ref) => Stream.unwrap(Effect.map(clustersUsing(runtime, ref), Stream.fromIterable))),
    triggers
  ])
  const definitions = merged([
    Stream.map(copies.definition.changes, () => addOn.name),
    Stream.map(configured, () => addOn.name)
  ])
  const requestsOf = (cluster: string) =>
    Effect.map(copies.csrs.list, (csrs) =>
      Stream.fromIterable(csrs.filter((csr) => clusterOf(csr) === cluster).map(({ metadata }) => metadata.name))
    )
  const requests = merged([
    Stream.map(copies.csrs.changes, ({ name }) => name),
    // a request may come before what allows it
    Stream.flatMap(
      merged([Stream.map(copies.addOns.changes, namespaceOf), Stream.map(copies.clusters.changes, ({ name }) => name)]),
      (cluster) => Stream.unwrap(requestsOf(cluster))
    )
  ])
  const approveCsr = makeApproveCsr(runtime)
  const loopOver = ({ kind }: ResourceType) => ({ name: `${kind} of add-on ${addOn.name}` })
  yield* Effect.all(
    [
      reconcileByKey(
        clusters,
        (cluster) => afterConflict(reconcileAddOn(runtime, cluster)),
        loopOver(resources.managedClusterAddOns)
      ),
      reconcileByKey(
        definitions,
        () => afterConflict(reconcileDefinition(runtime)),
        loopOver(resources.clusterManagementAddOns)
      ),
      reconcileByKey(
        requests,
        (request) => afterConflict(approveCsr(request)),
        loopOver(resources.certificateSigningRequests)
      )
    ],
    { concurrency: "unbounded", discard: true }
  )
  return yield* Effect.never
})

const merged = (streams: ReadonlyArray<Stream.Stream<string>>) => Stream.mergeAll(streams, { concurrency: "unbounded" })

const namespaceOf = ({ namespace = "" }: ObjectRef): string => namespace

/** Another writer was faster; its change brings the next run, or else this does. */
const afterConflict = <A>(run: Effect.Effect<A, KubeError>) =>
  Effect.catchReason(run, "KubeError", "Conflict", () => Effect.succeed({ requeueAfter: Duration.seconds(1) }))

/** The clusters whose add-on refers to a configuration of that name, whatever its kind. */
const clustersUsing = Effect.fnUntraced(function* (
  { addOnApi, copies }: AddOnRuntime,
  { name, namespace = "" }: ObjectRef
) {
  const clusters: Array<string> = []
  for (const object of yield* copies.addOns.list) {
    const addOn = yield* Effect.result(decodeManagedClusterAddOn(addOnApi.addOnOf(object)))
    const references = addOn._tag === "Success" ? (addOn.success.status?.configReferences ?? []) : []
    const uses = references.some((reference) => {
      const desired = reference.desiredConfig ?? reference
      return desired.name === name && (desired.namespace ?? "") === namespace
    })
    if (uses) clusters.push(object.metadata.namespace ?? "")
  }
  return clusters
})

const tellReadiness = (copies: AddOnCopies, tell: (readiness: Readiness) => Effect.Effect<void>) => {
  let last = ""
  return staleKinds(copies).pipe(
    Effect.flatMap((stale) => {
      const message = stale.length === 0 ? "looks after the add-on" : `waits for the API server: ${stale.join(", ")}`
      if (message === last) return Effect.void
      last = message
      return Effect.andThen(
        tell({ ready: stale.length === 0, message }),
        stale.length === 0 ? Effect.logInfo(message) : Effect.logDebug(message)
      )
    }),
    Effect.delay("1 second"),
    Effect.forever
  )
}
