import * as Schema from "effect/Schema"
import { isTrue } from "./Condition.ts"
import { ObjectMeta } from "./ObjectMeta.ts"
import { ObservedConditions } from "./ObservedConditions.ts"

const optionalText = Schema.optionalKey(Schema.String)

/** Names one configuration of an add-on by its resource. */
const ConfigIdentity = {
  group: optionalText,
  resource: Schema.String,
  namespace: optionalText,
  name: optionalText
}

/** A configuration in a certain state: `specHash` is the hash of everything in it but its metadata and status. */
const HashedConfig = Schema.Struct({
  namespace: optionalText,
  name: Schema.String,
  specHash: optionalText
})

/** One configuration that an add-on shall use on a cluster, by OCM's choice. */
export const ConfigReference = Schema.Struct({
  ...ConfigIdentity,
  lastObservedGeneration: Schema.optionalKey(Schema.Int),
  desiredConfig: Schema.optionalKey(HashedConfig),
  lastAppliedConfig: Schema.optionalKey(HashedConfig)
})
export type ConfigReference = typeof ConfigReference.Type

/** Who an add-on's agent is on the hub, and who signs that. */
export const AddOnRegistration = Schema.Struct({
  signerName: Schema.String,
  subject: Schema.optionalKey(
    Schema.Struct({
      user: optionalText,
      groups: Schema.optionalKey(Schema.Array(Schema.String)),
      organizationUnit: Schema.optionalKey(Schema.Array(Schema.String))
    })
  )
})
export type AddOnRegistration = typeof AddOnRegistration.Type

/** What we read of OCM's ManagedClusterAddOn: that an add-on is wanted on one cluster, and how it is there. */
export const ManagedClusterAddOn = Schema.Struct({
  apiVersion: Schema.String,
  kind: Schema.Literal("ManagedClusterAddOn"),
  metadata: ObjectMeta,
  spec: Schema.optionalKey(
    Schema.Struct({
      installNamespace: optionalText,
      configs: Schema.optionalKey(Schema.Array(Schema.Struct(ConfigIdentity)))
    })
  ),
  status: Schema.optionalKey(
    Schema.Struct({
      conditions: ObservedConditions,
      namespace: optionalText,
      registrations: Schema.optionalKey(Schema.Array(AddOnRegistration)),
      /** `csr` or `token`; absent with older agents, which know only the first. */
      kubeClientDriver: optionalText,
      supportedConfigs: Schema.optionalKey(
        Schema.Array(Schema.Struct({ group: optionalText, resource: Schema.String }))
      ),
      configReferences: Schema.optionalKey(Schema.Array(ConfigReference)),
      healthCheck: Schema.optionalKey(Schema.Struct({ mode: optionalText }))
    })
  )
})
export type ManagedClusterAddOn = typeof ManagedClusterAddOn.Type

export const decodeManagedClusterAddOn = Schema.decodeUnknownEffect(ManagedClusterAddOn)

/** Whether OCM sees the agent alive; without it, what the agent last reported may be outdated. */
export const isAddOnAvailable = (addOn: ManagedClusterAddOn): boolean => isTrue(addOn.status?.conditions, "Available")
