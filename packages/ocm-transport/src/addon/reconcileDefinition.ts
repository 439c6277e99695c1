import { canonicalJson, resources, type ResourceType } from "@multicluster-mesh/mesh-model"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { configsIn, supportedConfigsOf } from "./AddOnCopies.ts"
import { type FindConfig, isSupported } from "./desiredConfigs.ts"
import type { Fields } from "./fields.ts"
import { type AddOnRuntime, fieldManagerOf } from "./AddOnRuntime.ts"
import { specHash } from "./specHash.ts"

/**
 * Says in the status of the ClusterManagementAddOn in which state its configurations are. OCM carries that, cluster by
 * cluster as the rollout goes, to the ManagedClusterAddOns; while it is missing, an add-on stays "Progressing".
 */
export const reconcileDefinition = Effect.fn("reconcileDefinition")(function* (runtime: AddOnRuntime) {
  const { api, addOn, addOnApi, copies } = runtime
  const object = yield* copies.definition.get({ name: addOn.name })
  const status = object?.["status"]
  if (object === undefined || !Predicate.isReadonlyObject(status)) return
  const find = yield* configsIn(copies)
  const hashed = withHashes(status, addOnApi.defaultReferences, supportedConfigsOf(addOn), find)
  const changes = Object.entries(hashed).filter(
    ([field, value]) => canonicalJson(value) !== canonicalJson(status[field])
  )
  if (changes.length === 0) return
  const { name, uid, resourceVersion } = object.metadata
  const written = yield* api.patch(
    addOnApi.typeOf(resources.clusterManagementAddOns),
    { name },
    { metadata: { uid, resourceVersion }, status: Object.fromEntries(changes) },
    { subresource: "status", fieldManager: fieldManagerOf(addOn) }
  )
  yield* copies.definition.upsert(written)
})

/** `status` with the hash of each configuration that there is; everything else stays as others wrote it. */
export const withHashes = (
  status: Fields,
  defaultReferences: string,
  supported: ReadonlyArray<ResourceType>,
  find: FindConfig
): Fields => {
  const references = (list: unknown) => mapped(list, (reference) => withHash(reference, supported, find))
  return {
    ...status,
    ...(status[defaultReferences] !== undefined && { [defaultReferences]: references(status[defaultReferences]) }),
    ...(status["installProgressions"] !== undefined && {
      installProgressions: mapped(status["installProgressions"], (progression) =>
        progression["configReferences"] === undefined
          ? progression
          : { ...progression, configReferences: references(progression["configReferences"]) }
      )
    })
  }
}

const withHash = (reference: Fields, supported: ReadonlyArray<ResourceType>, find: FindConfig): Fields => {
  const { desiredConfig } = reference
  const id = { group: textOf(reference["group"]), resource: textOf(reference["resource"]) }
  if (!Predicate.isReadonlyObject(desiredConfig) || !isSupported(supported, id)) return reference
  const config = find({ ...id, namespace: textOf(desiredConfig["namespace"]), name: textOf(desiredConfig["name"]) })
  return config === undefined
    ? reference
    : { ...reference, desiredConfig: { ...desiredConfig, specHash: specHash(config) } }
}

const mapped = (list: unknown, change: (entry: Fields) => Fields): unknown =>
  Array.isArray(list) ? list.map((entry: unknown) => (Predicate.isReadonlyObject(entry) ? change(entry) : entry)) : list

const textOf = (value: unknown): string => (Predicate.isString(value) ? value : "")
