import { contentKinds, snapshotKinds } from "@multicluster-mesh/discovery"
import { byText, labels, resources, type ResourceType } from "@multicluster-mesh/mesh-model"
import type { PolicyRule } from "@multicluster-mesh/ocm-transport/addon"

/**
 * What an agent may do on its own cluster: read the kinds that discovery lists and that we deliver, and what is in a
 * namespace that is to be removed. Secrets are not among them: whoever wants namespaces with Secrets in them to be
 * removed gives the agent that right by a ClusterRole of their own.
 */
export const agentRights: ReadonlyArray<PolicyRule> = readOnly([
  ...snapshotKinds.map(({ type }) => type),
  ...contentKinds,
  ...resources.delivered,
  resources.customResourceDefinitions
])

/** What an agent may do in the namespace in which it lives: say by its Lease that it works. */
export const agentLeaseRights: ReadonlyArray<PolicyRule> = [
  // to create cannot be limited to a name
  { apiGroups: [resources.leases.group], resources: [resources.leases.plural], verbs: ["create"] },
  {
    apiGroups: [resources.leases.group],
    resources: [resources.leases.plural],
    resourceNames: [labels.addonName],
    verbs: ["get", "update"]
  }
]

/** What an agent may do on the hub, in the namespace of its cluster: read its question, and answer it. */
export const agentHubRights: ReadonlyArray<PolicyRule> = [
  {
    apiGroups: [resources.meshAgents.group],
    resources: [resources.meshAgents.plural],
    resourceNames: [labels.addonName],
    verbs: ["get", "list", "watch"]
  },
  {
    apiGroups: [resources.meshAgents.group],
    resources: [`${resources.meshAgents.plural}/status`],
    resourceNames: [labels.addonName],
    verbs: ["patch"]
  }
]

function readOnly(types: ReadonlyArray<ResourceType>): ReadonlyArray<PolicyRule> {
  const readable = types.filter(({ group, plural }) => group !== "" || plural !== resources.secrets.plural)
  return [...Map.groupBy(readable, ({ group }) => group)]
    .toSorted(([a], [b]) => byText(a, b))
    .map(([group, types]) => ({
      apiGroups: [group],
      resources: [...new Set(types.map(({ plural }) => plural))].toSorted(byText),
      verbs: ["get", "list", "watch"]
    }))
}
