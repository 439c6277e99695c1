import {
  decodeManifestWork,
  ImageRegistry,
  isDeleting,
  isSameJson,
  type ManagedCluster,
  type ManifestWork,
  resources
} from "@multicluster-mesh/mesh-model"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Informer } from "../Informer.ts"
import type { KubeApi, KubeObject } from "../KubeApi.ts"
import { measureWrite } from "../measureWrite.ts"
import type { LookAgain } from "../reconcileByKey.ts"
import { isSameWork } from "../works/isSameWork.ts"
import type { AddOn } from "./AddOn.ts"
import { applyDeploymentConfig } from "./applyDeploymentConfig.ts"
import { deliverCaBundle } from "./deliverCaBundle.ts"
import { deployWorks } from "./deployWorks.ts"
import { feedbackOf } from "./judgeHealth.ts"
import { deployWorkName, hubKubeconfigSecret, imageRegistriesAnnotation, preDeleteAnnotation } from "./keys.ts"
import { type AddOnFacts, type AddOnRuntime, fieldManagerOf, type Step } from "./AddOnRuntime.ts"

/** How far the objects of the agent have come. */
export interface Deployed extends Step {
  /** All manifests; undefined while they are not known. */
  readonly manifests: ReadonlyArray<KubeObject> | undefined
  /** The deploy works as they are on the hub now. */
  readonly works: ReadonlyArray<ManifestWork>
  /** The install namespace is there, or is nothing that we bring. */
  readonly hasNamespace: boolean
  readonly again?: LookAgain
}

/** Delivers the objects of the agent. While its configuration is not known, what is deployed stays as it is. */
export const deploy = Effect.fnUntraced(function* (
  runtime: AddOnRuntime,
  facts: AddOnFacts,
  cluster: ManagedCluster
): Effect.fn.Return<Deployed> {
  const { addOn, configs } = facts
  const live = facts.works.filter((work) => isDeployWork(facts, work))
  const current = live.filter((work) => isOurs(facts, work))
  const held = (problem: string): Deployed => ({
    problem,
    manifests: undefined,
    works: current,
    hasNamespace: hasNamespace(configs.installNamespace, undefined, current)
  })
  if (configs.problem !== undefined) return held(configs.problem)
  const rendered = yield* renderManifests(runtime, facts, cluster)
  if (Result.isFailure(rendered)) return { ...held(rendered.failure), again: { requeueAfter: "1 minute" } }
  const manifests = rendered.success

  const earlier = live.filter((work) => !isOurs(facts, work) || isDeleting(work))
  if (earlier.length > 0) {
    const error = yield* remove(runtime, earlier)
    return {
      ...held("the works of an earlier add-on of this name are still going"),
      ...error,
      again: { requeueAfter: "5 seconds" }
    }
  }
  const wanted = deployWorks({
    addOn,
    installNamespace: configs.installNamespace,
    manifests: manifests.filter(({ metadata }) => metadata.annotations?.[preDeleteAnnotation] === undefined),
    hashes: configs.hashes,
    rolledOut: runtime.addOn.rolledOut ?? "Applied",
    feedback: feedbackOf(runtime.addOn.health ?? "Lease"),
    works: current
  })
  if (Result.isFailure(wanted)) return { ...held(wanted.failure.message), manifests }

  const written = yield* Effect.result(Effect.forEach(wanted.success, (work) => applyWork(runtime, current, work)))
  if (Result.isFailure(written)) return { ...held(written.failure.message), manifests, error: written.failure }
  const names = new Set(wanted.success.map(({ metadata }) => metadata.name))
  const error = yield* remove(
    runtime,
    current.filter(({ metadata }) => !names.has(metadata.name))
  )
  return {
    problem: undefined,
    ...error,
    manifests,
    works: written.success,
    hasNamespace: hasNamespace(configs.installNamespace, manifests, written.success)
  }
})

/** All manifests of the cluster, or why there are none. A bug of the add-on is a problem of this cluster alone. */
export const renderManifests = Effect.fnUntraced(function* (
  { addOn: definition }: AddOnRuntime,
  { addOn, configs }: AddOnFacts,
  cluster: ManagedCluster
): Effect.fn.Return<Result.Result<ReadonlyArray<KubeObject>, string>> {
  const { caBundle, deploymentConfig, installNamespace, objects } = configs
  const exit = yield* Effect.exit(
    Effect.suspend(() =>
      definition.manifests({
        cluster,
        addOn,
        installNamespace,
        hubKubeconfigSecret: hubKubeconfigSecret(definition.name),
        variables: Object.fromEntries(
          (deploymentConfig.customizedVariables ?? []).map(({ name, value = "" }) => [name, value])
        ),
        deploymentConfig,
        configs: objects
      })
    )
  )
  if (Exit.isSuccess(exit)) {
    const configured = applyDeploymentConfig(exit.value, deploymentConfig, registriesOf(cluster))
    return Result.succeed(deliverCaBundle(configured, definition.name, caBundle))
  }
  if (Cause.hasInterruptsOnly(exit.cause)) return yield* Effect.interrupt
  const error = Cause.squash(exit.cause)
  const message = error instanceof Error ? error.message : String(error)
  if (Cause.hasDies(exit.cause)) {
    yield* Effect.logError(`a bug in the manifests of add-on ${definition.name}`, exit.cause)
    return Result.fail(`a bug in the manifests of the add-on: ${message}`)
  }
  return Result.fail(message)
})

