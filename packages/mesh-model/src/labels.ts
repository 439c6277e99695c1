/**
 * Every label and annotation key that we set or select on.
 *
 * The *mark* of an object on a managed cluster is `fleet` and `unit` (labels) and `owner` (annotation): it says which
 * hub and which plan unit put the object there. Only what carries the mark of this fleet is ever ours.
 */

export const group = "mesh.open-cluster-management.io"
export const version = "v1alpha1"
export const apiVersion = `${group}/${version}`

/** Name of the add-on: of its ManagedClusterAddOn, of the MeshAgent in each cluster namespace. */
export const addonName = "multicluster-mesh"

/** Label: the fleet (hub) that an object belongs to. */
export const fleetLabel = `${group}/fleet`
/** Label: hash of the plan unit that an object belongs to. */
export const unitLabel = `${group}/unit`
/** Annotation: the chain of owners, from the resource that a person wrote to the object. */
export const ownerAnnotation = `${group}/owner`

/** Label of a work: the stage of its unit. */
export const stageLabel = `${group}/stage`
/** Annotation of a work: the unit that it carries, in words. */
export const unitAnnotation = `${group}/unit-key`
/** Annotation of a Mesh: `namespace/name` of the MeshDeployment that wishes it. */
export const deploymentAnnotation = `${group}/deployment`
/** Label of a Mesh that the hub has found, not wished. */
export const discoveredLabel = `${group}/discovered`

/** Annotation of a MeshPeering: the MeshFederations that want it, as `namespace/name`, joined by commas. */
export const federationsAnnotation = `${group}/federations`
/** Annotation of a MeshPeering: fingerprints of the roots with which it was proven, of its left and its right side. */
export const provenRootsAnnotation = `${group}/proven-roots`
/** Annotation of a MeshPeering, by a person: fingerprint of a new root that its peer may trust without an overlap. */
export const acceptRootAnnotation = `${group}/accept-root`
/** Annotation of a ServiceMeshPeer: fingerprint of the root it trusts; a change of it makes istiod read the root again. */
export const trustedRootAnnotation = `${group}/trusted-root`

/**
 * Annotation of a MeshAgent: what carries the mark of this fleet on its cluster and nothing on the hub stands for, for
 * people to look at; nothing of it is ever touched.
 */
export const leftoversAnnotation = `${group}/leftovers`

/** Label of a Service or Namespace whose owner lets peers add endpoints to an existing Service (`importAs: Local`). */
export const importConsentLabel = `${group}/import`
export const importConsentValue = "allowed"

/** Finalizer: the end of a wish is recorded before the wish goes. */
export const recordFinalizer = `${group}/record-removal`

/** Field manager under which OCM's work agent applies what we deliver; must begin with `work-agent`. */
export const workFieldManager = "work-agent-mesh"

/** The mark of an object as labels. */
export const markLabels = (fleetId: string, unitHash: string): Readonly<Record<string, string>> => ({
  [fleetLabel]: fleetId,
  [unitLabel]: unitHash
})
