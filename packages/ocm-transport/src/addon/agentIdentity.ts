import type { AddOnRegistration, ManagedClusterAddOn } from "@multicluster-mesh/mesh-model"

/** Signs certificates for clients of the hub's API server. */
export const kubeClientSigner = "kubernetes.io/kube-apiserver-client"

/** Who the agent of one cluster is on the hub. */
export interface AgentIdentity {
  readonly user: string
  readonly groups: ReadonlyArray<string>
}

/** OCM's names for the agent `agentName` of `addOn` on `cluster`. */
export const agentIdentity = (cluster: string, addOn: string, agentName = addOn): AgentIdentity => ({
  user: `system:open-cluster-management:cluster:${cluster}:addon:${addOn}:agent:${agentName}`,
  groups: [
    `system:open-cluster-management:cluster:${cluster}:addon:${addOn}`,
    `system:open-cluster-management:addon:${addOn}`
  ]
})

/** The registration that OCM shall carry out, and whom it makes of the agent. */
export interface WantedRegistration {
  readonly registration: AddOnRegistration
  /** Undefined while it is not known: a token's ServiceAccount is chosen by the cluster's registration agent. */
  readonly user: string | undefined
}

/**
 * What stands in `status.registrations` of an add-on.
 *
 * With tokens the subject is the registration agent's to write. That agent is of the managed cluster, so it is only
 * believed where it names the ServiceAccount that OCM makes for it.
 */
export const wantedRegistration = (addOn: ManagedClusterAddOn, identity: AgentIdentity): WantedRegistration => {
  if (addOn.status?.kubeClientDriver !== "token") {
    return {
      registration: { signerName: kubeClientSigner, subject: { user: identity.user, groups: identity.groups } },
      user: identity.user
    }
  }
  const { name, namespace = "" } = addOn.metadata
  const known = addOn.status.registrations?.find(({ signerName }) => signerName === kubeClientSigner)
  const user = known?.subject?.user
  return user === `system:serviceaccount:${namespace}:${name}-agent`
    ? { registration: { signerName: kubeClientSigner, subject: { user } }, user }
    : { registration: { signerName: kubeClientSigner }, user: undefined }
}
