/** OCM's labels, annotations and finalizers that concern an add-on (addon-framework `pkg/addonmanager/constants`). */

/** Label of everything that belongs to an add-on: works, certificate requests, Roles. */
export const addOnNameLabel = "open-cluster-management.io/addon-name"
/** Label of a certificate request: the cluster that it says to be of. Anyone can set it. */
export const clusterNameLabel = "open-cluster-management.io/cluster-name"
/** Annotation of a work: which configurations, in which state, went into it. OCM's rollout reads it. */
export const configSpecHashAnnotation = "open-cluster-management.io/config-spec-hash"
/** Annotation of a ManagedCluster: image registries of the whole cluster, as JSON. */
export const imageRegistriesAnnotation = "open-cluster-management.io/image-registries"
/** Annotation of a ManagedClusterAddOn in v1beta1: what v1alpha1 has as `spec.installNamespace`. */
export const installNamespaceAnnotation = "addon.open-cluster-management.io/v1alpha1-install-namespace"
/** Annotation of a manifest: it stays when the add-on goes. */
export const orphanAnnotation = "addon.open-cluster-management.io/deletion-orphan"
/** Annotation of a Job or Pod among the manifests: it runs before the add-on goes. */
export const preDeleteAnnotation = "addon.open-cluster-management.io/addon-pre-delete"
/** Finalizer: something is to be done before the add-on goes. */
export const preDeleteFinalizer = "addon.open-cluster-management.io/addon-pre-delete"
/** How releases before addon-framework 0.5 wrote it; nobody removes it but who still knows it. */
export const oldPreDeleteFinalizer = "cluster.open-cluster-management.io/addon-pre-delete"

/** Where an agent lives that nobody has given another namespace. */
export const defaultInstallNamespace = "open-cluster-management-agent-addon"

/** The work that deploys an add-on; `index` counts up where one work cannot hold it. */
export const deployWorkName = (addOn: string, index: number): string => `addon-${addOn}-deploy-${index}`

/** The work that carries what runs before the add-on goes. */
export const preDeleteWorkName = (addOn: string): string => `addon-${addOn}-pre-delete`

/** The Secret with the agent's credentials on the hub, which OCM makes on the managed cluster. */
export const hubKubeconfigSecret = (addOn: string): string => `${addOn}-hub-kubeconfig`
