import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Conditions } from "./Condition.ts"
import { defaultDeletionPolicy } from "./Mesh.ts"
import { controlPlaneWish, meshMemberRoll, meshProvider } from "./meshWish.ts"
import { ObjectMeta } from "./ObjectMeta.ts"
import { count, labelName, listOf, mapOf, setOf, text } from "./parts.ts"

export const Operator = Schema.Struct({
  install: Schema.Literals(["Auto", "External"])
    .annotate({
      description: "Auto subscribes to the operators that are missing; External leaves them to someone else.",
      default: "Auto"
    })
    .pipe(Schema.withDecodingDefaultKey(Effect.succeed("Auto" as const))),
  channel: Schema.String.annotate({
    description: "Channel of the service mesh operator.",
    default: "stable"
  })
    .check(Schema.isMaxLength(253))
    .pipe(Schema.withDecodingDefaultKey(Effect.succeed("stable"))),
  source: Schema.String.annotate({ description: "CatalogSource of the operators.", default: "redhat-operators" })
    .check(Schema.isMaxLength(253))
    .pipe(Schema.withDecodingDefaultKey(Effect.succeed("redhat-operators"))),
  sourceNamespace: Schema.String.annotate({
    description: "Namespace of the CatalogSource.",
    default: "openshift-marketplace"
  })
    .check(Schema.isMaxLength(63))
    .pipe(Schema.withDecodingDefaultKey(Effect.succeed("openshift-marketplace"))),
  installPlanApproval: Schema.Literals(["Automatic", "Manual"])
    .annotate({ description: "Who approves an installation or upgrade.", default: "Automatic" })
    .pipe(Schema.withDecodingDefaultKey(Effect.succeed("Automatic" as const)))
}).annotate({
  description: "Operators that the meshes need. One that a cluster already has is used as it is and never changed."
})
export type Operator = typeof Operator.Type

/** What `operator` says when it is omitted. */
export const defaultOperator: Operator = {
  install: "Auto",
  channel: "stable",
  source: "redhat-operators",
  sourceNamespace: "openshift-marketplace",
  installPlanApproval: "Automatic"
}

export const MeshDeploymentSpec = Schema.Struct({
  clusters: setOf(labelName("A ManagedCluster."), "Clusters that get a mesh each.", 4096),
  controlPlane: controlPlaneWish(
    "Template of the control planes.",
    "Name of each control plane. Omitted: the name of the MeshDeployment."
  ),
  meshMemberRoll: Schema.optionalKey(meshMemberRoll),
  meshProvider,
  operator: Schema.optionalKey(Operator),
  deletionPolicy: Schema.Literals(["Delete", "Orphan"])
    .annotate({
      description: "What becomes of the meshes when this object is deleted: Delete removes them, Orphan leaves them.",
      default: "Delete"
    })
    .pipe(Schema.withDecodingDefaultKey(defaultDeletionPolicy)),
  removalGracePeriod: Schema.String.annotate({
    description: "How long the mesh of a cluster that has left `clusters` stays before it is removed.",
    default: "1h"
  })
    .check(Schema.isPattern(/^[0-9]+(s|m|h)$/u), Schema.isMaxLength(16))
    .pipe(Schema.withDecodingDefaultKey(Effect.succeed("1h")))
}).annotate({ description: "The meshes that are wished." })
export type MeshDeploymentSpec = typeof MeshDeploymentSpec.Type

const ClusterState = Schema.Struct({
  cluster: labelName("The cluster."),
  mesh: text("Name of its Mesh.", 253),
  state: Schema.Literals(["Ready", "Progressing", "Refused", "Removing", "Unknown"]).annotate({
    description: "How far it is."
  }),
  reason: text("Why, as one word.", 253),
  message: text("Why, in words.", 4096)
})

export const MeshDeploymentStatus = Schema.Struct({
  observedGeneration: Schema.optionalKey(count("Generation of the spec that this status speaks of.")),
  conditions: Schema.optionalKey(Conditions),
  appliedMeshes: Schema.optionalKey(
    listOf(text("Name of a Mesh.", 253), "Meshes of this object that are on their clusters, sorted.", 4096)
  ),
  summary: Schema.optionalKey(
    Schema.Struct({
      desired: count("Clusters that shall have a mesh."),
      ready: count("Of these, the ones whose mesh is ready."),
      progressing: count("Of these, the ones on the way."),
      refused: count("Of these, the ones that cannot get a mesh."),
      unknown: count("Of these, the ones of which nothing is known now."),
      removing: count("Clusters whose mesh is being removed.")
    }).annotate({ description: "Counts over the clusters." })
  ),
  clusters: Schema.optionalKey(mapOf(ClusterState, ["cluster"], "The state of each cluster.", 4096))
}).annotate({ description: "How far the meshes are." })
export type MeshDeploymentStatus = typeof MeshDeploymentStatus.Type

/** One mesh template, many clusters. */
export const MeshDeployment = Schema.Struct({
  apiVersion: Schema.String,
  kind: Schema.Literal("MeshDeployment"),
  metadata: ObjectMeta,
  spec: MeshDeploymentSpec,
  status: Schema.optionalKey(MeshDeploymentStatus)
})
export type MeshDeployment = typeof MeshDeployment.Type

export const decodeMeshDeployment = Schema.decodeUnknownEffect(MeshDeployment)
