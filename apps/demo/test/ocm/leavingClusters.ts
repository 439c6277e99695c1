import { isDeleting, labels, resources } from "@multicluster-mesh/mesh-model"
import type { KubeError, KubeObject } from "@multicluster-mesh/ocm-transport"
import type { ControlPlane } from "@multicluster-mesh/testenv"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { applyExample } from "../../src/applyYaml.ts"
import type { UsersMesh } from "../../src/plant.ts"
import { imported } from "../../src/story.ts"
import { allReady } from "../../src/until.ts"
import type { World } from "../../src/World.ts"
import { eventually, find, listServed } from "../observing.ts"

type OcmWorld = World<ControlPlane, unknown>

/** What a fleet of federated meshes looks like on its clusters. */
export interface FederatedLook {
  /** What a user has beside ours. */
  readonly users: string
  /** Our meshes, by kind, name and uid. */
  readonly meshes: ReadonlyArray<string>
  /** What our peerings have put there, likewise. */
  readonly peerings: ReadonlyArray<string>
  /** Gateways that our control planes have for peerings. */
  readonly gateways: ReadonlyArray<string>
}

/** Federates the meshes of the quickstart, and waits until the pair is proven and both services are imported. */
export const federate = (world: OcmWorld) =>
  Effect.andThen(applyExample(world.hub, "mesh-federation-services.yaml"), federated(world))

export const federated = Effect.fnUntraced(function* (world: OcmWorld) {
  yield* eventually("the pair is proven", allReady(world.hub, resources.meshPeerings, 1))
  yield* eventually("both services are imported", imported(world, 2))
})

const isOfPeering = (line: string): boolean =>
  /^\S+ (ConfigMap|ServiceMeshPeer|ExportedServiceSet|ImportedServiceSet) /u.test(line)

export const lookAt = Effect.fnUntraced(function* (
  { clusters }: OcmWorld,
  users: UsersMesh
): Effect.fn.Return<FederatedLook, KubeError> {
  const ours: Array<string> = []
  const gateways: Array<string> = []
  for (const { api, name } of clusters) {
    for (const type of resources.delivered)
      for (const { kind, metadata } of yield* listServed(api, type, { labelSelector: labels.fleetLabel }))
        ours.push(`${name}: ${kind} ${metadata.namespace ?? ""}/${metadata.name} ${metadata.uid}`)
    for (const plane of yield* listServed(api, resources.controlPlanes, { labelSelector: labels.fleetLabel }))
      for (const [, gateway] of JSON.stringify(plane["spec"]).matchAll(/"(additional(?:In|E)gress)":\{"/gu))
        gateways.push(`${name}: ${gateway} of ${plane.metadata.name}`)
  }
  return {
    users: yield* users.everything,
    meshes: ours.filter((line) => !isOfPeering(line)).sort(),
    peerings: ours.filter(isOfPeering).sort(),
    gateways
  }
})

/** What our finalizers hold on the hub, or would. */
export const heldOnHub = Effect.fnUntraced(function* ({ hub }: OcmWorld) {
  const ours = /^(mesh\.open-cluster-management\.io\/|addon\.open-cluster-management\.io\/addon-pre-delete$)/u
  const kinds = [
    resources.managedClusterAddOns,
    resources.clusterManagementAddOns,
    resources.manifestWorks,
    resources.roles,
    resources.roleBindings,
    resources.meshes,
    resources.meshDeployments,
    resources.meshFederations,
    resources.meshPeerings,
    resources.meshAgents
  ]
  const lists = yield* Effect.forEach(kinds, (type) => listServed(hub, type))
  return lists
    .flat()
    .filter(({ metadata }) => metadata.finalizers?.some((finalizer) => ours.test(finalizer)))
    .map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`)
})

/** Deletes a namespace of the hub, and waits until nothing in it keeps it. */
export const namespaceGoes = Effect.fnUntraced(function* ({ hub }: OcmWorld, name: string) {
  yield* Effect.catchReason(hub.delete(resources.namespaces, { name }), "KubeError", "NotFound", () => Effect.void)
  yield* eventually(
    `namespace ${name} is gone`,
    Effect.map(find(hub, resources.namespaces, { name }), (found) => ({
      done: found === undefined,
      progress: [JSON.stringify(found?.["status"])]
    }))
  )
})

/**
 * Waits until the work agent of a cluster has taken away what it takes away: no work ends, none is of an add-on that is
 * gone, and nothing on the cluster is of a work that is gone.
 */
export const workAgentRests = (world: OcmWorld, cluster: string) =>
  eventually(
    `the work agent of ${cluster} has nothing to take away`,
    Effect.gen(function* () {
      const addOns = yield* listServed(world.hub, resources.managedClusterAddOns, { namespace: cluster })
      const owners = new Set(addOns.map(({ metadata }) => metadata.uid))
      const works = yield* listServed(world.hub, resources.manifestWorks, { namespace: cluster })
      const carried = new Set(works.map(({ metadata }) => metadata.name))
      const applied = yield* listServed(world.on(cluster).api, resources.appliedManifestWorks)
      const progress = [
        ...works.filter(
          ({ metadata }) => isDeleting({ metadata }) || metadata.ownerReferences?.some(({ uid }) => !owners.has(uid))
        ),
        ...applied.filter((one) => isDeleting(one) || !carried.has(workOf(one)))
      ].map(({ kind, metadata }) => `${kind} ${metadata.name}`)
      return { done: progress.length === 0, progress }
    })
  )

const workOf = ({ spec }: KubeObject): string =>
  Predicate.isReadonlyObject(spec) && Predicate.isString(spec["manifestWorkName"]) ? spec["manifestWorkName"] : ""
