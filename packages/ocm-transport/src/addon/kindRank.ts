import { byKey } from "@multicluster-mesh/mesh-model"
import type { KubeObject } from "../KubeApi.ts"

/** The order in which work agents since OCM 1.3 apply kinds; older ones apply in the order of the list. */
const ranks: ReadonlyArray<ReadonlyArray<string>> = [
  ["Namespace", "CustomResourceDefinition", "PriorityClass", "StorageClass", "PersistentVolume"],
  ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"],
  ["ServiceAccount", "NetworkPolicy", "LimitRange", "ResourceQuota", "PodDisruptionBudget"],
  ["Secret", "ConfigMap", "PersistentVolumeClaim"],
  ["Service"],
  ["Deployment", "DaemonSet", "StatefulSet", "ReplicaSet", "Job", "CronJob", "Pod"],
  ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "APIService"]
]

const rankOf = (object: KubeObject): number => {
  const rank = ranks.findIndex((kinds) => kinds.includes(object.kind))
  return rank === -1 ? ranks.length : rank
}

/** Sorts manifests so that what others need comes first; the result does not depend on the order that they had. */
export const byRank = (objects: ReadonlyArray<KubeObject>): ReadonlyArray<KubeObject> =>
  objects.toSorted(
    byKey((object) => {
      const { apiVersion, kind, metadata } = object
      return [rankOf(object), apiVersion, kind, metadata.namespace ?? "", metadata.name].join("\n")
    })
  )
