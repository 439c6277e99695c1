import { resources, type KubeObject, type ResourceType } from "@multicluster-mesh/mesh-model"

/** What OCM's work agent may do with an object that it delivers and takes away again. */
const carrying = ["get", "create", "update", "patch", "delete"]

/**
 * The rights that OCM's work agent needs beyond those it has, aggregated into its own role.
 *
 * `update` on pods and `use` on control planes are what the admission of member rolls asks of whoever names a
 * namespace. The role applies objects, so it never needs to list; Subscriptions stay, so it never deletes one.
 */
export const workAgentRights: KubeObject = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  metadata: {
    name: "multicluster-mesh-work",
    labels: { "open-cluster-management.io/aggregate-to-work": "true" }
  },
  rules: [
    rule([resources.controlPlanes, resources.memberRolls], carrying),
    rule([resources.controlPlanes], ["use"]),
    rule([resources.serviceMeshPeers, resources.exportedServiceSets, resources.importedServiceSets], carrying),
    rule(
      [resources.subscriptions],
      carrying.filter((verb) => verb !== "delete")
    ),
    { apiGroups: [""], resources: ["pods"], verbs: ["update"] }
  ]
}

function rule(types: readonly [ResourceType, ...ReadonlyArray<ResourceType>], verbs: ReadonlyArray<string>) {
  return { apiGroups: [types[0].group], resources: types.map((type) => type.plural), verbs }
}
