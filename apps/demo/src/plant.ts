import { plantBookinfo, plantMesh } from "@multicluster-mesh/kube-sim"
import { canonicalJson, isTrue, labels, resources } from "@multicluster-mesh/mesh-model"
import type { KubeError, KubeObject, ResourceType } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { statusOf } from "./until.ts"
import type { ApiServer, World } from "./World.ts"

/** A mesh that a user runs on a cluster, by hand and without us. */
export interface UsersMesh {
  readonly ready: Effect.Effect<{ readonly done: boolean; readonly progress: ReadonlyArray<string> }, KubeError>
  /** All that makes it up, as one text: equal texts mean that nothing of it was touched in between. */
  readonly everything: Effect.Effect<string, KubeError>
}

/** Where a user's mesh is. */
export interface UsersPlace {
  readonly namespace: string
  readonly name: string
}

/** Puts a mesh on a cluster, `istio-system/basic` unless it shall be elsewhere, with the member `istio-apps`. */
export const plantUsersMesh = Effect.fnUntraced(function* (
  world: World<ApiServer, unknown>,
  cluster: string,
  place: UsersPlace = { namespace: "istio-system", name: "basic" }
) {
  const { api } = world.on(cluster)
  const members = ["istio-apps"]
  yield* plantMesh(api, { ...place, members, version: "v2.1", retry: world.userRetry })
  const mesh: UsersMesh = {
    ready: Effect.map(api.get(resources.controlPlanes, place), (object) => ({
      done: isTrue(statusOf(object).conditions, "Ready"),
      progress: []
    })),
    everything: Effect.map(
      Effect.all([
        ...[place.namespace, ...members].flatMap((namespace) => [
          api.get(resources.namespaces, { name: namespace }),
          ...kindsInMesh.map((type) => Effect.map(api.list(type, { namespace }), ({ items }) => items))
        ]),
        Effect.map(api.list(resources.subscriptions), ({ items }) => items)
      ]),
      (objects) => canonicalJson(objects.flat())
    )
  }
  return mesh
})

const kindsInMesh: ReadonlyArray<ResourceType> = [
  resources.controlPlanes,
  resources.memberRolls,
  resources.members,
  resources.serviceMeshPeers,
  resources.exportedServiceSets,
  resources.importedServiceSets,
  resources.configMaps,
  resources.deployments,
  resources.services,
  resources.serviceAccounts
]

/** Bookinfo on two clusters: the caller has the Services alone, and lets peers add endpoints to them. */
export const plantBookinfoOn = Effect.fnUntraced(function* (
  world: World<ApiServer, unknown>,
  caller: string,
  server: string
) {
  const namespace = "mesh-bookinfo"
  yield* plantBookinfo(world.on(server).api, namespace, ["reviews", "ratings"])
  yield* plantBookinfo(world.on(caller).api, namespace)
  const consent: KubeObject = {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: namespace, labels: { [labels.importConsentLabel]: labels.importConsentValue } }
  }
  yield* world.on(caller).api.apply(resources.namespaces, consent, { fieldManager: "kubectl" })
})
