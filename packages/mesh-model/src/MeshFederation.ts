import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Conditions } from "./Condition.ts"
import { ObjectMeta } from "./ObjectMeta.ts"
import { count, labelName, listOf, mapOf, objectName, rules, text } from "./parts.ts"
import { TrustType } from "./provider.ts"

/** Names a mesh on the hub. */
export const MeshRef = Schema.Struct({
  name: objectName("Name of the Mesh."),
  cluster: labelName("ManagedCluster that runs it.")
})
export type MeshRef = typeof MeshRef.Type

const PeerList = Schema.Struct({
  peers: Schema.Array(MeshRef)
    .annotate({
      description: "Meshes that are federated with each other: every pair of this list.",
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["cluster", "name"]
    })
    .check(Schema.isMinLength(2), Schema.isMaxLength(64))
})

export const ServiceExport = Schema.Struct({
  name: labelName("Name of this entry."),
  from: MeshRef.annotate({ description: "The mesh that offers the services." }),
  to: Schema.optionalKey(
    mapOf(MeshRef, ["cluster", "name"], "Meshes that import the services. Omitted: all peers of `from`.", 64)
  ),
  namespace: labelName("Namespace of the services in the offering mesh."),
  names: Schema.Array(labelName("Name of a Service."))
    .annotate({ description: "Services to offer.", "x-kubernetes-list-type": "set" })
    .check(Schema.isMinLength(1), Schema.isMaxLength(256)),
  alias: Schema.optionalKey(
    Schema.Struct({
      namespace: Schema.optionalKey(labelName("Namespace under which peers see the service.")),
      name: Schema.optionalKey(labelName("Name under which peers see the service; with exactly one of `names`."))
    }).annotate({ description: "Offers the services under another name." })
  ),
  importAs: Schema.Literals(["Remote", "Local"])
    .annotate({
      description:
        "Remote: importers call a host of its own, shown in status. Local: the service joins the local service of that name; if one exists, its owner consents by the label mesh.open-cluster-management.io/import=allowed on the Service or its namespace.",
      default: "Remote"
    })
    .pipe(Schema.withDecodingDefaultKey(Effect.succeed("Remote" as const)))
}).annotate({
  ...rules({
    rule: "!has(self.alias) || !has(self.alias.name) || (has(self.names) && size(self.names) == 1)",
    message: "alias.name needs exactly one entry in names"
  })
})
export type ServiceExport = typeof ServiceExport.Type

export const MeshFederationSpec = Schema.Struct({
  meshPeers: Schema.Array(PeerList)
    .annotate({ description: "Lists of meshes that may reach each other.", "x-kubernetes-list-type": "atomic" })
    .check(Schema.isMinLength(1), Schema.isMaxLength(64)),
  trustConfig: Schema.optionalKey(
    Schema.Struct({
      trustType: TrustType.annotate({
        description:
          "Limited: each mesh keeps its own root, and calls pass both gateways. Complete: one root. Openshift Service Mesh can do Limited only.",
        default: "Limited"
      }).pipe(Schema.withDecodingDefaultKey(Effect.succeed("Limited" as const)))
    }).annotate({ description: "How far the meshes trust each other." })
  ),
  maxPeers: Schema.Int.annotate({
    description: "The most meshes that one list may hold: n meshes make n(n-1)/2 peerings.",
    default: 20
  })
    .check(Schema.isGreaterThanOrEqualTo(2), Schema.isLessThanOrEqualTo(64))
    .pipe(Schema.withDecodingDefaultKey(Effect.succeed(20))),
  services: Schema.optionalKey(
    mapOf(ServiceExport, ["name"], "Services that meshes offer to their peers; what is not listed is not offered.", 256)
  )
}).annotate({ description: "Which meshes may reach each other, and how far they trust." })
export type MeshFederationSpec = typeof MeshFederationSpec.Type

export const FederatedService = Schema.Struct({
  name: labelName("Entry of spec.services."),
  service: text("Service, as namespace/name in the offering mesh.", 127),
  importer: text("Importing mesh, as cluster/name.", 320),
  host: text("Host under which the importer reaches it.", 512),
  state: Schema.Literals(["Imported", "Pending", "Refused"]).annotate({ description: "How far it is." }),
  message: text("What it waits for, or why it is refused; empty when imported.", 4096)
})
export type FederatedService = typeof FederatedService.Type

export const MeshFederationStatus = Schema.Struct({
  observedGeneration: Schema.optionalKey(count("Generation of the spec that this status speaks of.")),
  conditions: Schema.optionalKey(Conditions),
  federatedMeshes: Schema.optionalKey(
    listOf(
      Schema.Struct({ peer: listOf(text("Name of a Mesh.", 253), "The two meshes.", 2) }),
      "Pairs that are proven to reach each other in both directions.",
      2048
    )
  ),
  pairs: Schema.optionalKey(
    Schema.Struct({
      desired: count("Pairs that are wished."),
      federated: count("Pairs that are proven in both directions."),
      refused: count("Pairs that cannot be federated.")
    }).annotate({ description: "Counts over the pairs." })
  ),
  notFederated: Schema.optionalKey(
    listOf(
      Schema.Struct({
        peer: listOf(text("A mesh, as cluster/name.", 320), "The two meshes.", 2),
        reason: text("Why, as one word.", 253),
        message: text("Why, and what to do.", 4096)
      }),
      "The first 50 pairs that are not federated.",
      50
    )
  ),
  serviceCounts: Schema.optionalKey(
    Schema.Struct({
      desired: count("Services that are wished, each as often as it has importers."),
      imported: count("Of these, the ones that can be called."),
      pending: count("Of these, the ones that wait for something."),
      refused: count("Of these, the ones that cannot be.")
    }).annotate({ description: "Counts over the services." })
  ),
  services: Schema.optionalKey(
    listOf(FederatedService, "The first 200 services by importer, and the host under which each is reached.", 200)
  )
}).annotate({ description: "How far the federation is." })
export type MeshFederationStatus = typeof MeshFederationStatus.Type

/** Which meshes may reach each other. */
export const MeshFederation = Schema.Struct({
  apiVersion: Schema.String,
  kind: Schema.Literal("MeshFederation"),
  metadata: ObjectMeta,
  spec: MeshFederationSpec,
  status: Schema.optionalKey(MeshFederationStatus)
})
export type MeshFederation = typeof MeshFederation.Type

export const decodeMeshFederation = Schema.decodeUnknownEffect(MeshFederation)
