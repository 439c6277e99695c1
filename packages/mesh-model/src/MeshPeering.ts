import * as Schema from "effect/Schema"
import { Conditions } from "./Condition.ts"
import { Removal } from "./Mesh.ts"
import { ObjectMeta } from "./ObjectMeta.ts"
import { count, labelName, listOf, objectName, rules, text, time } from "./parts.ts"
import { MeshProvider, TrustType } from "./provider.ts"

const frozen = rules({ rule: "self == oldSelf", message: "the sides of a peering are frozen" })

/**
 * One side of a peering: a mesh and the names it uses towards its peer.
 *
 * OSSM keeps the client identity and the ingress gateway of a peer that it saw first, until istiod restarts; so the
 * names are fixed here before the first object is written.
 */
export const PeeringSide = Schema.Struct({
  cluster: labelName("Cluster of the mesh."),
  mesh: objectName("Name of the Mesh."),
  namespace: labelName("Namespace of its control plane."),
  controlPlane: objectName("Name of its control plane."),
  trustDomain: text("Its trust domain.", 253),
  peerName: labelName("Name under which this mesh knows the other one."),
  ingressGateway: labelName("Gateway of this mesh that the other one calls."),
  egressGateway: labelName("Gateway of this mesh through which it calls the other one.")
})
export type PeeringSide = typeof PeeringSide.Type

export const MeshPeeringSpec = Schema.Struct({
  meshProvider: MeshProvider.annotate(frozen),
  trustType: TrustType.annotate({ description: "How far the two trust each other.", ...frozen }),
  left: PeeringSide.annotate({ description: "The first mesh, by cluster and name.", ...frozen }),
  right: PeeringSide.annotate({ description: "The second mesh.", ...frozen }),
  removal: Schema.optionalKey(Removal)
}).annotate({
  description: "The pair, and the names that were fixed for it.",
  ...rules({
    rule: "!has(oldSelf.removal) || !has(oldSelf.removal.seal) || has(self.removal)",
    message: "a removal that has been recorded is not taken back"
  })
})
export type MeshPeeringSpec = typeof MeshPeeringSpec.Type

export const MeshPeeringStatus = Schema.Struct({
  observedGeneration: Schema.optionalKey(count("Generation of the spec that this status speaks of.")),
  conditions: Schema.optionalKey(Conditions),
  federations: Schema.optionalKey(
    listOf(text("namespace/name of a MeshFederation.", 320), "The MeshFederations that want this pair.", 256)
  ),
  step: Schema.optionalKey(text("The step that the peering is at.", 64)),
  waitingFor: Schema.optionalKey(text("What the step waits for; empty when it waits for nothing.", 4096)),
  since: Schema.optionalKey(time("When it came to this step."))
}).annotate({ description: "How far the peering is." })
export type MeshPeeringStatus = typeof MeshPeeringStatus.Type

/** One wanted pair of meshes. Made by the hub, in the add-on's namespace. */
export const MeshPeering = Schema.Struct({
  apiVersion: Schema.String,
  kind: Schema.Literal("MeshPeering"),
  metadata: ObjectMeta,
  spec: MeshPeeringSpec,
  status: Schema.optionalKey(MeshPeeringStatus)
})
export type MeshPeering = typeof MeshPeering.Type

export const decodeMeshPeering = Schema.decodeUnknownEffect(MeshPeering)