const decodeRegistries = Schema.decodeUnknownResult(
  Schema.fromJsonString(Schema.Struct({ registries: Schema.optionalKey(Schema.Array(ImageRegistry)) }))
)

const registriesOf = ({ metadata }: ManagedCluster): ReadonlyArray<ImageRegistry> => {
  const text = metadata.annotations?.[imageRegistriesAnnotation]
  if (text === undefined) return []
  return Result.match(decodeRegistries(text), { onSuccess: ({ registries = [] }) => registries, onFailure: () => [] })
}

const isDeployWork = ({ addOn }: AddOnFacts, { metadata }: ManifestWork): boolean =>
  metadata.name.startsWith(deployWorkName(addOn.metadata.name, 0).slice(0, -1))

/** Whether the work is of this very ManagedClusterAddOn, not of one that had its name before. */
const isOurs = ({ addOn }: AddOnFacts, { metadata }: ManifestWork): boolean =>
  metadata.ownerReferences?.some(({ uid }) => uid === addOn.metadata.uid) ?? false

/**
 * Whether `live` has all owners that `wanted` has: the garbage collector does not find one by a version of the API that
 * is served no more.
 */
const hasOwners = ({ metadata: live }: ManifestWork, { metadata: wanted }: ManifestWork): boolean =>
  (wanted.ownerReferences ?? []).every((owner) => live.ownerReferences?.some((other) => isSameJson(other, owner)))

/** What it takes to write a work. */
interface Writer {
  readonly api: KubeApi
  readonly addOn: AddOn
  readonly copies: { readonly works: Pick<Informer, "upsert"> }
}

/** Writes a work that differs, and returns it as it is then. */
export const applyWork = Effect.fnUntraced(function* (
  { api, addOn, copies }: Writer,
  current: ReadonlyArray<ManifestWork>,
  wanted: KubeObject
) {
  const decoded = yield* Effect.orDie(decodeManifestWork(wanted))
  const { name, namespace = "", labels = {}, annotations = {} } = decoded.metadata
  const live = current.find(({ metadata }) => metadata.name === name)
  if (
    live !== undefined &&
    isSameWork(live, { cluster: namespace, name, labels, annotations, spec: decoded.spec }) &&
    hasOwners(live, decoded)
  ) {
    return live
  }
  const uid = live?.metadata.uid
  const object = uid === undefined ? wanted : { ...wanted, metadata: { ...wanted.metadata, uid } }
  const { kind } = resources.manifestWorks
  const written = yield* api
    .apply(resources.manifestWorks, object, { fieldManager: fieldManagerOf(addOn), force: true })
    .pipe(
      measureWrite(
        { kind, action: "apply" },
        ({ metadata }) => metadata.resourceVersion !== live?.metadata.resourceVersion
      )
    )
  yield* copies.works.upsert(written)
  return yield* Effect.orDie(decodeManifestWork(written))
})

const remove = Effect.fnUntraced(function* ({ api }: AddOnRuntime, works: ReadonlyArray<ManifestWork>) {
  const removal = Effect.forEach(
    works.filter((work) => !isDeleting(work)),
    ({ metadata: { name, namespace = "", uid = "" } }) =>
      api.delete(resources.manifestWorks, { name, namespace }, { uid }).pipe(
        Effect.catchReason("KubeError", "NotFound", () => Effect.void),
        measureWrite({ kind: resources.manifestWorks.kind, action: "delete" }, () => true)
      ),
    { discard: true }
  )
  return yield* Effect.match(removal, {
    onSuccess: () => ({}),
    onFailure: (error) => ({ error, problem: error.message })
  })
})

const hasNamespace = (
  name: string,
  manifests: ReadonlyArray<KubeObject> | undefined,
  works: ReadonlyArray<ManifestWork>
): boolean => {
  if (manifests?.every(({ kind, metadata }) => kind !== "Namespace" || metadata.name !== name) === true) return true
  return works.some(({ status }) =>
    status?.resourceStatus?.manifests?.some(
      ({ resourceMeta, conditions }) =>
        resourceMeta.kind === "Namespace" &&
        resourceMeta.name === name &&
        conditions?.some(({ type, status }) => type === "Applied" && status === "True")
    )
  )
}
