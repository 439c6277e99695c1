import * as Schema from "effect/Schema"
import { addonName, apiVersion, group, version } from "./labels.ts"
import { MeshAgentSpec, MeshAgentStatus } from "./MeshAgent.ts"
import { MeshDeploymentSpec, MeshDeploymentStatus } from "./MeshDeployment.ts"
import { MeshFederationSpec, MeshFederationStatus } from "./MeshFederation.ts"
import { MeshSpec, MeshStatus } from "./Mesh.ts"
import { MeshPeeringSpec, MeshPeeringStatus } from "./MeshPeering.ts"
import type { KubeObject } from "./ObjectMeta.ts"
import * as resources from "./resources.ts"
import type { ResourceType } from "./resources.ts"

interface PrinterColumn {
  readonly name: string
  readonly type: "string" | "integer" | "date"
  readonly jsonPath: string
  readonly priority?: number
  readonly description?: string
}

interface ResourceDefinition {
  readonly type: ResourceType
  readonly description: string
  readonly shortNames: ReadonlyArray<string>
  readonly columns: ReadonlyArray<PrinterColumn>
  readonly spec: Schema.Constraint
  readonly status: Schema.Constraint
}

const age: PrinterColumn = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" }
const condition = (type: string): string => `.status.conditions[?(@.type=="${type}")].status`
const reason = (type: string): string => `.status.conditions[?(@.type=="${type}")].reason`

const definitions: ReadonlyArray<ResourceDefinition> = [
  {
    type: resources.meshes,
    description: "Mesh is one service mesh on one managed cluster, found or wished.",
    shortNames: [],
    columns: [
      { name: "Cluster", type: "string", jsonPath: ".spec['cluster','clusters']" },
      { name: "Version", type: "string", jsonPath: ".status.version" },
      { name: "Peers", type: "string", jsonPath: ".status.peerSummary" },
      age,
      { name: "Ready", type: "string", jsonPath: condition("Ready"), priority: 1 },
      { name: "Reason", type: "string", jsonPath: reason("Ready"), priority: 1 },
      { name: "Policy", type: "string", jsonPath: ".spec.managementPolicy", priority: 1 },
      { name: "Provider", type: "string", jsonPath: ".spec.meshProvider", priority: 1 }
    ],
    spec: MeshSpec,
    status: MeshStatus
  },
  {
    type: resources.meshDeployments,
    description: "MeshDeployment puts one mesh template on many clusters.",
    shortNames: [],
    columns: [
      { name: "Desired", type: "integer", jsonPath: ".status.summary.desired" },
      { name: "Ready", type: "integer", jsonPath: ".status.summary.ready" },
      { name: "Reason", type: "string", jsonPath: reason("Ready") },
      age
    ],
    spec: MeshDeploymentSpec,
    status: MeshDeploymentStatus
  },
  {
    type: resources.meshFederations,
    description: "MeshFederation says which meshes may reach each other, and how far they trust.",
    shortNames: [],
    columns: [
      { name: "Pairs", type: "integer", jsonPath: ".status.pairs.desired" },
      { name: "Federated", type: "integer", jsonPath: ".status.pairs.federated" },
      { name: "Services", type: "integer", jsonPath: ".status.serviceCounts.desired" },
      { name: "Imported", type: "integer", jsonPath: ".status.serviceCounts.imported" },
      { name: "Reason", type: "string", jsonPath: reason("Ready") },
      age
    ],
    spec: MeshFederationSpec,
    status: MeshFederationStatus
  },
  {
    type: resources.meshPeerings,
    description: "MeshPeering is one wanted pair of meshes and how far it has come. Made by the hub; not for editing.",
    shortNames: [],
    columns: [
      { name: "Left", type: "string", jsonPath: ".spec.left.mesh" },
      { name: "Right", type: "string", jsonPath: ".spec.right.mesh" },
      { name: "Step", type: "string", jsonPath: ".status.step" },
      { name: "Ready", type: "string", jsonPath: condition("Ready") },
      { name: "Since", type: "date", jsonPath: ".status.since" },
      { name: "Waiting for", type: "string", jsonPath: ".status.waitingFor" },
      { ...age, priority: 1 }
    ],
    spec: MeshPeeringSpec,
    status: MeshPeeringStatus
  },
  {
    type: resources.meshAgents,
    description: `MeshAgent is the channel between the hub and the agent of one cluster (its name is ${addonName}). Made by the hub; not for editing.`,
    shortNames: [],
    columns: [
      { name: "Version", type: "string", jsonPath: ".status.agentVersion" },
      { name: "Asked", type: "integer", jsonPath: ".metadata.generation" },
      { name: "Answered", type: "integer", jsonPath: ".status.observedGeneration" },
      age
    ],
    spec: MeshAgentSpec,
    status: MeshAgentStatus
  }
]

