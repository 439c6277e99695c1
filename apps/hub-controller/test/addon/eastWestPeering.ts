import { labels, type MeshPeering } from "@multicluster-mesh/mesh-model"

const sideOn = (cluster: string) => ({
  cluster,
  mesh: "mesh",
  namespace: "mesh-system",
  controlPlane: "mesh",
  trustDomain: `${cluster}.local`,
  peerName: "peer",
  ingressGateway: "in",
  egressGateway: "out"
})

/** The MeshPeering of two meshes, in the namespace of the add-on. */
export const eastWestPeering = (namespace: string): MeshPeering => ({
  apiVersion: labels.apiVersion,
  kind: "MeshPeering",
  metadata: { name: "east-west", namespace },
  spec: {
    meshProvider: "Openshift Service Mesh",
    trustType: "Limited",
    left: sideOn("east"),
    right: sideOn("west")
  }
})
