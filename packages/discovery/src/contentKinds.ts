import { resources, type ResourceType } from "@multicluster-mesh/mesh-model"

/**
 * The kinds that an agent lists, by metadata alone, in a namespace that is to be removed: what people put there, and
 * what may own it; no two have the same `kind`. Secrets are not among them: an agent has no right to read any.
 */
export const contentKinds: ReadonlyArray<ResourceType> = [
  resources.configMaps,
  resources.persistentVolumeClaims,
  resources.pods,
  resources.serviceAccounts,
  resources.services,
  resources.daemonSets,
  resources.deployments,
  resources.replicaSets,
  resources.statefulSets,
  resources.cronJobs,
  resources.jobs,
  resources.controlPlanes,
  resources.memberRolls,
  resources.members,
  resources.serviceMeshPeers,
  resources.exportedServiceSets,
  resources.importedServiceSets,
  resources.jaegers,
  resources.kialis
]
