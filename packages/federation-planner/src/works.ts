import {
  byKey,
  hashOf,
  identityKey,
  identityOf,
  labels,
  manifestsOf,
  names,
  resources,
  type KubeObject,
  type ManifestWork,
  type ManifestWorkSpec,
  type Mark,
  type ObjectIdentity,
  type ResourceIdentifier
} from "@multicluster-mesh/mesh-model"
import type { HubState } from "./HubState.ts"
import { viewOf } from "./HubView.ts"
import type { ObjectKnowledge } from "./Knowledge.ts"
import type { WorkAction } from "./Plan.ts"

/** One object of a work, and how OCM's work agent shall treat it. */
export interface Carried {
  readonly object: KubeObject
  /** Whether our fields win against other field managers: only once the object is known to be ours. */
  readonly force: boolean
  /** Whether the object survives the end of its work; of one that does not, the work agent changes nothing any more. */
  readonly orphaned: boolean
}

/** The value of the unit label: what tells the objects of one unit from all others. */
export const unitHash = (unit: string): string => {
  const known = hashes.get(unit)
  if (known !== undefined) return known
  if (hashes.size >= maxHashes) hashes.clear()
  const hash = hashOf(unit)
  hashes.set(unit, hash)
  return hash
}

/** Hashes of the units seen last: each is asked for many times while a hub is planned. */
const hashes = new Map<string, string>()
const maxHashes = 50_000

/** Whether an object carries the mark of this very unit. */
export const isOurs = (
  known: ObjectKnowledge,
  fleetId: string,
  unit: string
): known is ObjectKnowledge & { state: "Present"; mark: Mark } =>
  known.state === "Present" && known.mark?.fleetId === fleetId && known.mark.unit === unitHash(unit)

/** `object` with the mark of its unit, and the chain of owners that people read. */
export const marked = (
  object: KubeObject,
  fleetId: string,
  unit: { readonly key: string; readonly chain: ReadonlyArray<string> }
): KubeObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    labels: { ...object.metadata.labels, ...labels.markLabels(fleetId, unitHash(unit.key)) },
    annotations: { ...object.metadata.annotations, [labels.ownerAnnotation]: chainText(unit.chain) }
  }
})

/** The chain of owners as people read it. */
const chainText = (chain: ReadonlyArray<string>): string => chain.join(" > ")

/** The work that carries `carried`; every field is explicit, so that no default of the API server makes a difference. */
export const workOf = (
  fleetId: string,
  unit: { readonly key: string; readonly cluster: string; readonly chain: ReadonlyArray<string> },
  stage: string,
  carried: ReadonlyArray<Carried>
): WorkAction & { readonly _tag: "ApplyWork" } => ({
  _tag: "ApplyWork",
  cluster: unit.cluster,
  name: names.workName(unit.key, stage),
  labels: { ...labels.markLabels(fleetId, unitHash(unit.key)), [labels.stageLabel]: stage },
  annotations: { [labels.unitAnnotation]: unit.key, [labels.ownerAnnotation]: chainText(unit.chain) },
  spec: workSpec(carried, [])
})

/**
 * The spec of a work; `spared` are objects that it no longer carries and that must survive being dropped.
 *
 * What goes with its work is CreateOnly: the work agent makes itself its owner and leaves its content alone. A change
 * that the cluster refuses, or a conflict, so never stands in the way of a removal.
 */
export const workSpec = (
  carried: ReadonlyArray<Carried>,
  spared: ReadonlyArray<ResourceIdentifier>
): ManifestWorkSpec => {
  const sorted = carried.toSorted(byKey(orderInWork))
  return {
    workload: { manifests: sorted.map((one) => one.object) },
    deleteOption: {
      propagationPolicy: "SelectivelyOrphan",
      selectivelyOrphans: {
        orphaningRules: [
          ...sorted.filter((one) => one.orphaned).map((one) => resourceIdentifierOf(one.object)),
          ...spared.toSorted(byKey(resourceKey))
        ]
      }
    },
    manifestConfigs: sorted.map((one) => ({
      resourceIdentifier: resourceIdentifierOf(one.object),
      updateStrategy: one.orphaned
        ? {
            type: "ServerSideApply",
            serverSideApply: { force: one.force, fieldManager: labels.workFieldManager }
          }
        : { type: "CreateOnly" }
    }))
  }
}

/** What a received work carries, by identity. */
export const carriedBy = (work: ManifestWork | undefined): ReadonlyMap<string, Carried> => {
  if (work === undefined) return new Map()
  const rules = new Set((work.spec.deleteOption?.selectivelyOrphans?.orphaningRules ?? []).map(resourceKey))
  const forced = new Map(
    (work.spec.manifestConfigs ?? []).map((config) => [
      resourceKey(config.resourceIdentifier),
      config.updateStrategy?.serverSideApply?.force ?? false
    ])
  )
  return new Map(
    manifestsOf(work).map((object) => {
      const resource = resourceKey(resourceIdentifierOf(object))
      return [
        identityKey(identityOf(object)),
        { object, force: forced.get(resource) ?? false, orphaned: rules.has(resource) }
      ]
    })
  )
}

/** How a work names an object. */
export const resourceIdentifierOf = (object: KubeObject): ResourceIdentifier => {
  const type = resources.deliveredTypeOf(object)
  return {
    group: type.group,
    resource: type.plural,
    ...(type.namespaced ? { namespace: object.metadata.namespace ?? "" } : {}),
    name: object.metadata.name
  }
}

/** The stage that a received work carries. */
export const stageOf = (work: ManifestWork): string => work.metadata.labels?.[labels.stageLabel] ?? ""

/** The received works of a unit, sorted by name. */
export const worksOf = (state: HubState, cluster: string, unit: string): ReadonlyArray<ManifestWork> =>
  viewOf(state).worksOf(cluster, unitHash(unit))

/** An object in words: `Namespace mesh-system`, `ConfigMap mesh-system/east-ca-root-cert`. */
export const inWords = (identity: ObjectIdentity): string =>
  `${identity.kind} ${identity.namespace === "" ? "" : `${identity.namespace}/`}${identity.name}`

/** A text that two resources share if and only if they are the same. */
export const resourceKey = (resource: ResourceIdentifier): string =>
  `${resource.group}/${resource.resource}/${resource.namespace ?? ""}/${resource.name}`

/** Namespaces, then rights, then the rest: older work agents apply in this order. */
const orderInWork = (one: Carried): string => {
  const rank = one.object.kind === "Namespace" ? 0 : one.object.kind === "ClusterRole" ? 1 : 2
  return `${rank}/${identityKey(identityOf(one.object))}`
}
