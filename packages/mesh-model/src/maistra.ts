import * as Schema from "effect/Schema"
import { ObjectMeta } from "./ObjectMeta.ts"

/**
 * What we read of the kinds of OpenShift Service Mesh 2. Everything but identity is optional and nullable: the CRDs
 * require next to nothing, and the operator writes null for empty lists.
 */

const optional = <S extends Schema.Constraint>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))
const Strings = optional(Schema.Array(Schema.String))

const StatusCondition = Schema.Struct({
  type: Schema.String,
  status: Schema.String,
  reason: Schema.optionalKey(Schema.String),
  message: Schema.optionalKey(Schema.String)
})

const AdditionalGateway = Schema.NullOr(
  Schema.Struct({ enabled: optional(Schema.Boolean), namespace: optional(Schema.String) })
)

const Cluster = optional(Schema.Struct({ name: optional(Schema.String), network: optional(Schema.String) }))
const Security = optional(Schema.Struct({ trust: optional(Schema.Struct({ domain: optional(Schema.String) })) }))

export const ServiceMeshControlPlane = Schema.Struct({
  apiVersion: Schema.String,
  kind: Schema.Literal("ServiceMeshControlPlane"),
  metadata: ObjectMeta,
  spec: optional(
    Schema.Struct({
      version: optional(Schema.String),
      profiles: Strings,
      cluster: Cluster,
      security: Security,
      gateways: optional(
        Schema.Struct({
          additionalIngress: optional(Schema.Record(Schema.String, AdditionalGateway)),
          additionalEgress: optional(Schema.Record(Schema.String, AdditionalGateway))
        })
      )
    })
  ),
  status: optional(
    Schema.Struct({
      observedGeneration: optional(Schema.Int),
      chartVersion: optional(Schema.String),
      operatorVersion: optional(Schema.String),
      appliedSpec: optional(Schema.Struct({ cluster: Cluster, security: Security })),
      conditions: optional(Schema.Array(StatusCondition)),
      readiness: optional(
        Schema.Struct({
          components: optional(Schema.Record(Schema.String, Schema.NullOr(Schema.Array(Schema.String))))
        })
      )
    })
  )
})
export type ServiceMeshControlPlane = typeof ServiceMeshControlPlane.Type

export const ServiceMeshMemberRoll = Schema.Struct({
  apiVersion: Schema.String,
  kind: Schema.Literal("ServiceMeshMemberRoll"),
  metadata: ObjectMeta,
  spec: optional(Schema.Struct({ members: Strings })),
  status: optional(Schema.Struct({ members: Strings, configuredMembers: Strings, pendingMembers: Strings }))
})
export type ServiceMeshMemberRoll = typeof ServiceMeshMemberRoll.Type

export const ServiceMeshMember = Schema.Struct({
  apiVersion: Schema.String,
  kind: Schema.Literal("ServiceMeshMember"),
  metadata: ObjectMeta,
  spec: optional(
    Schema.Struct({
      controlPlaneRef: optional(Schema.Struct({ name: optional(Schema.String), namespace: optional(Schema.String) }))
    })
  ),
  status: optional(Schema.Struct({ conditions: optional(Schema.Array(StatusCondition)) }))
})
export type ServiceMeshMember = typeof ServiceMeshMember.Type

const Watch = Schema.Struct({
  connected: optional(Schema.Boolean),
  lastFullSync: optional(Schema.String),
  lastDisconnectStatus: optional(Schema.String),
  lastConnected: optional(Schema.String),
  lastEvent: optional(Schema.String),
  lastDisconnect: optional(Schema.String),
  source: optional(Schema.String)
})

const PodStatus = Schema.Struct({
  pod: optional(Schema.String),
  watch: optional(Watch),
  remotes: optional(Schema.Array(Watch))
})
export type PodStatus = typeof PodStatus.Type

export const ServiceMeshPeer = Schema.Struct({
  apiVersion: Schema.String,
  kind: Schema.Literal("ServiceMeshPeer"),
  metadata: ObjectMeta,
  status: optional(
    Schema.Struct({
      discoveryStatus: optional(
        Schema.Struct({ active: optional(Schema.Array(PodStatus)), inactive: optional(Schema.Array(PodStatus)) })
      )
    })
  )
})
export type ServiceMeshPeer = typeof ServiceMeshPeer.Type

const LocalService = Schema.Struct({
  name: optional(Schema.String),
  namespace: optional(Schema.String),
  hostname: optional(Schema.String)
})
const MeshServiceMapping = Schema.Struct({
  localService: optional(LocalService),
  exportedName: optional(Schema.String)
})

export const ExportedServiceSet = Schema.Struct({
  apiVersion: Schema.String,
  kind: Schema.Literal("ExportedServiceSet"),
  metadata: ObjectMeta,
  status: optional(Schema.Struct({ exportedServices: optional(Schema.Array(MeshServiceMapping)) }))
})
export type ExportedServiceSet = typeof ExportedServiceSet.Type

export const ImportedServiceSet = Schema.Struct({
  apiVersion: Schema.String,
  kind: Schema.Literal("ImportedServiceSet"),
  metadata: ObjectMeta,
  status: optional(Schema.Struct({ importedServices: optional(Schema.Array(MeshServiceMapping)) }))
})
export type ImportedServiceSet = typeof ImportedServiceSet.Type