/** A CustomResourceDefinition, as far as we fill it in. */
export interface CustomResourceDefinition extends KubeObject {
  readonly apiVersion: "apiextensions.k8s.io/v1"
  readonly kind: "CustomResourceDefinition"
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> }
  readonly spec: { readonly [field: string]: unknown }
}

/** The CustomResourceDefinitions of our kinds, made from their schemas. */
export const customResourceDefinitions = (): ReadonlyArray<CustomResourceDefinition> => definitions.map(definitionOf)

const definitionOf = (definition: ResourceDefinition): CustomResourceDefinition => {
  const { kind, plural } = definition.type
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}`, labels: { "app.kubernetes.io/name": addonName } },
    spec: {
      group,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        categories: ["mesh-addon"],
        ...(definition.shortNames.length === 0 ? {} : { shortNames: definition.shortNames })
      },
      scope: "Namespaced",
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: definition.columns,
          schema: {
            openAPIV3Schema: {
              type: "object",
              description: definition.description,
              required: ["spec"],
              properties: {
                apiVersion: { type: "string", description: `API version: ${apiVersion}.` },
                kind: { type: "string", description: `Kind: ${kind}.` },
                metadata: { type: "object" },
                spec: openApiSchema(definition.spec),
                status: openApiSchema(definition.status)
              }
            }
          }
        }
      ]
    }
  }
}

type JsonSchema = { readonly [keyword: string]: unknown }

/** The schema that a CustomResourceDefinition embeds; structural as Kubernetes demands. */
export const openApiSchema = (schema: Schema.Constraint): JsonSchema => {
  const document = Schema.toJsonSchemaDocument(schema, {
    includeAnnotationKey: (key) => key.startsWith("x-kubernetes-")
  })
  return structural(document.schema)
}

const kept = new Set([
  "type",
  "format",
  "description",
  "default",
  "enum",
  "pattern",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "minimum",
  "maximum",
  "required",
  "nullable"
])

/** Keeps what a structural schema may have; a keyword that it may not have is a defect of our schema. */
const structural = (schema: JsonSchema): JsonSchema => {
  const result: Record<string, unknown> = {}
  for (const [keyword, value] of Object.entries(flat(schema))) {
    if (kept.has(keyword) || keyword.startsWith("x-kubernetes-")) result[keyword] = value
    else if (keyword === "properties" && isRecord(value))
      result["properties"] = Object.fromEntries(
        Object.entries(value).map(([name, field]) => [name, structural(asSchema(field))])
      )
    else if (keyword === "items") result["items"] = structural(asSchema(value))
    else if (keyword === "additionalProperties") {
      // Effect allows further properties beside the named ones; a structural schema may not say so.
      if (isRecord(value)) result["additionalProperties"] = structural(value)
    } else throw new Error(`a structural schema cannot have "${keyword}": ${JSON.stringify(schema).slice(0, 300)}`)
  }
  // Numbers beyond these do not survive JSON anyway, and the bounds would only be noise.
  if (result["maximum"] === Number.MAX_SAFE_INTEGER) delete result["maximum"]
  if (result["minimum"] === Number.MIN_SAFE_INTEGER) delete result["minimum"]
  if (result["type"] === "integer") result["format"] = "int64"
  return result
}

/** Merges an `allOf` of mere checks, or an `anyOf` that leaves no choice, into the schema that has it. */
const flat = (schema: JsonSchema): JsonSchema => {
  const { allOf, anyOf, ...rest } = schema
  const parts = [...(Array.isArray(allOf) ? allOf : []), ...(Array.isArray(anyOf) && anyOf.length === 1 ? anyOf : [])]
  const choice = Array.isArray(anyOf) && anyOf.length > 1 ? { anyOf } : {}
  return parts.map(asSchema).reduce((all, part) => ({ ...part, ...all }), { ...choice, ...rest })
}

const isRecord = (value: unknown): value is JsonSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const asSchema = (value: unknown): JsonSchema => {
  if (!isRecord(value)) throw new Error(`not a schema: ${JSON.stringify(value)}`)
  return value
}
