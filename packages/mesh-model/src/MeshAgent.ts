import * as Schema from "effect/Schema"
import { ComponentReadiness } from "./Mesh.ts"
import { ObjectMeta } from "./ObjectMeta.ts"
import { count, labelName, listOf, mapOf, namespaceOrNone, objectName, setOf, text } from "./parts.ts"
import { MeshProvider } from "./provider.ts"

const identity = {
  apiVersion: text("API version of the object.", 128),
  kind: text("Kind of the object.", 63),
  namespace: namespaceOrNone("Namespace of the object; empty for a cluster-scoped one."),
  name: text("Name of the object.", 253)
}
const identityKeys = ["apiVersion", "kind", "namespace", "name"]

const service = {
  namespace: labelName("Namespace of the Service."),
  name: labelName("Name of the Service.")
}

export const MeshAgentSpec = Schema.Struct({
  fleetId: text("Fleet of the hub; objects that carry it as a label are ours.", 63),
  objects: Schema.optionalKey(
    mapOf(
      Schema.Struct({
        ...identity,
        confirm: Schema.optionalKey(
          Schema.Boolean.annotate({
            description: "The object is to be removed: only a look taken after this was asked counts."
          })
        )
      }),
      identityKeys,
      "Objects planned for the cluster: the agent says of each whether it is there, and whose it is.",
      10_000
    )
  ),
  services: Schema.optionalKey(
    mapOf(Schema.Struct(service), ["namespace", "name"], "Services of which the hub needs to know.", 10_000)
  ),
  namespaces: Schema.optionalKey(
    setOf(labelName("A namespace."), "Namespaces that are to be removed: the agent says what else is in them.", 1000)
  )
}).annotate({ description: "What the hub asks; written by the hub." })
export type MeshAgentSpec = typeof MeshAgentSpec.Type

/** The parts of a report, each of which may be incomplete on its own. */
export const ReportPart = Schema.Literals(["APIs", "Operators", "ControlPlanes", "Objects", "Services", "Namespaces"])
export type ReportPart = typeof ReportPart.Type

/** The mark that an object carries. */
export const Mark = Schema.Struct({
  fleetId: text("Fleet that it belongs to.", 63),
  unit: text("Hash of the plan unit that it belongs to.", 63)
})
export type Mark = typeof Mark.Type

export const OperatorReport = Schema.Struct({
  package: text("Package of the operator.", 253),
  namespace: labelName("Namespace of the Subscription."),
  name: objectName("Name of the Subscription."),
  mark: Schema.optionalKey(Mark.annotate({ description: "Our mark, if we made the Subscription." })),
  channel: Schema.optionalKey(text("Channel.", 253)),
  approval: Schema.optionalKey(text("Automatic or Manual.", 32)),
  state: Schema.optionalKey(text("State of the Subscription.", 64)),
  installedCSV: Schema.optionalKey(text("ClusterServiceVersion that is installed.", 253)),
  phase: Schema.optionalKey(text("Phase of that ClusterServiceVersion.", 64)),
  message: Schema.optionalKey(text("What OLM complains of.", 2048))
})
export type OperatorReport = typeof OperatorReport.Type

export const GatewayReport = Schema.Struct({
  name: labelName("Name of the gateway."),
  direction: Schema.Literals(["Ingress", "Egress"]).annotate({ description: "Which way it leads." }),
  ready: Schema.Boolean.annotate({ description: "Whether its Deployment is available." }),
  serviceType: Schema.optionalKey(text("Type of its Service.", 32)),
  addresses: listOf(text("Host name or IP address.", 253), "Addresses of its load balancer, sorted.", 16)
})
export type GatewayReport = typeof GatewayReport.Type

