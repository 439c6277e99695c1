import { hashOf, type ManagedClusterAddOn, resources, type ResourceType } from "@multicluster-mesh/mesh-model"
import type { KubeObject } from "../KubeApi.ts"
import type { HubPermissions } from "./AddOn.ts"
import { addOnNameLabel } from "./keys.ts"
import { ownedBy } from "./ownedBy.ts"

/**
 * The Role and RoleBindings that give the agent of one cluster its rights on the hub; all in the namespace of that
 * cluster, and owned by the ManagedClusterAddOn: a certificate that outlives the add-on is worth nothing.
 *
 * They bind the user alone, never a group: one of the agent's groups holds the agents of all clusters.
 */
export const hubAccess = (
  addOn: ManagedClusterAddOn,
  permissions: HubPermissions,
  user: string
): ReadonlyArray<{ readonly type: ResourceType; readonly object: KubeObject }> => {
  const { rules = [], clusterRoles = [] } = permissions
  const name = `open-cluster-management:${addOn.metadata.name}:agent`
  const metadata = (name: string) => ({
    name,
    namespace: addOn.metadata.namespace ?? "",
    labels: { [addOnNameLabel]: addOn.metadata.name },
    ownerReferences: [ownedBy(addOn)]
  })
  const binding = (name: string, roleRef: { readonly kind: string; readonly name: string }) => ({
    type: resources.roleBindings,
    object: {
      apiVersion: resources.apiVersionOf(resources.roleBindings),
      kind: "RoleBinding",
      metadata: metadata(name),
      roleRef: { apiGroup: rbac, ...roleRef },
      subjects: [{ apiGroup: rbac, kind: "User", name: user }]
    }
  })
  const role = {
    type: resources.roles,
    object: { apiVersion: resources.apiVersionOf(resources.roles), kind: "Role", metadata: metadata(name), rules }
  }
  return [
    ...(rules.length === 0 ? [] : [role, binding(name, { kind: "Role", name })]),
    // a roleRef cannot be changed: another role is another binding
    ...clusterRoles.map((role) => binding(`${name}:${hashOf(role, 8)}`, { kind: "ClusterRole", name: role }))
  ]
}

const rbac = resources.roles.group
