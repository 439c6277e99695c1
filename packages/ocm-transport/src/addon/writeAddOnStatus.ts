import { type AddOnRegistration, canonicalJson, resources, type Verdict } from "@multicluster-mesh/mesh-model"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { supportedConfigsOf } from "./AddOnCopies.ts"
import { withVerdicts } from "./conditions.ts"
import type { Fields } from "./fields.ts"
import { healthMode } from "./judgeHealth.ts"
import { type AddOnFacts, type AddOnRuntime, fieldManagerOf } from "./AddOnRuntime.ts"

/**
 * Writes what we have to say in the status of a ManagedClusterAddOn; nothing when it is there already.
 *
 * OCM's hub and the cluster's registration agent write the same lists. So only fields that change are sent, and only
 * onto the version that was read: a `Conflict` is for the next run, which has read theirs.
 */
export const writeAddOnStatus = Effect.fnUntraced(function* (
  { api, addOn: definition, addOnApi, copies }: AddOnRuntime,
  { object, addOn, configs }: AddOnFacts,
  said: {
    readonly registrations?: ReadonlyArray<AddOnRegistration> | undefined
    readonly verdicts: ReadonlyArray<Verdict>
  }
) {
  const now = `${DateTime.formatIso(yield* DateTime.now).slice(0, 19)}Z`
  const { status = {}, metadata } = addOn
  const wanted: Fields = {
    namespace: configs.installNamespace,
    supportedConfigs: supportedConfigsOf(definition).map(({ group, plural }) => ({ group, resource: plural })),
    ...(configs.references.length > 0 && { configReferences: configs.references }),
    ...(said.registrations !== undefined && { registrations: said.registrations }),
    ...(definition.health !== undefined && { healthCheck: { mode: healthMode(definition.health) } }),
    conditions: withVerdicts(status.conditions ?? [], said.verdicts, metadata.generation, now)
  }
  const live: Fields = Predicate.isReadonlyObject(object["status"]) ? object["status"] : {}
  const changes = Object.entries(addOnApi.statusOf(wanted, live)).filter(
    ([field, value]) => !isSame(field, live[field], value)
  )
  if (changes.length === 0) return
  const { name, namespace = "", uid, resourceVersion } = object.metadata
  const written = yield* api.patch(
    addOnApi.typeOf(resources.managedClusterAddOns),
    { name, namespace },
    { metadata: { uid, resourceVersion }, status: Object.fromEntries(changes) },
    { subresource: "status", fieldManager: fieldManagerOf(definition) }
  )
  yield* copies.addOns.upsert(written)
})

/** Conditions have no order. */
const isSame = (field: string, live: unknown, wanted: unknown): boolean =>
  field === "conditions" && Array.isArray(live) && Array.isArray(wanted)
    ? canonicalJson(live.map(canonicalJson).toSorted()) === canonicalJson(wanted.map(canonicalJson).toSorted())
    : canonicalJson(live) === canonicalJson(wanted)
