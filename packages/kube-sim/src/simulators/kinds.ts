import type { ResourceType } from "@multicluster-mesh/ocm-transport"

/** Kinds that only the simulators touch; the others are in mesh-model. */

const kind = (group: string, version: string, kind: string, plural: string, namespaced = true): ResourceType => ({
  group,
  version,
  kind,
  plural,
  namespaced
})

export const pods = kind("", "v1", "Pod", "pods")
export const operatorGroups = kind("operators.coreos.com", "v1", "OperatorGroup", "operatorgroups")
export const managedClusterSets = kind(
  "cluster.open-cluster-management.io",
  "v1beta2",
  "ManagedClusterSet",
  "managedclustersets",
  false
)
export const managedClusterSetBindings = kind(
  "cluster.open-cluster-management.io",
  "v1beta2",
  "ManagedClusterSetBinding",
  "managedclustersetbindings"
)
