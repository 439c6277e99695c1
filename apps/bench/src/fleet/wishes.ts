import { labels, names, type KubeObject, type MeshRef } from "@multicluster-mesh/mesh-model"

/** How large a fleet is, and what is wished of it. */
export interface FleetSize {
  readonly clusters: number
  /** Services that meshes offer to their peers, over the whole fleet. */
  readonly services: number
  /** Clusters of one MeshDeployment. */
  readonly perDeployment: number
}

/** Meshes of one MeshFederation: each is federated with the next, and the last with the first. */
const ring = 10

/** Namespace of what people write. */
export const userNamespace = "open-cluster-management"

/** Names of the clusters, in order. */
export const clustersOf = ({ clusters }: FleetSize): ReadonlyArray<string> =>
  Array.from({ length: clusters }, (_, index) => `cluster-${index.toString().padStart(4, "0")}`)

/** MeshDeployments that give each cluster one mesh. */
export const deploymentsOf = (size: FleetSize): ReadonlyArray<KubeObject> =>
  groupsOf(clustersOf(size), size.perDeployment).map((clusters, index) => ({
    apiVersion: labels.apiVersion,
    kind: "MeshDeployment",
    metadata: { name: deploymentName(index), namespace: userNamespace },
    spec: {
      clusters,
      controlPlane: {
        components: ["prometheus", "istio-discovery", "istio-ingress", "mesh-config", "telemetry-common"],
        namespace: "mesh-system",
        profiles: ["default"],
        version: "v2.1"
      },
      meshMemberRoll: ["mesh-bookinfo"],
      meshProvider: "Openshift Service Mesh"
    }
  }))

const deploymentName = (index: number): string => `mesh-${index}`

/** MeshFederations over those meshes; each service is offered to both peers of its mesh. */
export const federationsOf = (size: FleetSize): ReadonlyArray<KubeObject> => {
  const meshes = clustersOf(size).map((cluster, index): MeshRef => {
    const deployment = deploymentName(Math.floor(index / size.perDeployment))
    return { cluster, name: names.deployedMeshName(cluster, deployment) }
  })
  const servicesOf = (index: number): ReadonlyArray<string> => {
    const [from, to] = [index, index + 1].map((end) => Math.floor((end * size.services) / size.clusters))
    return Array.from({ length: (to ?? 0) - (from ?? 0) }, (_, service) => `service-${service}`)
  }
  return groupsOf([...meshes.entries()], ring)
    .filter((members) => members.length > 1)
    .map((members, index) => ({
      apiVersion: labels.apiVersion,
      kind: "MeshFederation",
      metadata: { name: `federation-${index}`, namespace: userNamespace },
      spec: {
        meshPeers: pairsInRing(members.map(([, mesh]) => mesh)).map((peers) => ({ peers })),
        trustConfig: { trustType: "Limited" },
        services: members.flatMap(([place, from], entry) =>
          servicesOf(place).length === 0
            ? []
            : [{ name: `entry-${entry}`, from, namespace: "mesh-bookinfo", names: servicesOf(place) }]
        )
      }
    }))
}

const pairsInRing = (meshes: ReadonlyArray<MeshRef>): ReadonlyArray<ReadonlyArray<MeshRef>> =>
  meshes
    .map((mesh, index) => [mesh, meshes[(index + 1) % meshes.length] ?? mesh])
    .slice(0, meshes.length === 2 ? 1 : meshes.length)

const groupsOf = <A>(all: ReadonlyArray<A>, size: number): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size))
