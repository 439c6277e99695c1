import {
  decodeMeshPeering,
  isDeleting,
  keyOf,
  labels,
  type MeshPeering,
  resources,
  type ResourceType
} from "@multicluster-mesh/mesh-model"
import { eventAbout, type KubeApi, type KubeError, type KubeObject } from "@multicluster-mesh/ocm-transport"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { deleteDefinition } from "./deleteDefinition.ts"
import { insteadOfController } from "./insteadOfController.ts"
import { ifThere, patiently } from "./patiently.ts"
import { servedAddOnKinds } from "./servedAddOnKinds.ts"
import { takeFinalizersOff } from "./takeFinalizersOff.ts"
import { wishes } from "./uninstallRights.ts"
import type { UninstallRefused } from "./UninstallRefused.ts"
import { addOnFinalizers, listAddOns, untilAddOnsAreGone } from "./untilAddOnsAreGone.ts"

/** Longer than a hub controller gives a cluster that does not answer; with what follows, shorter than Helm waits. */
export const defaultUninstallLimit = Duration.minutes(3)

/** A hub controller that is killed has a successor well before. */
const defaultPatience = Duration.seconds(30)

export interface UninstallOptions {
  readonly hub: KubeApi
  readonly addonNamespace: string
  /** How long to wait until federations are undone. */
  readonly limit: Duration.Input
  /** How long nobody must have led until nothing is waited for; half a minute when absent. */
  readonly patience?: Duration.Input
}

/**
 * Takes the add-on off all clusters, stops the hub controller, and takes our finalizers off everything on the hub, so
 * that nothing waits for somebody who is gone. Federations are undone first, where there is a hub controller to do it;
 * meshes, wishes and definitions stay. Says what it does in the log. May be run again, whatever is left.
 */
export const uninstall = Effect.fn("uninstall")(function* (
  options: UninstallOptions
): Effect.fn.Return<void, KubeError | UninstallRefused> {
  const { addonNamespace, hub } = options
  const limit = Duration.fromInputUnsafe(options.limit)
  const patience = Duration.fromInputUnsafe(options.patience ?? defaultPatience)
  const kinds = yield* patiently(servedAddOnKinds(hub))
  if (kinds === undefined) {
    yield* Effect.logInfo("the hub does not serve ClusterManagementAddOns and ManagedClusterAddOns")
  } else {
    yield* deleteDefinition(hub, kinds.definitions, addonNamespace)
    yield* untilAddOnsAreGone({ hub, addonNamespace, limit, patience, type: kinds.addOns })
  }
  yield* insteadOfController(hub, addonNamespace, letGo(hub, kinds?.addOns))
  yield* Effect.logInfo("nothing on the hub waits for the add-on any more")
})

const letGo = Effect.fnUntraced(function* (hub: KubeApi, addOns: ResourceType | undefined) {
  const peerings = yield* leftPeerings(hub)
  if (peerings.length > 0) yield* Effect.logWarning(`left as they are: ${listed(peerings.map(inWords), "; ")}`)
  if (addOns !== undefined) yield* letAddOnsGo(hub, addOns, peerings)
  for (const type of wishes) {
    const held = yield* takeFinalizersOff(hub, type, new Set([labels.recordFinalizer]), list(hub, type))
    if (held.length > 0) yield* Effect.logInfo(`our finalizer is off: ${type.kind} ${listed(held.map(keyOf))}`)
    for (const wish of held.filter(isDeleting)) {
      yield* Effect.logWarning(`${type.kind} ${keyOf(wish)} goes before its end was recorded: what it made stays`)
    }
  }
})

const letAddOnsGo = Effect.fnUntraced(function* (
  hub: KubeApi,
  type: ResourceType,
  peerings: ReadonlyArray<MeshPeering>
) {
  const deleting = Effect.map(patiently(listAddOns(hub, type)), (addOns) => addOns.filter(isDeleting))
  const givenUp = yield* takeFinalizersOff(hub, type, addOnFinalizers, deleting)
  for (const addOn of givenUp) yield* tellGivenUp(hub, addOn, peerings)
  for (const { metadata } of yield* deleting) {
    const others = metadata.finalizers?.join(", ") ?? ""
    if (others !== "") yield* Effect.logWarning(`${metadata.namespace}: the add-on is held by others: ${others}`)
  }
})

const list = (
  hub: KubeApi,
  type: ResourceType,
  metadataOnly = true
): Effect.Effect<ReadonlyArray<KubeObject>, KubeError> =>
  Effect.map(patiently(ifThere(hub.list(type, { metadataOnly }))), (found) => found?.items ?? [])

const leftPeerings = (hub: KubeApi) =>
  Effect.map(
    Effect.flatMap(list(hub, resources.meshPeerings, false), (objects) =>
      Effect.forEach(objects, (object) => Effect.option(decodeMeshPeering(object)))
    ),
    (decoded) => decoded.flatMap((peering) => (peering._tag === "Some" ? [peering.value] : []))
  )

/** So many are named, of what may be thousands. */
const mostNamed = 100

const listed = (names: ReadonlyArray<string>, separator = ", "): string =>
  [...names.slice(0, mostNamed), ...(names.length > mostNamed ? [`and ${names.length - mostNamed} others`] : [])].join(
    separator
  )

const inWords = ({ metadata, spec: { left, right } }: MeshPeering): string =>
  `MeshPeering ${metadata.name} between ${left.cluster}/${left.mesh} and ${right.cluster}/${right.mesh}`

/** The Event stays in the namespace of the cluster, where the log of a hook does not. */
const tellGivenUp = Effect.fnUntraced(function* (
  hub: KubeApi,
  addOn: KubeObject,
  peerings: ReadonlyArray<MeshPeering>
) {
  const { namespace: cluster } = addOn.metadata
  const ofCluster = peerings.filter(
    ({ spec: { left, right } }) => left.cluster === cluster || right.cluster === cluster
  )
  const rest = ofCluster.length === 0 ? "no MeshPeering that the hub knows" : listed(ofCluster.map(inWords), "; ")
  const message = `what should happen before the removal was not done in time, and is left: ${rest}`
  yield* Effect.logWarning(`${cluster}: the add-on leaves all the same; ${message}`)
  const event = { type: "Warning", reason: "PreDeleteGivenUp", message } as const
  const told = eventAbout(addOn, event, "multicluster-mesh-uninstall", yield* DateTime.now)
  yield* Effect.catch(hub.create(resources.events, told), (error) =>
    Effect.logWarning(`an Event is lost: ${error.message}`)
  )
})
