import { resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { listAll, patchStatus, remove } from "../calls.ts"
import { at } from "../fields.ts"
import { operatorManager } from "./operatorFinalizer.ts"
import { managedBy, ownerLabel, renderControlPlane, renderedTypes } from "./renderControlPlane.ts"

/** Brings the objects of a control plane, and deletes those that it no longer has. */
export const applyRendered = Effect.fnUntraced(function* (
  api: KubeApi,
  controlPlane: KubeObject,
  components: ReadonlyArray<string>
) {
  const wanted = renderControlPlane(controlPlane, components)
  for (const { type, object } of wanted) {
    yield* api.apply(type, object, { fieldManager: operatorManager, force: true })
  }
  yield* pruneRendered(api, controlPlane.metadata.namespace ?? "", (type, object) =>
    wanted.some(
      (other) =>
        other.type === type &&
        other.object.metadata.name === object.metadata.name &&
        other.object.metadata.namespace === object.metadata.namespace
    )
  )
})

/** Deletes what bears the operator's labels for this namespace and is not to be kept, whoever made it. */
export const pruneRendered = Effect.fnUntraced(function* (
  api: KubeApi,
  namespace: string,
  isKept: (type: (typeof renderedTypes)[number], object: KubeObject) => boolean
) {
  for (const type of renderedTypes) {
    for (const object of yield* listAll(api, type, { labelSelector: selectorOf(namespace) })) {
      if (!isKept(type, object)) yield* remove(api, type, object.metadata)
    }
  }
})

/** The Deployments become available: there is no kubelet. */
export const makeAvailable = Effect.fnUntraced(function* (api: KubeApi, namespace: string) {
  for (const deployment of yield* listAll(api, resources.deployments, { labelSelector: selectorOf(namespace) })) {
    const replicas = Number(at(deployment, "spec", "replicas") ?? 1)
    const status = {
      observedGeneration: deployment.metadata.generation ?? 1,
      replicas,
      updatedReplicas: replicas,
      readyReplicas: replicas,
      availableReplicas: replicas,
      conditions: [{ type: "Available", status: "True", reason: "MinimumReplicasAvailable" }]
    }
    yield* patchStatus(api, resources.deployments, deployment, status, "kube-controller-manager")
  }
})

const selectorOf = (namespace: string): string => `${ownerLabel}=${namespace},app.kubernetes.io/managed-by=${managedBy}`
