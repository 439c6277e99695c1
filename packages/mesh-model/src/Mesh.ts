import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Conditions } from "./Condition.ts"
import { controlPlaneWish, meshMemberRoll, meshProvider, profiles } from "./meshWish.ts"
import { ObjectMeta } from "./ObjectMeta.ts"
import { count, labelName, listOf, mapOf, objectName, rules, text, time } from "./parts.ts"

/** The identity that certificates of a mesh carry. */
const trustDomain = Schema.String.annotate({
  description:
    "Trust domain of the mesh. Meshes that are to be federated need different ones. Omitted: <mesh name>.local, so that they have."
}).check(Schema.isPattern(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/u), Schema.isMaxLength(253))

/** The record that a removal is under way: written once, by the hub, when a wish has ended. */
export const Removal = Schema.Struct({
  since: time("When the wish ended."),
  policy: Schema.Literals(["Delete", "Orphan"]).annotate({
    description: "Delete takes what we made off the cluster; Orphan leaves it there, no longer ours to change."
  }),
  gracePeriod: text("How long to wait before the removal starts, for example 1h.", 16),
  seal: Schema.optionalKey(text("By this the hub knows its own record; one without it removes nothing.", 64))
}).annotate({ description: "Written by the hub: the wish for this object has ended, and its removal is under way." })
export type Removal = typeof Removal.Type

export const MeshSpec = Schema.Struct({
  cluster: Schema.optionalKey(labelName("ManagedCluster that runs the mesh.")),
  clusters: Schema.optionalKey(labelName("Another spelling of `cluster`.")),
  controlPlane: controlPlaneWish("The control plane.", "Name of the control plane. Omitted: the name of the Mesh."),
  meshMemberRoll: Schema.optionalKey(meshMemberRoll),
  meshProvider,
  trustDomain: Schema.optionalKey(trustDomain),
  managementPolicy: Schema.optionalKey(
    Schema.Literals(["Observe"]).annotate({
      description: "Observe: the mesh was found, and nothing of it is touched. Omitted: we deploy it."
    })
  ),
  removal: Schema.optionalKey(Removal)
}).annotate({
  description: "The mesh as wished, or, of one that was found, its identity.",
  ...rules(
    { rule: "has(self.cluster) || has(self.clusters)", message: "cluster is required" },
    {
      rule: "!has(self.cluster) || !has(self.clusters) || self.cluster == self.clusters",
      message: "cluster and clusters are two spellings of one field and must not differ"
    },
    {
      rule: "(has(self.cluster) ? self.cluster : self.clusters) == (has(oldSelf.cluster) ? oldSelf.cluster : oldSelf.clusters)",
      message: "cluster is immutable"
    },
    {
      rule: "!has(oldSelf.removal) || !has(oldSelf.removal.seal) || has(self.removal)",
      message: "a removal that has been recorded is not taken back"
    }
  )
})
export type MeshSpec = typeof MeshSpec.Type

const names = (description: string) => listOf(text("Name.", 253), description, 64)

/** The components of a control plane by how far they are, sorted. */
export const ComponentReadiness = Schema.Struct({
  ready: names("Components that run."),
  unready: names("Components whose workload exists and is not available."),
  pending: names("Components that the operator has not come to yet.")
})
export type ComponentReadiness = typeof ComponentReadiness.Type

const MeshGateway = Schema.Struct({
  name: labelName("Name of the gateway."),
  direction: Schema.Literals(["Ingress", "Egress"]).annotate({ description: "Whether peers come in or calls go out." }),
  ready: Schema.Boolean.annotate({ description: "Whether its Deployment is available." }),
  addresses: listOf(text("Host name or IP address.", 253), "Where peers reach it; empty while it has no address.", 16)
})

export const MeshStatus = Schema.Struct({
  observedGeneration: Schema.optionalKey(count("Generation of the spec that this status speaks of.")),
  conditions: Schema.optionalKey(Conditions),
  version: Schema.optionalKey(text("Version line of the control plane; absent while there is none.", 32)),
  chartVersion: Schema.optionalKey(text("Exact version that runs, as the operator reports it.", 32)),
  controlPlane: Schema.optionalKey(
    Schema.Struct({
      name: text("Name of the control plane.", 253),
      uid: text("uid of the control plane; another one means that it was replaced.", 64),
      profiles: Schema.optionalKey(profiles)
    }).annotate({ description: "The control plane that was found." })
  ),
  readiness: Schema.optionalKey(
    Schema.Struct({ components: ComponentReadiness }).annotate({ description: "How far the components are." })
  ),
  members: Schema.optionalKey(
    Schema.Struct({
      configured: listOf(text("A namespace.", 63), "Namespaces that are in the mesh.", 1024),
      pending: listOf(text("A namespace.", 63), "Namespaces that will be in the mesh.", 1024)
    }).annotate({ description: "Member namespaces." })
  ),
  trust: Schema.optionalKey(
    Schema.Struct({
      domain: text("Trust domain in effect.", 253),
      rootFingerprint: Schema.optionalKey(text("SHA-256 of the root certificate.", 64)),
      rootNotAfter: Schema.optionalKey(time("When the root certificate expires."))
    }).annotate({ description: "What certificates of the mesh carry and who signs them." })
  ),
  gateways: Schema.optionalKey(mapOf(MeshGateway, ["name"], "Gateways towards peers.", 128)),
  peers: Schema.optionalKey(
    mapOf(
      Schema.Struct({
        cluster: labelName("Cluster of the peer."),
        name: objectName("Mesh of the peer.")
      }),
      ["cluster", "name"],
      "Peers that are proven to be reachable both ways.",
      512
    )
  ),
  peerSummary: Schema.optionalKey(text("Names of the peers, for people.", 4096))
}).annotate({ description: "The mesh as it is." })
export type MeshStatus = typeof MeshStatus.Type

/** One service mesh on one managed cluster, found or wished. Its namespace is the cluster's namespace on the hub. */
export const Mesh = Schema.Struct({
  apiVersion: Schema.String,
  kind: Schema.Literal("Mesh"),
  metadata: ObjectMeta,
  spec: MeshSpec,
  status: Schema.optionalKey(MeshStatus)
})
export type Mesh = typeof Mesh.Type

/** The cluster of a Mesh, however it is spelt. */
export const clusterOf = (spec: MeshSpec): string => spec.cluster ?? spec.clusters ?? ""

/** Decodes what an API server returned. */
export const decodeMesh = Schema.decodeUnknownEffect(Mesh)

/** The removal policy of an object that says nothing. */
export const defaultDeletionPolicy = Effect.succeed("Delete" as const)
