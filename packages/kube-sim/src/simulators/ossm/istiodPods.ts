import type { KubeApi, KubeError, KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { ensure, listAll, patchStatus, remove } from "../calls.ts"
import { pods } from "../kinds.ts"
import { operatorManager } from "./operatorFinalizer.ts"
import { istiodPod, istiodReplicas, ownerLabel } from "./renderControlPlane.ts"

/** The pods of the istiods of one cluster. There is no kubelet: a pod that exists runs. */
export interface IstiodPods {
  /** Brings the pods that the control plane has now, and no others; returns their names. */
  readonly start: (controlPlane: KubeObject) => Effect.Effect<ReadonlyArray<string>, KubeError>
  /** The same with pods that have other names than all before. */
  readonly restart: (controlPlane: KubeObject) => Effect.Effect<ReadonlyArray<string>, KubeError>
  readonly stop: (controlPlane: KubeObject) => Effect.Effect<void, KubeError>
}

export const makeIstiodPods = (api: KubeApi): IstiodPods => {
  /** How often istiod was started anew, by the uid of its control plane. */
  const restarts = new Map<string, number>()

  const podsOf = ({ metadata: { namespace = "" } }: KubeObject) =>
    listAll(api, pods, { namespace, labelSelector: `app=istiod,${ownerLabel}=${namespace}` })

  const start = Effect.fnUntraced(function* (controlPlane: KubeObject) {
    const restart = restarts.get(controlPlane.metadata.uid ?? "") ?? 0
    const wanted = Array.from({ length: istiodReplicas(controlPlane) }, (_, replica) =>
      istiodPod(controlPlane, replica, restart)
    )
    for (const pod of wanted) {
      const made = yield* ensure(api, pods, pod, operatorManager)
      yield* patchStatus(api, pods, made, { phase: "Running" }, "kubelet")
    }
    const names = wanted.map(({ metadata }) => metadata.name)
    for (const pod of yield* podsOf(controlPlane)) {
      if (!names.includes(pod.metadata.name)) yield* remove(api, pods, pod.metadata)
    }
    return names
  })

  return {
    start,
    restart: (controlPlane) =>
      Effect.suspend(() => {
        const { uid = "" } = controlPlane.metadata
        restarts.set(uid, (restarts.get(uid) ?? 0) + 1)
        return start(controlPlane)
      }),
    stop: Effect.fnUntraced(function* (controlPlane) {
      for (const pod of yield* podsOf(controlPlane)) yield* remove(api, pods, pod.metadata)
    })
  }
}
