import {
  decodeManagedCluster,
  decodeManagedClusterAddOn,
  decodeManifestWork,
  isDeleting,
  type ManagedClusterAddOn,
  resources
} from "@multicluster-mesh/mesh-model"
import * as Effect from "effect/Effect"
import type { KubeError } from "../KubeError.ts"
import type { LookAgain } from "../reconcileByKey.ts"
import type { AddOn } from "./AddOn.ts"
import { configsIn, supportedConfigsOf } from "./AddOnCopies.ts"
import { type AddOnFacts, type AddOnRuntime, fieldManagerOf, type Step } from "./AddOnRuntime.ts"
import { agentIdentity, type WantedRegistration, wantedRegistration } from "./agentIdentity.ts"
import { manifestVerdict, registrationVerdict } from "./conditions.ts"
import { desiredConfigs } from "./desiredConfigs.ts"
import { deploy } from "./deploy.ts"
import { hubAccess } from "./hubAccess.ts"
import { isSameObject } from "./isSameObject.ts"
import { judgeHealth } from "./judgeHealth.ts"
import { needsPreDelete, removeAddOn, setFinalizer } from "./removeAddOn.ts"
import { writeAddOnStatus } from "./writeAddOnStatus.ts"

/**
 * Brings the add-on on one cluster to what it should be: rights on the hub, works, registration, conditions.
 *
 * Each step says in a condition what keeps it; none of them holds up another one, or another cluster.
 */
export const reconcileAddOn = Effect.fn("reconcileAddOn")(function* (
  runtime: AddOnRuntime,
  cluster: string
): Effect.fn.Return<LookAgain | void, KubeError> {
  const facts = yield* observe(runtime, cluster)
  if (facts === undefined) return undefined
  if (isDeleting(facts.addOn)) return yield* removeAddOn(runtime, facts)
  if (facts.cluster === undefined || isDeleting(facts.cluster)) return undefined
  const { addOn, configs, object } = facts

  const registration = registrationOf(runtime.addOn, facts.addOn)
  const access = yield* grant(runtime, facts, registration)
  const deployed = yield* deploy(runtime, facts, facts.cluster)
  const needed = yield* needsPreDelete(runtime.addOn, cluster, deployed.manifests)
  if (needed !== undefined) yield* setFinalizer(runtime, object, needed)

  const registers = addOn.status?.registrations !== undefined || deployed.hasNamespace
  const pending =
    registration === undefined
      ? undefined
      : !registers
        ? `waits for namespace ${configs.installNamespace} on the cluster, where the credentials go`
        : registration.user === undefined
          ? "waits for the cluster's registration agent to name the ServiceAccount of the agent"
          : undefined
  const health = judgeHealth(runtime.addOn.health ?? "Lease", deployed.works)
  const clusterIsUnknown = facts.cluster.status?.conditions?.some(
    ({ type, status }) => type === "ManagedClusterConditionAvailable" && status === "Unknown"
  )
  yield* writeAddOnStatus(runtime, facts, {
    registrations: registration !== undefined && registers ? [registration.registration] : undefined,
    verdicts: [
      registrationVerdict({ registered: registration !== undefined, pending, failure: access.problem }),
      manifestVerdict({ failure: deployed.problem, works: deployed.works }),
      // what OCM's hub says of a cluster that does not answer stays
      ...(health === undefined || clusterIsUnknown === true ? [] : [health])
    ]
  })
  const error = access.error ?? deployed.error
  if (error !== undefined) return yield* Effect.fail(error)
  return deployed.again
})

/** The add-on of a cluster with all that belongs to it; undefined when there is none that can be read. */
const observe = Effect.fnUntraced(function* (
  { addOn: { name }, addOn, addOnApi, copies, events }: AddOnRuntime,
  cluster: string
) {
  const object = yield* copies.addOns.get({ name, namespace: cluster })
  if (object === undefined) return undefined
  const decoded = yield* Effect.result(decodeManagedClusterAddOn(addOnApi.addOnOf(object)))
  if (decoded._tag === "Failure") {
    const message = `this version cannot read it: ${decoded.failure.message}`
    yield* events.record(object, { type: "Warning", reason: "Malformed", message })
    yield* Effect.logWarning(`ManagedClusterAddOn ${cluster}/${name}: ${message}`)
    return undefined
  }
  const managed = yield* copies.clusters.get({ name: cluster })
  const works = (yield* copies.works.list).filter(({ metadata }) => metadata.namespace === cluster)
  const facts: AddOnFacts = {
    object,
    addOn: decoded.success,
    cluster:
      managed === undefined ? undefined : yield* Effect.orElseSucceed(decodeManagedCluster(managed), () => undefined),
    works: (yield* Effect.forEach(works, (work) => Effect.result(decodeManifestWork(work)))).flatMap((work) =>
      work._tag === "Success" ? [work.success] : []
    ),
    configs: desiredConfigs(decoded.success, supportedConfigsOf(addOn), yield* configsIn(copies))
  }
  return facts
})

const registrationOf = (definition: AddOn, addOn: ManagedClusterAddOn): WantedRegistration | undefined =>
  definition.registration === undefined
    ? undefined
    : wantedRegistration(
        addOn,
        agentIdentity(addOn.metadata.namespace ?? "", definition.name, definition.registration.agentName)
      )

/** Gives the agent its rights on the hub, and takes those that it shall have no more. */
const grant = Effect.fnUntraced(function* (
  { api, addOn: definition, copies }: AddOnRuntime,
  { addOn }: AddOnFacts,
  registration: WantedRegistration | undefined
) {
  const { namespace = "" } = addOn.metadata
  const wanted =
    registration?.user === undefined ? [] : hubAccess(addOn, definition.hubPermissions ?? {}, registration.user)
  const copyOf = (kind: string) => (kind === "Role" ? copies.roles : copies.roleBindings)
  const apply = Effect.forEach(
    wanted,
    Effect.fnUntraced(function* ({ type, object }) {
      const copy = copyOf(object.kind)
      if (isSameObject(yield* copy.get(object.metadata), object)) return
      const fieldManager = fieldManagerOf(definition)
      yield* copy.upsert(yield* api.apply(type, object, { fieldManager, force: true }))
    }),
    { discard: true }
  )
  const withdraw = Effect.forEach(
    [resources.roleBindings, resources.roles],
    Effect.fnUntraced(function* (type) {
      const names = new Set(wanted.flatMap(({ object }) => (object.kind === type.kind ? [object.metadata.name] : [])))
      const live = (yield* copyOf(type.kind).list).filter(({ metadata }) => metadata.namespace === namespace)
      for (const { metadata } of live) {
        const isOurs = metadata.ownerReferences?.some(({ uid }) => uid === addOn.metadata.uid) ?? false
        if (!isOurs || names.has(metadata.name) || metadata.uid === undefined) continue
        const gone = api.delete(type, { namespace, name: metadata.name }, { uid: metadata.uid })
        yield* Effect.catchReason(gone, "KubeError", "NotFound", () => Effect.void)
      }
    }),
    { discard: true }
  )
  return yield* Effect.match(Effect.andThen(apply, withdraw), {
    onSuccess: (): Step => ({ problem: undefined }),
    onFailure: (error): Step => ({ problem: error.message, error })
  })
})
