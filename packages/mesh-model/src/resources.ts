import { group, version } from "./labels.ts"

/** One kind as an API server serves it. */
export interface ResourceType {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
}

const namespaced = (group: string, version: string, kind: string, plural: string): ResourceType => ({
  group,
  version,
  kind,
  plural,
  namespaced: true
})
const clusterScoped = (group: string, version: string, kind: string, plural: string): ResourceType => ({
  ...namespaced(group, version, kind, plural),
  namespaced: false
})

/** `group/version`, or the version alone for the core group. */
export const apiVersionOf = (type: ResourceType): string =>
  type.group === "" ? type.version : `${type.group}/${type.version}`

export const meshes = namespaced(group, version, "Mesh", "meshes")
export const meshDeployments = namespaced(group, version, "MeshDeployment", "meshdeployments")
export const meshFederations = namespaced(group, version, "MeshFederation", "meshfederations")
export const meshPeerings = namespaced(group, version, "MeshPeering", "meshpeerings")
export const meshAgents = namespaced(group, version, "MeshAgent", "meshagents")

export const managedClusters = clusterScoped(
  "cluster.open-cluster-management.io",
  "v1",
  "ManagedCluster",
  "managedclusters"
)
export const managedClusterAddOns = namespaced(
  "addon.open-cluster-management.io",
  "v1alpha1",
  "ManagedClusterAddOn",
  "managedclusteraddons"
)
export const clusterManagementAddOns = clusterScoped(
  "addon.open-cluster-management.io",
  "v1alpha1",
  "ClusterManagementAddOn",
  "clustermanagementaddons"
)
export const addOnDeploymentConfigs = namespaced(
  "addon.open-cluster-management.io",
  "v1alpha1",
  "AddOnDeploymentConfig",
  "addondeploymentconfigs"
)
export const manifestWorks = namespaced("work.open-cluster-management.io", "v1", "ManifestWork", "manifestworks")
export const appliedManifestWorks = clusterScoped(
  "work.open-cluster-management.io",
  "v1",
  "AppliedManifestWork",
  "appliedmanifestworks"
)

export const namespaces = clusterScoped("", "v1", "Namespace", "namespaces")
export const configMaps = namespaced("", "v1", "ConfigMap", "configmaps")
export const secrets = namespaced("", "v1", "Secret", "secrets")
export const services = namespaced("", "v1", "Service", "services")
export const serviceAccounts = namespaced("", "v1", "ServiceAccount", "serviceaccounts")
export const events = namespaced("", "v1", "Event", "events")
export const leases = namespaced("coordination.k8s.io", "v1", "Lease", "leases")
export const pods = namespaced("", "v1", "Pod", "pods")
export const persistentVolumeClaims = namespaced("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims")
export const deployments = namespaced("apps", "v1", "Deployment", "deployments")
export const replicaSets = namespaced("apps", "v1", "ReplicaSet", "replicasets")
export const statefulSets = namespaced("apps", "v1", "StatefulSet", "statefulsets")
export const daemonSets = namespaced("apps", "v1", "DaemonSet", "daemonsets")
export const jobs = namespaced("batch", "v1", "Job", "jobs")
export const cronJobs = namespaced("batch", "v1", "CronJob", "cronjobs")
export const clusterRoles = clusterScoped("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles")
export const clusterRoleBindings = clusterScoped(
  "rbac.authorization.k8s.io",
  "v1",
  "ClusterRoleBinding",
  "clusterrolebindings"
)
export const roles = namespaced("rbac.authorization.k8s.io", "v1", "Role", "roles")
export const roleBindings = namespaced("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings")
export const certificateSigningRequests = clusterScoped(
  "certificates.k8s.io",
  "v1",
  "CertificateSigningRequest",
  "certificatesigningrequests"
)
export const customResourceDefinitions = clusterScoped(
  "apiextensions.k8s.io",
  "v1",
  "CustomResourceDefinition",
  "customresourcedefinitions"
)

export const controlPlanes = namespaced("maistra.io", "v2", "ServiceMeshControlPlane", "servicemeshcontrolplanes")
export const memberRolls = namespaced("maistra.io", "v1", "ServiceMeshMemberRoll", "servicemeshmemberrolls")
export const members = namespaced("maistra.io", "v1", "ServiceMeshMember", "servicemeshmembers")
export const serviceMeshPeers = namespaced("federation.maistra.io", "v1", "ServiceMeshPeer", "servicemeshpeers")
export const exportedServiceSets = namespaced(
  "federation.maistra.io",
  "v1",
  "ExportedServiceSet",
  "exportedservicesets"
)
export const importedServiceSets = namespaced(
  "federation.maistra.io",
  "v1",
  "ImportedServiceSet",
  "importedservicesets"
)

export const kialis = namespaced("kiali.io", "v1alpha1", "Kiali", "kialis")
export const jaegers = namespaced("jaegertracing.io", "v1", "Jaeger", "jaegers")

export const subscriptions = namespaced("operators.coreos.com", "v1alpha1", "Subscription", "subscriptions")
export const installPlans = namespaced("operators.coreos.com", "v1alpha1", "InstallPlan", "installplans")
export const clusterServiceVersions = namespaced(
  "operators.coreos.com",
  "v1alpha1",
  "ClusterServiceVersion",
  "clusterserviceversions"
)

/** The kinds that we deliver to managed clusters; a work names the resource, an object only its kind. */
export const delivered: ReadonlyArray<ResourceType> = [
  namespaces,
  configMaps,
  clusterRoles,
  subscriptions,
  controlPlanes,
  memberRolls,
  serviceMeshPeers,
  exportedServiceSets,
  importedServiceSets
]

/** The delivered kind of an object. A kind that we never deliver is a defect of the caller. */
export const deliveredTypeOf = (object: { readonly apiVersion: string; readonly kind: string }): ResourceType => {
  const type = delivered.find((type) => apiVersionOf(type) === object.apiVersion && type.kind === object.kind)
  if (type === undefined) throw new Error(`${object.apiVersion} ${object.kind} is not among the delivered kinds`)
  return type
}
