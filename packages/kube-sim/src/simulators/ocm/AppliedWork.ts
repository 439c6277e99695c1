import { hashOf, resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError, KubeObject, OwnerReference, ResourceType } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { find, remove } from "../calls.ts"
import { listAt, textAt } from "../fields.ts"
import { servedType } from "./servedTypes.ts"
import type { WorkRights } from "./workRights.ts"

/** The record on a cluster of what a work has put there: owner of its objects. */

const manager = "work-agent"
const finalizer = "cluster.open-cluster-management.io/applied-manifest-work-cleanup"

/** One object that a work owns. */
export interface AppliedResource {
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly namespace?: string
  readonly name: string
  readonly uid: string
}

/** The record of work `name`; `hub` is any text that tells hubs apart. */
export const appliedWorkOf = (hub: string, name: string): KubeObject => ({
  apiVersion: "work.open-cluster-management.io/v1",
  kind: "AppliedManifestWork",
  metadata: { name: `${hashOf(hub, 64)}-${name}`, finalizers: [finalizer] },
  spec: { hubHash: hashOf(hub, 64), agentID: hashOf(hub, 64), manifestWorkName: name }
})

export const ownerOf = (applied: KubeObject): OwnerReference => ({
  apiVersion: applied.apiVersion,
  kind: applied.kind,
  name: applied.metadata.name,
  uid: applied.metadata.uid ?? ""
})

export const appliedResourcesOf = (applied: KubeObject): ReadonlyArray<AppliedResource> =>
  listAt(applied, "status", "appliedResources").map((entry) => {
    const namespace = textAt(entry, "namespace")
    return {
      group: textAt(entry, "group") ?? "",
      version: textAt(entry, "version") ?? "",
      resource: textAt(entry, "resource") ?? "",
      ...(namespace === undefined ? {} : { namespace }),
      name: textAt(entry, "name") ?? "",
      uid: textAt(entry, "uid") ?? ""
    }
  })

export const appliedResource = (type: ResourceType, object: KubeObject): AppliedResource => ({
  group: type.group,
  version: type.version,
  resource: type.plural,
  ...(object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace }),
  name: object.metadata.name,
  uid: object.metadata.uid ?? ""
})

/**
 * Deletes objects that a work no longer carries: each only if it is still that very object and owned by the record
 * `owner`; of an object with more owners the work merely lets go. Returns those that are not gone yet.
 *
 * In order of API groups: a right that goes with a ClusterRole is missing for later groups. What may not be deleted is
 * forgotten, as OCM's work agent does that was run for comparison.
 */
export const deleteResources = Effect.fnUntraced(function* (
  api: KubeApi,
  rights: WorkRights,
  resources: ReadonlyArray<AppliedResource>,
  owner: OwnerReference
) {
  const remaining: Array<AppliedResource> = []
  for (const resource of [...resources].sort((a, b) => (a.group < b.group ? -1 : a.group > b.group ? 1 : 0))) {
    if (yield* isStillThere(api, rights, resource, owner)) remaining.push(resource)
  }
  return remaining
})

const isStillThere = Effect.fnUntraced(function* (
  api: KubeApi,
  rights: WorkRights,
  resource: AppliedResource,
  owner: OwnerReference
) {
  const type = yield* servedType(
    api,
    `${resource.group === "" ? "" : `${resource.group}/`}${resource.version}`,
    (kind) => kind.plural === resource.resource
  )
  if (type === undefined) return false
  const object = yield* find(api, type, resource)
  if (object === undefined || object.metadata.uid !== resource.uid) return false
  const owners = object.metadata.ownerReferences ?? []
  if (!owners.some(({ uid }) => uid === owner.uid)) return false
  if (object.metadata.deletionTimestamp !== undefined) return true
  const others = owners.filter(({ uid }) => uid !== owner.uid)
  if (others.length > 0) {
    const { resourceVersion } = object.metadata
    yield* api.patch(
      type,
      resource,
      { metadata: { resourceVersion, ownerReferences: others } },
      { fieldManager: manager }
    )
    return false
  }
  if ((yield* rights.refusal("delete", type, resource)) !== undefined) return false
  yield* api
    .delete(type, resource, { uid: resource.uid, propagationPolicy: "Background" })
    .pipe(Effect.catchIf(isGone, () => Effect.void))
  return (yield* find(api, type, resource)) !== undefined
})

const isGone = (error: KubeError) => error.reason._tag === "NotFound" || error.reason._tag === "Conflict"

/** Deletes the record and, before it goes, what it owns. True once it is gone. */
export const deleteAppliedWork = Effect.fnUntraced(function* (api: KubeApi, rights: WorkRights, name: string) {
  const type = resources.appliedManifestWorks
  const found = yield* find(api, type, { name })
  if (found === undefined) return true
  if (found.metadata.deletionTimestamp === undefined) yield* remove(api, type, { name })
  const remaining = yield* deleteResources(api, rights, appliedResourcesOf(found), ownerOf(found))
  if (remaining.length > 0) return false
  const finalizers = (found.metadata.finalizers ?? []).filter((other) => other !== finalizer)
  yield* api
    .patch(type, { name }, { metadata: { finalizers } }, { fieldManager: manager })
    .pipe(Effect.catchIf(isGone, () => Effect.void))
  return true
})
