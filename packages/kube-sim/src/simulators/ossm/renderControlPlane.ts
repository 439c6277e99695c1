import { hashOf, resources } from "@multicluster-mesh/mesh-model"
import type { KubeObject, ResourceType } from "@multicluster-mesh/ocm-transport"
import { boolAt, dataAt, listAt, numberAt, textAt, textsAt, type Data } from "../fields.ts"

/** One object that the operator makes, and the component to which it belongs. */
export interface Rendered {
  readonly type: ResourceType
  readonly object: KubeObject
}

/** The kinds that `renderControlPlane` makes: the pruner looks through them. */
export const renderedTypes: ReadonlyArray<ResourceType> = [
  resources.deployments,
  resources.services,
  resources.serviceAccounts,
  resources.configMaps
]

export const managedBy = "maistra-istio-operator"
export const ownerLabel = "maistra.io/owner"
export const gatewayLabel = "maistra.io/gateway"

/** The workloads of a control plane with these components (maistra/istio-operator, resources/helm). */
export const renderControlPlane = (
  controlPlane: KubeObject,
  components: ReadonlyArray<string>
): ReadonlyArray<Rendered> => {
  const name = controlPlane.metadata.name
  const rendered = workload(controlPlane, {
    component: "istio-discovery",
    name: `istiod-${name}`,
    serviceAccount: `istiod-service-account-${name}`,
    labels: { app: "istiod", "istio.io/rev": name },
    service: { ports: [port("grpc-xds", 15010), port("https-dns", 15012), port("https-discovery", 8188)] },
    replicas: istiodReplicas(controlPlane)
  })
  const mesh = plain(controlPlane, "mesh-config", resources.configMaps, "v1", `istio-${name}`, {
    data: { mesh: JSON.stringify({ trustDomain: trustDomainOf(controlPlane) }) }
  })
  const addons = ["prometheus", "grafana"]
    .filter((component) => components.includes(component))
    .flatMap((component) =>
      workload(controlPlane, {
        component,
        name: component,
        serviceAccount: component,
        labels: { app: component },
        service: { ports: [port("https", component === "grafana" ? 3000 : 9090)] },
        replicas: 1
      })
    )
  const gateways = components.includes("istio-ingress") ? gatewaysOf(controlPlane) : []
  return [...rendered, mesh, ...addons, ...gateways]
}

export const trustDomainOf = (controlPlane: KubeObject): string =>
  textAt(controlPlane, "spec", "security", "trust", "domain") || "cluster.local"

export const istiodReplicas = (controlPlane: KubeObject): number =>
  numberAt(controlPlane, "spec", "runtime", "components", "pilot", "deployment", "replicas") ?? 1

const gatewaysOf = (controlPlane: KubeObject): ReadonlyArray<Rendered> =>
  (["ingress", "egress"] as const).flatMap((direction) => {
    const additional = direction === "ingress" ? "additionalIngress" : "additionalEgress"
    const standard = dataAt(controlPlane, "spec", "gateways", direction)
    return [
      ...(boolAt(standard, "enabled") === false
        ? []
        : gateway(controlPlane, `istio-${direction}gateway`, direction, standard)),
      // an additional gateway without `enabled: true` is skipped without a message
      ...Object.keys(dataAt(controlPlane, "spec", "gateways", additional)).flatMap((name) => {
        const spec = dataAt(controlPlane, "spec", "gateways", additional, name)
        return boolAt(spec, "enabled") === true ? gateway(controlPlane, name, direction, spec) : []
      })
    ]
  })

const gateway = (
  controlPlane: KubeObject,
  name: string,
  direction: "ingress" | "egress",
  spec: Data
): ReadonlyArray<Rendered> => {
  const namespace = textAt(spec, "namespace") ?? controlPlane.metadata.namespace ?? ""
  const ports = listAt(spec, "service", "ports")
  const labels = Object.entries(dataAt(spec, "service", "metadata", "labels")).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string"
  )
  return workload(controlPlane, {
    component: `istio-${direction}`,
    name,
    namespace,
    serviceAccount: `${name}-service-account`,
    labels: {
      app: name,
      istio: `${direction}gateway`,
      [gatewayLabel]: `${name}.${namespace}`,
      // land on Deployment, pods and Service, and in the Service's selector
      ...Object.fromEntries(labels)
    },
    service: {
      type: textAt(spec, "service", "type") ?? "ClusterIP",
      annotations: dataAt(spec, "service", "metadata", "annotations"),
      ports: ports.length > 0 ? ports : [port("http2", 80), port("https", 443)]
    },
    replicas: numberAt(spec, "runtime", "deployment", "replicas") ?? 1
  })
}