export const PeerReport = Schema.Struct({
  name: labelName("Name of the ServiceMeshPeer."),
  connected: Schema.Boolean.annotate({ description: "Whether a living istiod watches the peer." }),
  synced: Schema.Boolean.annotate({ description: "Whether that watch has had a full synchronisation." }),
  watched: Schema.Boolean.annotate({ description: "Whether the peer's istiod watches us." }),
  message: Schema.optionalKey(text("Why the last watch ended.", 1024))
})
export type PeerReport = typeof PeerReport.Type

const ExportedService = Schema.Struct({
  namespace: text("Namespace of the Service.", 63),
  name: text("Name of the Service.", 253),
  exportedName: text("Name under which the peer sees it.", 512)
})

const ImportedService = Schema.Struct({
  exportedName: text("Name under which the peer offers it.", 512),
  localHost: text("Host under which it is reached here; empty when it is offered and not imported.", 512)
})

export const ControlPlaneReport = Schema.Struct({
  meshProvider: MeshProvider,
  namespace: labelName("Namespace of the control plane."),
  name: objectName("Name of the control plane."),
  uid: text("uid of the control plane.", 64),
  mark: Schema.optionalKey(Mark.annotate({ description: "Our mark, if we made it." })),
  deleting: Schema.Boolean.annotate({ description: "Whether it is being deleted." }),
  current: Schema.Boolean.annotate({ description: "Whether its status speaks of its newest generation." }),
  version: Schema.optionalKey(text("Version line.", 32)),
  chartVersion: Schema.optionalKey(text("Exact version.", 32)),
  profiles: listOf(text("Name.", 253), "Profiles.", 16),
  trustDomain: text("Trust domain in effect.", 253),
  clusterName: text("Name that istiod gives to its own cluster.", 253),
  components: ComponentReadiness.annotate({ description: "Components by how far they are." }),
  conditions: mapOf(
    Schema.Struct({
      type: text("Type.", 64),
      status: text("True, False or Unknown.", 16),
      reason: text("Reason.", 128),
      message: text("Message.", 2048)
    }),
    ["type"],
    "What the operator says of it.",
    16
  ),
  members: Schema.Struct({
    configured: listOf(text("A namespace.", 63), "Namespaces in the mesh, sorted.", 1024),
    pending: listOf(text("A namespace.", 63), "Namespaces that wait, sorted.", 1024)
  }).annotate({ description: "Member namespaces." }),
  rootCertificate: Schema.optionalKey(text("Root certificate in PEM.", 16_384)),
  gateways: mapOf(GatewayReport, ["name"], "Additional gateways.", 256),
  peers: mapOf(PeerReport, ["name"], "ServiceMeshPeers.", 256),
  exports: mapOf(
    Schema.Struct({
      peer: labelName("Name of the peer."),
      services: listOf(ExportedService, "Services that istiod exports.", 1000)
    }),
    ["peer"],
    "ExportedServiceSets.",
    256
  ),
  imports: mapOf(
    Schema.Struct({
      peer: labelName("Name of the peer."),
      services: listOf(ImportedService, "Services that the peer offers.", 1000)
    }),
    ["peer"],
    "ImportedServiceSets.",
    256
  )
})
export type ControlPlaneReport = typeof ControlPlaneReport.Type

/**
 * What the agent found under an asked name.
 *
 * `Absent` is confirmed by a second, consistent read. `NotServed` says that the API server does not know the kind, as
 * confirmed as an absence. What could not be read has no entry: unknown is not absent.
 */
export const ObjectReport = Schema.Struct({
  ...identity,
  state: Schema.Literals(["Present", "Absent", "NotServed"]).annotate({ description: "Whether it is there." }),
  mark: Schema.optionalKey(Mark.annotate({ description: "The mark that it carries." })),
  uid: Schema.optionalKey(text("Its uid.", 64)),
  deleting: Schema.optionalKey(Schema.Boolean.annotate({ description: "Whether it is being deleted." })),
  confirmed: Schema.optionalKey(
    Schema.Boolean.annotate({ description: "The look was taken after the hub asked for it to be confirmed." })
  )
})
export type ObjectReport = typeof ObjectReport.Type

