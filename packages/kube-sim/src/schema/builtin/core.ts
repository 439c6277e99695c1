import { resources } from "@multicluster-mesh/mesh-model"
import { age, type BuiltinKind, builtinKind, builtinType, column } from "./BuiltinKind.ts"
import {
  anyObject,
  atomic,
  conditionsWith,
  flag,
  int32,
  int64,
  intOrString,
  kindSchema,
  listOf,
  localReference,
  mapList,
  microTime,
  objectReference,
  structOf,
  text,
  textMap,
  texts,
  time,
  withDefault
} from "./parts.ts"
import { pods } from "./pods.ts"

const binary = { type: "object", additionalProperties: { type: "string", format: "byte" } } as const

const namespaces = builtinKind(
  resources.namespaces,
  kindSchema("Namespace provides a scope for names.", {
    spec: structOf({ finalizers: texts }),
    status: structOf({ phase: text, conditions: conditionsWith({}) })
  }),
  { shortNames: ["ns"], subresources: { status: true }, columns: [column("Status", ".status.phase"), age] }
)

const configMaps = builtinKind(
  resources.configMaps,
  kindSchema("ConfigMap holds configuration data for pods to consume.", {
    data: textMap,
    binaryData: binary,
    immutable: flag
  }),
  { shortNames: ["cm"] }
)

const secrets = builtinKind(
  resources.secrets,
  kindSchema("Secret holds secret data of a certain type.", {
    data: binary,
    stringData: textMap,
    type: withDefault(text, "Opaque"),
    immutable: flag
  }),
  { columns: [column("Type", ".type"), age] }
)

const servicePort = structOf(
  {
    name: text,
    protocol: withDefault(text, "TCP"),
    appProtocol: text,
    port: int32,
    targetPort: intOrString,
    nodePort: int32
  },
  ["port"]
)

const ingressPort = structOf({ port: int32, protocol: text, error: text }, ["port", "protocol"])

const services = builtinKind(
  resources.services,
  kindSchema("Service is a named abstraction of software service.", {
    spec: structOf({
      ports: mapList(["port", "protocol"], servicePort),
      selector: atomic(textMap),
      clusterIP: text,
      clusterIPs: texts,
      type: withDefault(text, "ClusterIP"),
      externalIPs: texts,
      sessionAffinity: withDefault(text, "None"),
      loadBalancerIP: text,
      loadBalancerSourceRanges: texts,
      externalName: text,
      publishNotReadyAddresses: flag,
      ipFamilies: texts,
      ipFamilyPolicy: text,
      allocateLoadBalancerNodePorts: flag,
      healthCheckNodePort: int32,
      loadBalancerClass: text,
      sessionAffinityConfig: structOf({ clientIP: structOf({ timeoutSeconds: int32 }) }),
      trafficDistribution: text,
      internalTrafficPolicy: text,
      externalTrafficPolicy: text
    }),
    status: structOf({
      conditions: conditionsWith({ observedGeneration: int64 }),
      loadBalancer: structOf({
        ingress: listOf(structOf({ ip: text, ipMode: text, hostname: text, ports: listOf(ingressPort) }))
      })
    })
  }),
  {
    shortNames: ["svc"],
    categories: ["all"],
    subresources: { status: true },
    columns: [
      column("Type", ".spec.type"),
      column("Cluster-IP", ".spec.clusterIP"),
      column("External-IP", ".status.loadBalancer.ingress[*].ip"),
      column("Port(s)", ".spec.ports[*].port"),
      age
    ]
  }
)

const serviceAccounts = builtinKind(
  resources.serviceAccounts,
  kindSchema("ServiceAccount gives processes in pods an identity.", {
    secrets: mapList(["name"], { ...objectReference, required: ["name"] }),
    imagePullSecrets: listOf(localReference),
    automountServiceAccountToken: flag
  }),
  { shortNames: ["sa"] }
)

const events = builtinKind(
  resources.events,
  kindSchema("Event is a report of something that happened in the cluster.", {
    involvedObject: objectReference,
    related: objectReference,
    series: structOf({ count: int32, lastObservedTime: microTime }),
    reason: text,
    message: text,
    type: text,
    action: text,
    count: int32,
    source: structOf({ component: text, host: text }),
    reportingComponent: text,
    reportingInstance: text,
    firstTimestamp: { ...time, nullable: true },
    lastTimestamp: { ...time, nullable: true },
    eventTime: { ...microTime, nullable: true }
  }),
  {
    shortNames: ["ev"],
    columns: [
      column("Last Seen", ".lastTimestamp", "date"),
      column("Type", ".type"),
      column("Reason", ".reason"),
      column("Object", ".involvedObject.name"),
      column("Message", ".message")
    ]
  }
)

const endpointSlices = builtinKind(
  builtinType("discovery.k8s.io", "EndpointSlice", "endpointslices"),
  kindSchema("EndpointSlice is a set of service endpoints.", {
    addressType: text,
    endpoints: listOf(
      structOf(
        {
          addresses: { ...texts, "x-kubernetes-list-type": "set" },
          conditions: structOf({ ready: flag, serving: flag, terminating: flag }),
          deprecatedTopology: textMap,
          hints: anyObject,
          hostname: text,
          nodeName: text,
          targetRef: objectReference,
          zone: text
        },
        ["addresses"]
      )
    ),
    ports: listOf(structOf({ name: text, protocol: withDefault(text, "TCP"), port: int32, appProtocol: text }))
  })
)

/** The kinds of the core group, and the endpoints of Services. */
export const coreKinds: ReadonlyArray<BuiltinKind> = [
  namespaces,
  configMaps,
  secrets,
  services,
  serviceAccounts,
  events,
  pods,
  endpointSlices
]
