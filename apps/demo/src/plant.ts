import { plantBookinfo, plantMesh } from "@multicluster-mesh/kube-sim"
import { canonicalJson, isTrue, labels, resources } from "@multicluster-mesh/mesh-model"
import type { KubeError, KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { statusOf } from "./until.ts"
import type { World } from "./World.ts"

/** A mesh that a user runs on a cluster, by hand and without us. */
export interface UsersMesh {
  readonly ready: Effect.Effect<{ readonly done: boolean; readonly progress: ReadonlyArray<string> }, KubeError>
  /** All that makes it up, as one text: equal texts mean that nothing of it was touched in between. */
  readonly everything: Effect.Effect<string, KubeError>
}

/** Puts the mesh `istio-system/basic` on a cluster. */
export const plantUsersMesh = Effect.fnUntraced(function* (world: World, cluster: string) {
  const { api } = world.on(cluster)
  yield* plantMesh(api, { version: "v2.1", retry: world.userRetry })
  const controlPlane = api.get(resources.controlPlanes, { namespace: "istio-system", name: "basic" })
  const mesh: UsersMesh = {
    ready: Effect.map(controlPlane, (object) => ({
      done: isTrue(statusOf(object).conditions, "Ready"),
      progress: []
    })),
    everything: Effect.map(
      Effect.all([
        controlPlane,
        api.get(resources.memberRolls, { namespace: "istio-system", name: "default" }),
        api.get(resources.namespaces, { name: "istio-system" }),
        api.get(resources.namespaces, { name: "istio-apps" }),
        Effect.map(api.list(resources.subscriptions), ({ items }) => items)
      ]),
      (objects) => canonicalJson(objects.flat())
    )
  }
  return mesh
})

/** Bookinfo on two clusters: the caller has the Services alone, and lets peers add endpoints to them. */
export const plantBookinfoOn = Effect.fnUntraced(function* (world: World, caller: string, server: string) {
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
