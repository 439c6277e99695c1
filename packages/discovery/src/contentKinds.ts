import { resources, type ResourceType } from "@multicluster-mesh/mesh-model"

/**
 * The kinds that an agent lists, by metadata alone, in a namespace that is to be removed: what people put there, and
 * what may own it; no two have the same `kind`. A kind that the agent may not list, as Secrets by default, is hidden.
 */
export const contentKinds: ReadonlyArray<ResourceType> = [
  resources.configMaps,
  resources.persistentVolumeClaims,
  resources.pods,
  resources.secrets,
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
