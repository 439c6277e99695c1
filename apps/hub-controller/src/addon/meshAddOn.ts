import { labels, resources, type ResourceType } from "@multicluster-mesh/mesh-model"
import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { type AddOn, ManifestsRefused, type PolicyRule } from "@multicluster-mesh/ocm-transport/addon"
import * as Effect from "effect/Effect"
import { agentDeployment, agentName } from "./agentDeployment.ts"
import { agentHubRights, agentLeaseRights, agentRights, agentSecretRights } from "./agentRights.ts"

/** Variables of the AddOnDeploymentConfig that this add-on knows. The image is one, so that OCM rolls it out. */
const variableNames = {
  image: "AGENT_IMAGE",
  logLevel: "LOG_LEVEL",
  pullSecret: "IMAGE_PULL_SECRET",
  listSecrets: "LIST_SECRETS"
}

const logLevels = ["all", "trace", "debug", "info", "warn", "error", "fatal", "none"]

/**
 * The mesh add-on: an agent on each managed cluster that may read there, and on the hub nothing but read its MeshAgent
 * and answer it. Everything else comes to the clusters by works of the planner, which survive the add-on.
 */
export const meshAddOn: AddOn = {
  name: labels.addonName,
  registration: {},
  health: "Lease",
  rolledOut: "Running",
  hubPermissions: { rules: agentHubRights },
  manifests: ({ addOn, hubKubeconfigSecret, installNamespace, variables }) => {
    const image = variables[variableNames.image] ?? ""
    if (image === "") return refuse(`${variableNames.image} is not set: name the image of the agent`)
    const logLevel = variables[variableNames.logLevel] ?? "info"
    if (!logLevels.includes(logLevel)) {
      return refuse(`${variableNames.logLevel} is ${logLevel}, and must be one of ${logLevels.join(", ")}`)
    }
    const listSecrets = variables[variableNames.listSecrets] ?? "false"
    if (listSecrets !== "true" && listSecrets !== "false") {
      return refuse(`${variableNames.listSecrets} is ${listSecrets}, and must be true or false`)
    }
    const rules = [...agentRights, ...(listSecrets === "true" ? agentSecretRights : [])]
    return Effect.succeed([
      object(resources.namespaces, { name: installNamespace }),
      object(resources.serviceAccounts, { name: agentName, namespace: installNamespace }),
      object(resources.clusterRoles, { name: clusterRole }, { rules }),
      bound(resources.clusterRoleBindings, { name: clusterRole }, installNamespace),
      ...leaseAccess(installNamespace, agentLeaseRights),
      agentDeployment({
        cluster: addOn.metadata.namespace ?? "",
        namespace: installNamespace,
        image,
        logLevel,
        hubSecret: hubKubeconfigSecret,
        pullSecret: variables[variableNames.pullSecret]
      })
    ])
  }
}

const clusterRole = `open-cluster-management:${agentName}`

const refuse = (problem: string) =>
  Effect.fail(new ManifestsRefused({ problem: `AddOnDeploymentConfig: the variable ${problem}` }))

const object = (
  type: ResourceType,
  metadata: { readonly name: string; readonly namespace?: string },
  fields: Readonly<Record<string, unknown>> = {}
): KubeObject => ({ apiVersion: resources.apiVersionOf(type), kind: type.kind, metadata, ...fields })

const leaseAccess = (namespace: string, rules: ReadonlyArray<PolicyRule>): ReadonlyArray<KubeObject> => {
  const metadata = { name: agentName, namespace }
  return [object(resources.roles, metadata, { rules }), bound(resources.roleBindings, metadata, namespace)]
}

/** Binds the agent to the role of the same name. */
const bound = (
  type: ResourceType,
  metadata: { readonly name: string; readonly namespace?: string },
  namespace: string
): KubeObject =>
  object(type, metadata, {
    roleRef: {
      apiGroup: resources.roles.group,
      kind: metadata.namespace === undefined ? "ClusterRole" : "Role",
      name: metadata.name
    },
    subjects: [{ kind: "ServiceAccount", name: agentName, namespace }]
  })
