import { hashOf } from "@multicluster-mesh/mesh-model"
import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { textAt } from "../fields.ts"

/** Under this name OLM writes. */
export const olmManager = "olm"

/** The condition of Subscriptions that wait because one of their namespace cannot be resolved. */
export const resolutionFailed = (subscription: KubeObject) => ({
  type: "ResolutionFailed",
  status: "True",
  reason: "ConstraintsNotSatisfiable",
  message: `constraints not satisfiable: no operators found in channel ${textAt(subscription, "spec", "channel") ?? ""} of package ${textAt(subscription, "spec", "name")} in the catalog referenced by subscription ${subscription.metadata.name}`
})

export const installPlan = ({ metadata }: KubeObject, csv: string, manual: boolean): KubeObject => ({
  apiVersion: "operators.coreos.com/v1alpha1",
  kind: "InstallPlan",
  metadata: {
    name: `install-${hashOf(`${metadata.uid} ${csv}`, 5)}`,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace })
  },
  spec: { approval: manual ? "Manual" : "Automatic", approved: !manual, clusterServiceVersionNames: [csv] }
})

/** The ClusterServiceVersion `name` of a version that replaces `old`. */
export const serviceVersion = (
  namespace: string,
  name: string,
  version: string,
  old: KubeObject | undefined
): KubeObject => ({
  apiVersion: "operators.coreos.com/v1alpha1",
  kind: "ClusterServiceVersion",
  metadata: { name, namespace },
  spec: {
    displayName: name.slice(0, name.indexOf(".")),
    install: { strategy: "deployment" },
    version,
    ...(old === undefined ? {} : { replaces: old.metadata.name })
  }
})
