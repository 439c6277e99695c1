import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { dataOf, listAt, numberAt, textAt } from "../fields.ts"
import type { Installed } from "./InstalledPlanes.ts"
import { type Endpoint, freshIstiod, type Gateway, type Mesh } from "./Mesh.ts"
import { gatewayLabel, networkViews, ownerLabel, trustDomainOf } from "./renderControlPlane.ts"

interface Surroundings {
  readonly cluster: string
  readonly nodeAddress: string
  readonly services: ReadonlyArray<KubeObject>
  readonly deployments: ReadonlyArray<KubeObject>
  readonly members: ReadonlyArray<string>
}

/** A control plane as other meshes meet it. istiod's memory is that of `before`, as long as its pods are the same. */
export const meshOf = ({ object, root, pods }: Installed, around: Surroundings, before: Mesh | undefined): Mesh => {
  const { namespace = "", name, uid = "" } = object.metadata
  const remembers = before?.uid === uid && before.istiod.pods.join(" ") === pods.join(" ")
  return {
    cluster: around.cluster,
    namespace,
    name,
    uid,
    trustDomain: trustDomainOf(object),
    clusterName: textAt(object, "spec", "cluster", "name") ?? "Kubernetes",
    root,
    members: around.members,
    gateways: around.services
      // istiod finds the gateways of a peer only in its own namespace
      .filter(({ metadata }) => metadata.namespace === namespace && metadata.labels?.[ownerLabel] === namespace)
      .filter(({ metadata }) => metadata.labels?.[gatewayLabel] !== undefined)
      .map((service) => gatewayOf(object, service, around)),
    istiod: remembers ? before.istiod : freshIstiod(pods)
  }
}

const gatewayOf = (controlPlane: KubeObject, service: KubeObject, around: Surroundings): Gateway => {
  const { name, namespace, labels } = service.metadata
  const deployment = around.deployments.find(
    ({ metadata }) => metadata.name === name && metadata.namespace === namespace
  )
  const ports = listAt(service, "spec", "ports").map(dataOf)
  return {
    name,
    direction: labels?.["app.kubernetes.io/component"] === "istio-egress" ? "Egress" : "Ingress",
    ready: (numberAt(deployment, "status", "availableReplicas") ?? 0) > 0,
    ports: ports.map((port) => numberAt(port, "port") ?? 0),
    endpoints: endpointsOf(service, around.nodeAddress),
    requestedNetworkView: networkViews(controlPlane, name)
  }
}

const endpointsOf = (service: KubeObject, nodeAddress: string): ReadonlyArray<Endpoint> => {
  const { name, namespace } = service.metadata
  const ports = listAt(service, "spec", "ports")
  const portOf = (field: "port" | "nodePort") =>
    Object.fromEntries(ports.map((port) => [numberAt(port, "port") ?? 0, numberAt(port, field) ?? 0]))
  const own = [`${name}.${namespace}.svc.cluster.local`, textAt(service, "spec", "clusterIP") ?? ""]
  const balancers = listAt(service, "status", "loadBalancer", "ingress").map(
    (entry) => textAt(entry, "ip") ?? textAt(entry, "hostname") ?? ""
  )
  const type = textAt(service, "spec", "type")
  return [
    ...own
      .filter((address) => address !== "" && address !== "None")
      .map((address) => ({
        address,
        portOf: portOf("port"),
        localOnly: true
      })),
    ...balancers.map((address) => ({ address, portOf: portOf("port"), localOnly: false })),
    ...(type === "NodePort" || type === "LoadBalancer"
      ? [{ address: nodeAddress, portOf: portOf("nodePort"), localOnly: false }]
      : [])
  ]
}
