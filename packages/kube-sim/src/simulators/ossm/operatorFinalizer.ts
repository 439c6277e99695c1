import type { KubeApi, KubeError, KubeObject, ResourceType } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"

/** Under this name the operator of OpenShift Service Mesh 2 writes. */
export const operatorManager = "maistra-istio-operator"

const operatorFinalizer = "maistra.io/istio-operator"

export const hasOperatorFinalizer = ({ metadata }: KubeObject): boolean =>
  metadata.finalizers?.includes(operatorFinalizer) === true

/** Makes the object wait for the operator when it is deleted; returns it as it is then. */
export const addOperatorFinalizer = (
  api: KubeApi,
  type: ResourceType,
  object: KubeObject
): Effect.Effect<KubeObject, KubeError> => {
  if (hasOperatorFinalizer(object)) return Effect.succeed(object)
  const { finalizers = [], resourceVersion } = object.metadata
  const patch = { metadata: { resourceVersion, finalizers: [...finalizers, operatorFinalizer] } }
  return api.patch(type, object.metadata, patch, { fieldManager: operatorManager })
}

/** Lets a deleted object go. */
export const dropOperatorFinalizer = (
  api: KubeApi,
  type: ResourceType,
  object: KubeObject
): Effect.Effect<KubeObject, KubeError> => {
  const others = object.metadata.finalizers?.filter((other) => other !== operatorFinalizer) ?? []
  return api.patch(type, object.metadata, { metadata: { finalizers: others } }, { fieldManager: operatorManager })
}
