import { contentKinds, snapshotKinds } from "@multicluster-mesh/discovery"
import { byText, labels, resources, type ResourceType } from "@multicluster-mesh/mesh-model"
import type { PolicyRule } from "@multicluster-mesh/ocm-transport/addon"

/**
 * What an agent may do on its own cluster: watch the kinds that discovery reads and that we deliver, look again at what
 * we deliver by its name, and list what is in a namespace that is to be removed. Secrets are not among them.
 */
export const agentRights: ReadonlyArray<PolicyRule> = rulesOf([
  // an API server that cannot stream a list is asked for one, then watched
  ...granting(
    ["list", "watch"],
    snapshotKinds.map(({ type }) => type)
  ),
  ...granting(["list", "watch"], [resources.customResourceDefinitions]),
  ...granting(["get", "list", "watch"], resources.delivered),
  ...granting(["list"], contentKinds)
])

/**
 * What it may do besides where an administrator wants namespaces that we made to go with their meshes: see what Secrets
 * are in them. It asks for metadata alone, but no right says so.
 */
export const agentSecretRights: ReadonlyArray<PolicyRule> = [
  { apiGroups: [resources.secrets.group], resources: [resources.secrets.plural], verbs: ["list"] }
]

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
    verbs: ["list", "watch"]
  },
  {
    apiGroups: [resources.meshAgents.group],
    resources: [`${resources.meshAgents.plural}/status`],
    resourceNames: [labels.addonName],
    verbs: ["patch"]
  }
]

type Grant = readonly [ResourceType, verb: string]

function granting(verbs: ReadonlyArray<string>, types: ReadonlyArray<ResourceType>): ReadonlyArray<Grant> {
  return types.flatMap((type) => verbs.map((verb): Grant => [type, verb]))
}

function isSecret({ group, plural }: ResourceType): boolean {
  return group === "" && plural === resources.secrets.plural
}

/** One rule for all resources of a group that get the same verbs. */
function rulesOf(grants: ReadonlyArray<Grant>): ReadonlyArray<PolicyRule> {
  const resourcesWithVerbs = [
    ...Map.groupBy(
      grants.filter(([type]) => !isSecret(type)),
      ([{ group, plural }]) => `${group}/${plural}`
    ).values()
  ].map((granted) => ({
    group: granted[0]?.[0].group ?? "",
    plural: granted[0]?.[0].plural ?? "",
    verbs: [...new Set(granted.map(([, verb]) => verb))].toSorted(byText)
  }))
  return [...Map.groupBy(resourcesWithVerbs, ({ group, verbs }) => `${group} ${verbs.join()}`)]
    .toSorted(([a], [b]) => byText(a, b))
    .flatMap(([, [first, ...others]]) =>
      first === undefined
        ? []
        : [
            {
              apiGroups: [first.group],
              resources: [first, ...others].map(({ plural }) => plural).toSorted(byText),
              verbs: first.verbs
            }
          ]
    )
}
