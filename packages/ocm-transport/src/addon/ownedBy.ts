import type { ManagedClusterAddOn, OwnerReference } from "@multicluster-mesh/mesh-model"

/** Makes an object go with the ManagedClusterAddOn, also when nobody of ours is there any more. */
export const ownedBy = ({ apiVersion, kind, metadata }: ManagedClusterAddOn): OwnerReference => ({
  apiVersion,
  kind,
  name: metadata.name,
  uid: metadata.uid ?? "",
  controller: true,
  blockOwnerDeletion: true
})
