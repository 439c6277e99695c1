import { resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError, ObjectRef } from "@multicluster-mesh/ocm-transport"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { textAt } from "../fields.ts"
import { type Again, runController } from "../runController.ts"

/** Restarts istiod when someone rolls its Deployment out anew, as `kubectl rollout restart` does. */
export const runRollouts = Effect.fnUntraced(function* (
  api: KubeApi,
  restart: (namespace: string) => Effect.Effect<void, KubeError>,
  retry: Duration.Duration
) {
  const deployments = yield* api.informer(resources.deployments, { labelSelector: "app=istiod" })
  const seen = new Map<string, string>()
  yield* runController({
    keys: deployments.changes,
    retry,
    reconcile: Effect.fnUntraced(function* (ref: ObjectRef): Effect.fn.Return<Again, KubeError> {
      const deployment = yield* deployments.get(ref)
      if (deployment === undefined) return undefined
      const { uid = "", namespace = "" } = deployment.metadata
      const path = ["spec", "template", "metadata", "annotations", "kubectl.kubernetes.io/restartedAt"]
      const restartedAt = textAt(deployment, ...path) ?? ""
      const before = seen.get(uid)
      if (before !== undefined && before !== restartedAt) yield* restart(namespace)
      seen.set(uid, restartedAt)
      return undefined
    })
  })
})