interface Workload {
  readonly component: string
  readonly name: string
  readonly namespace?: string
  readonly serviceAccount: string
  readonly labels: Readonly<Record<string, string>>
  readonly service: {
    readonly type?: string
    readonly annotations?: Data
    readonly ports: ReadonlyArray<unknown>
  }
  readonly replicas: number
}

const workload = (controlPlane: KubeObject, wanted: Workload): ReadonlyArray<Rendered> => {
  const { component, name, labels, namespace = controlPlane.metadata.namespace } = wanted
  const make = (type: ResourceType, apiVersion: string, objectName: string, fields: Data, annotations?: Data) =>
    plain(controlPlane, component, type, apiVersion, objectName, fields, { labels, namespace, annotations })
  return [
    make(resources.serviceAccounts, "v1", wanted.serviceAccount, {}),
    make(resources.deployments, "apps/v1", name, {
      spec: {
        replicas: wanted.replicas,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            serviceAccountName: wanted.serviceAccount,
            containers: [{ name: component === "istio-discovery" ? "discovery" : "istio-proxy", image: "simulated" }]
          }
        }
      }
    }),
    make(
      resources.services,
      "v1",
      name,
      { spec: { type: wanted.service.type ?? "ClusterIP", selector: labels, ports: wanted.service.ports } },
      wanted.service.annotations
    )
  ]
}

const plain = (
  controlPlane: KubeObject,
  component: string,
  type: ResourceType,
  apiVersion: string,
  name: string,
  fields: Data,
  own: { readonly labels?: Data; readonly namespace?: string | undefined; readonly annotations?: Data | undefined } = {}
): Rendered => {
  const home = controlPlane.metadata.namespace ?? ""
  const namespace = own.namespace ?? home
  const owner = {
    apiVersion: controlPlane.apiVersion,
    kind: controlPlane.kind,
    name: controlPlane.metadata.name,
    uid: controlPlane.metadata.uid ?? "",
    controller: true,
    blockOwnerDeletion: true
  }
  return {
    type,
    object: {
      apiVersion,
      kind: type.kind,
      metadata: {
        name,
        namespace,
        labels: { ...texts(own.labels), ...operatorLabels(controlPlane, component) },
        ...(own.annotations === undefined || Object.keys(own.annotations).length === 0
          ? {}
          : { annotations: texts(own.annotations) }),
        ...(namespace === home ? { ownerReferences: [owner] } : {})
      },
      ...fields
    }
  }
}

const texts = (data: Data = {}): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(data).filter((entry): entry is [string, string] => typeof entry[1] === "string"))

const operatorLabels = (controlPlane: KubeObject, component: string): Readonly<Record<string, string>> => ({
  [ownerLabel]: controlPlane.metadata.namespace ?? "",
  "maistra.io/owner-name": controlPlane.metadata.name,
  "app.kubernetes.io/component": component,
  "app.kubernetes.io/part-of": "istio",
  "app.kubernetes.io/managed-by": managedBy
})

const port = (name: string, number: number) => ({ name, port: number, protocol: "TCP", targetPort: number })

/** One istiod pod; `start` counts how often it was started. */
export const istiodPod = (controlPlane: KubeObject, replica: number, start: number): KubeObject => {
  const name = `istiod-${controlPlane.metadata.name}`
  const id = hashOf(`${controlPlane.metadata.uid} ${replica} ${start}`, 14)
  const rendered = plain(controlPlane, "istio-discovery", resources.configMaps, "v1", "", {})
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...rendered.object.metadata,
      name: `${name}-${id.slice(0, 9)}-${id.slice(9)}`,
      labels: { ...rendered.object.metadata.labels, app: "istiod", "istio.io/rev": controlPlane.metadata.name }
    },
    spec: { containers: [{ name: "discovery", image: "simulated" }] }
  }
}

/** Names of the additional gateways' network views, by gateway. */
export const networkViews = (controlPlane: KubeObject, gateway: string): ReadonlyArray<string> =>
  textsAt(controlPlane, "spec", "gateways", "additionalEgress", gateway, "requestedNetworkView")