export const ServiceReport = Schema.Struct({
  ...service,
  present: Schema.Boolean.annotate({ description: "Whether it is there." }),
  ports: listOf(
    Schema.Struct({ name: text("Name.", 63), port: Schema.Int.annotate({ description: "Port." }) }),
    "Ports, sorted.",
    64
  ),
  importConsent: Schema.Boolean.annotate({ description: "Whether its owner lets peers add endpoints to it." })
})
export type ServiceReport = typeof ServiceReport.Type

/** What is in a namespace that is to be removed. */
export const NamespaceReport = Schema.Struct({
  name: labelName("The namespace."),
  foreign: listOf(
    text("kind/name of an object.", 320),
    "The first 20 objects in it that are neither ours nor the mesh operator's nor made by Kubernetes itself, sorted.",
    20
  ),
  hidden: Schema.optionalKey(
    listOf(text("Kind.", 63), "Kinds that the agent may not list, sorted: whether any are in it is unknown.", 32)
  )
})
export type NamespaceReport = typeof NamespaceReport.Type

/** All that an agent says of its cluster. No clock in it: an unchanged cluster gives an unchanged report. */
const clusterReportFields = {
  parts: mapOf(
    Schema.Struct({
      name: ReportPart.annotate({ description: "Part of the report." }),
      complete: Schema.Boolean.annotate({
        description: "Whether all of it could be read; else what is missing is unknown."
      }),
      message: Schema.optionalKey(text("What could not be read.", 2048))
    }),
    ["name"],
    "How much of the report is complete.",
    16
  ),
  apis: mapOf(
    Schema.Struct({
      apiVersion: text("API version.", 128),
      kinds: listOf(text("Kind.", 63), "Kinds, sorted.", 128)
    }),
    ["apiVersion"],
    "The kinds that matter to us and that the cluster serves.",
    64
  ),
  operators: mapOf(OperatorReport, ["namespace", "name"], "Operators of service meshes.", 64),
  controlPlanes: mapOf(ControlPlaneReport, ["namespace", "name"], "Control planes.", 100),
  objects: mapOf(ObjectReport, identityKeys, "Asked objects, and others with the mark of this fleet.", 10_000),
  services: mapOf(ServiceReport, ["namespace", "name"], "Asked Services.", 10_000),
  namespaces: mapOf(NamespaceReport, ["name"], "Asked namespaces.", 1000)
}
export const ClusterReport = Schema.Struct(clusterReportFields)
export type ClusterReport = typeof ClusterReport.Type

export const MeshAgentStatus = Schema.Struct({
  observedGeneration: Schema.optionalKey(
    count("Generation of the spec at which the agent looked: what was asked later is not answered yet.")
  ),
  agentVersion: Schema.optionalKey(text("Version of the agent.", 64)),
  capabilities: Schema.optionalKey(listOf(text("A capability.", 64), "What the agent can do beyond reporting.", 64)),
  report: Schema.optionalKey(ClusterReport.annotate({ description: "The cluster as it is." }))
}).annotate({ description: "What the agent answers; written by the agent." })
export type MeshAgentStatus = typeof MeshAgentStatus.Type

/** What the hub asks of one cluster's agent, and what that agent reports: the only channel between the two. */
export const MeshAgent = Schema.Struct({
  apiVersion: Schema.String,
  kind: Schema.Literal("MeshAgent"),
  metadata: ObjectMeta,
  spec: MeshAgentSpec,
  status: Schema.optionalKey(MeshAgentStatus)
})
export type MeshAgent = typeof MeshAgent.Type

export const decodeMeshAgent = Schema.decodeUnknownEffect(MeshAgent)

/** Whether `part` of a report is complete; a report without the part is not. */
export const isComplete = (report: ClusterReport, part: ReportPart): boolean =>
  report.parts.some((entry) => entry.name === part && entry.complete)
