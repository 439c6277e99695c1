import { resources } from "@multicluster-mesh/mesh-model"
import { age, type BuiltinKind, builtinKind, builtinType, column } from "./BuiltinKind.ts"
import {
  atomic,
  conditions,
  flag,
  int32,
  intOrString,
  kindSchema,
  listOf,
  localReference,
  mapList,
  objectReference,
  partOf,
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
    spec: partOf({ finalizers: texts }),
    status: partOf({ phase: text, conditions })
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

const servicePort = partOf(
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

const services = builtinKind(
  resources.services,
  kindSchema("Service is a named abstraction of software service.", {
    spec: partOf({
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
      internalTrafficPolicy: text,
      externalTrafficPolicy: text
    }),
    status: partOf({
      conditions,
      loadBalancer: partOf({ ingress: listOf(partOf({ ip: text, hostname: text })) })
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
    reason: text,
    message: text,
    type: text,
    action: text,
    count: int32,
    source: partOf({ component: text, host: text }),
    reportingComponent: text,
    reportingInstance: text,
    firstTimestamp: { ...time, nullable: true },
    lastTimestamp: { ...time, nullable: true },
    eventTime: { ...time, nullable: true }
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
    endpoints: listOf(partOf({ addresses: texts }, ["addresses"])),
    ports: listOf(partOf({ name: text, protocol: withDefault(text, "TCP"), port: int32 }))
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
