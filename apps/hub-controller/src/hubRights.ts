import { resources } from "@multicluster-mesh/mesh-model"
import { fleetSecret } from "./fleetId.ts"
import { watchedDefinitions } from "./goingDefinitions.ts"
import { leaseName } from "./leadHub.ts"
import { type Right, right } from "./Right.ts"

/** An API server that cannot stream a list is asked for one, then watched. */
const read = ["list", "watch"]
/** An apply that makes the object asks for the right to create it, too. */
const apply = ["create", "patch"]

const own = [
  resources.meshes,
  resources.meshDeployments,
  resources.meshFederations,
  resources.meshPeerings,
  resources.meshAgents
] as const

/** What the hub controller may do in all namespaces. The chart's ClusterRole is made of this. */
export const hubRights: ReadonlyArray<Right> = [
  right("informers of our kinds", own, read),
  right("Meshes that are found or wished", [resources.meshes], [...apply, "delete"]),
  right("the question to each cluster's agent", [resources.meshAgents], apply),
  right(
    "finalizers: the end of a wish is recorded before the wish goes",
    [resources.meshDeployments, resources.meshFederations],
    ["patch"]
  ),
  right(
    "who deletes a definition deletes all its objects: that ends no wish",
    [resources.customResourceDefinitions],
    ["get"],
    { names: watchedDefinitions }
  ),
  right("what people read", [resources.meshes, resources.meshDeployments, resources.meshFederations], ["patch"], {
    subresource: "status"
  }),
  right(
    "to be granted to each agent for its own MeshAgent: nobody can grant what they may not do",
    [resources.meshAgents],
    ["patch"],
    { subresource: "status" }
  ),
  right("informers of OCM's kinds", [resources.managedClusters], read),
  right("what is delivered to managed clusters", [resources.manifestWorks], ["get", ...read, ...apply, "delete"]),
  right(
    "registration and health of the agents",
    [resources.managedClusterAddOns, resources.clusterManagementAddOns, resources.addOnDeploymentConfigs],
    read
  ),
  right("finalizers: what was federated is unpicked before an agent goes", [resources.managedClusterAddOns], ["patch"]),
  right(
    "registration, configuration and health of the agents",
    [resources.managedClusterAddOns, resources.clusterManagementAddOns],
    ["patch"],
    { subresource: "status" }
  ),
  right(
    "owner references that block, where the API server asks for this right",
    [resources.managedClusterAddOns],
    ["update"],
    { subresource: "finalizers" }
  ),
  right("certificates of the agents", [resources.certificateSigningRequests], read),
  right("certificates of the agents", [resources.certificateSigningRequests], ["update"], { subresource: "approval" }),
  right("certificates of the agents", [{ ...resources.certificateSigningRequests, plural: "signers" }], ["approve"], {
    names: ["kubernetes.io/kube-apiserver-client"]
  }),
  right(
    "each agent's rights in its cluster's namespace",
    [resources.roles, resources.roleBindings],
    [...read, ...apply, "delete"]
  ),
  right("news of an object, in its namespace", [resources.events], apply)
]

/** What it may do in the namespace of the add-on alone. The chart's Role is made of this. */
export const hubRightsInAddonNamespace: ReadonlyArray<Right> = [
  right("one per wanted pair of meshes", [resources.meshPeerings], [...apply, "delete"]),
  right("one per wanted pair of meshes", [resources.meshPeerings], ["patch"], { subresource: "status" }),
  right("the id of this fleet; to create cannot be limited to a name", [resources.secrets], ["create"]),
  right("the id of this fleet", [resources.secrets], ["get"], { names: [fleetSecret] }),
  right("leader election; to create cannot be limited to a name", [resources.leases], ["create"]),
  right("leader election", [resources.leases], ["get", "update"], { names: [leaseName] })
]
