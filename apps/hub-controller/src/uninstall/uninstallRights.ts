import { labels, resources } from "@multicluster-mesh/mesh-model"
import { leaseName } from "../leadHub.ts"
import { type Right, right } from "../Right.ts"

/** The Deployment of the hub controller, as the chart calls it. */
export const hubDeployment = "multicluster-mesh-hub-controller"

/** What holds our finalizer where it is a wish. */
export const wishes = [resources.meshDeployments, resources.meshFederations, resources.meshes] as const

const named = { names: [labels.addonName] }

/** What `uninstall` may do in all namespaces. The ClusterRole of the chart's hook is made of this. */
export const uninstallRights: ReadonlyArray<Right> = [
  right("no cluster gets the add-on any more", [resources.clusterManagementAddOns], ["get", "delete"], named),
  right(
    "it leaves all clusters, and what nobody will undo holds none of them",
    [resources.managedClusterAddOns],
    ["list", "delete", "patch"],
    named
  ),
  right("our finalizers, which nobody else takes off", wishes, ["list", "patch"]),
  right("the peerings that are left are named", [resources.meshPeerings], ["list"]),
  right("news of what was given up, in the namespace of its cluster", [resources.events], ["create"])
]

/** What it may do in the namespace of the add-on alone. The Role of the chart's hook is made of this. */
export const uninstallRightsInAddonNamespace: ReadonlyArray<Right> = [
  right("the hub controller stops before its finalizers go", [resources.deployments], ["get", "delete"], {
    names: [hubDeployment]
  }),
  right("nobody leads meanwhile", [resources.leases], ["get", "update", "delete"], { names: [leaseName] })
]
