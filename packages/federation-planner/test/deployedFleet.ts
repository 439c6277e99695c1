import type { HubState } from "@multicluster-mesh/federation-planner"
import { type KubeObject } from "@multicluster-mesh/mesh-model"
import { deploymentOf, federationOf, meshRef, now } from "@multicluster-mesh/federation-planner/testing"
import { Fleet } from "./Fleet.ts"
import { hubDeploying } from "./hubDeploying.ts"

export const clusters = ["managedcluster1", "managedcluster2"]
export const one = "managedcluster1"

export const seed = (given: Partial<HubState> = {}): HubState => hubDeploying(clusters, given)

export const pair = seed({
  federations: [federationOf("mcsm", [[meshRef("managedcluster1"), meshRef("managedcluster2")]])]
})

export const isOnOne = ({ metadata }: { readonly metadata: { readonly namespace?: string } }): boolean =>
  metadata.namespace === one

export const isOnTwo = ({ metadata }: { readonly metadata: { readonly namespace?: string } }): boolean =>
  metadata.namespace === "managedcluster2"

export const settled = (given: Partial<HubState> = {}): Fleet => {
  const fleet = new Fleet(seed(given))
  fleet.settle()
  return fleet
}

export const deleting = <A extends { readonly metadata: object }>(object: A): A => ({
  ...object,
  metadata: { ...object.metadata, deletionTimestamp: now }
})

export const deleteDeployment = (fleet: Fleet): void => {
  fleet.state = { ...fleet.state, deployments: fleet.state.deployments.map(deleting) }
}

export const conditionOf = (fleet: Fleet, mesh: string, type: string) =>
  fleet.state.meshes
    .find(({ metadata }) => metadata.name === mesh)
    ?.status?.conditions?.find((condition) => condition.type === type)

export const userObject = (apiVersion: string, kind: string, name: string, namespace?: string): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  spec: {}
})

export const everything = [
  "ClusterRole multicluster-mesh-work",
  "Namespace mesh-system",
  "ServiceMeshControlPlane mesh-system/mesh",
  "ServiceMeshMemberRoll mesh-system/default",
  "Subscription openshift-operators/jaeger-product",
  "Subscription openshift-operators/servicemeshoperator"
]

/** What a removal leaves of it. */
export const afterwards = everything.filter((object) => object.startsWith("Subscription"))

/** The admission of an operator that does not know `version`. */
export const refusesVersion =
  (version: string) =>
  ({ kind, spec }: KubeObject): string | undefined =>
    kind === "ServiceMeshControlPlane" && JSON.stringify(spec).includes(version)
      ? `invalid Version: ${version}; supported versions are: v2.5`
      : undefined

/** The deployment of a fleet with another version. */
export const versioned = (fleet: Fleet, version: string) => {
  const template = deploymentOf("mesh", clusters).spec.controlPlane
  return deploymentOf(
    "mesh",
    clusters,
    { controlPlane: { ...template, version } },
    fleet.state.deployments[0]?.metadata
  )
}
