import { resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError, KubeObject, ObjectRef } from "@multicluster-mesh/ocm-transport"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { federationCrds } from "../../crds/federationCrds.ts"
import { find, listAll, patchStatus, remove } from "../calls.ts"
import { at } from "../fields.ts"
import { installCrds } from "../installCrds.ts"
import { type Again, runController } from "../runController.ts"
import { makeTimers } from "../Timers.ts"
import { controlPlaneProblem } from "./admission.ts"
import { componentsOf, type Problem, reconcileProblem } from "./components.ts"
import { controlPlaneStatus, deletingStatus, refusedStatus, type Stage } from "./controlPlaneStatus.ts"
import { type Installed, makeInstalledPlanes } from "./InstalledPlanes.ts"
import { makeIstiodPods } from "./istiodPods.ts"
import { ensureRoot, rootConfigMapName, setMemberOf } from "./meshNamespaces.ts"
import { makeMeshRoots } from "./meshRoots.ts"
import {
  addOperatorFinalizer,
  dropOperatorFinalizer,
  hasOperatorFinalizer,
  operatorManager
} from "./operatorFinalizer.ts"
import { applyRendered, makeAvailable, pruneRendered } from "./renderedObjects.ts"

export interface ControlPlaneDelays {
  /** A new generation to its objects. */
  readonly render: Duration.Duration
  /** Its objects to available workloads. */
  readonly ready: Duration.Duration
  /** How long the finalizer holds a deleted control plane. */
  readonly deletion: Duration.Duration
  readonly retry: Duration.Duration
}

export interface ControlPlanes {
  /** The control planes that are installed, by namespace. */
  readonly installed: ReadonlyMap<string, Installed>
  /** Looks at all of them again. */
  readonly askAll: Effect.Effect<void>
  /** Replaces the istiod pods. */
  readonly restart: (namespace: string) => Effect.Effect<void, KubeError>
}

interface Options {
  readonly api: KubeApi
  readonly versions: ReadonlyArray<string>
  readonly operatorVersion: string
  readonly delays: ControlPlaneDelays
  /** Packages whose operators run; without `servicemeshoperator` nothing happens at all. */
  readonly running: () => ReadonlySet<string>
  /** The kinds of federation are there from now on. */
  readonly onFirst: Effect.Effect<void>
  /** A control plane came, changed or went. */
  readonly onChange: (namespace: string) => Effect.Effect<void>
}

/**
 * The operator's work on ServiceMeshControlPlanes (maistra/istio-operator, pkg/controller/servicemesh/controlplane).
 */
export const runControlPlanes = Effect.fnUntraced(function* (options: Options) {
  const { api, delays } = options
  const timers = makeTimers()
  const planes = makeInstalledPlanes(options.onChange)
  const istiods = makeIstiodPods(api)
  const rootOf = makeMeshRoots(api)
  /** The generation whose objects are there, by uid. */
  const rendered = new Map<string, number>()
  let hasFederation = false

  const writeStatus = (controlPlane: KubeObject, status: Readonly<Record<string, unknown>>) =>
    patchStatus(api, resources.controlPlanes, controlPlane, status, operatorManager)

  const reconcile = Effect.fnUntraced(function* (ref: ObjectRef): Effect.fn.Return<Again, KubeError> {
    const found = yield* find(api, resources.controlPlanes, ref)
    if (found === undefined) {
      const { namespace = "" } = ref
      if (planes.all.get(namespace)?.object.metadata.name === ref.name) yield* planes.delete(namespace)
      return undefined
    }
    const operators = options.running()
    if (!operators.has("servicemeshoperator")) return undefined
    if (found.metadata.deletionTimestamp !== undefined) return yield* finalize(found)
    const controlPlane = yield* addOperatorFinalizer(api, resources.controlPlanes, found)
    yield* bringFederation
    const components = componentsOf(controlPlane)
    const problem = (yield* admissionProblem(controlPlane)) ?? reconcileProblem(components, operators)
    if (problem !== undefined) {
      yield* writeStatus(controlPlane, refusedStatus(problem))
      return delays.retry
    }
    return yield* install(controlPlane, components)
  })

  /** The first control plane that the operator sees brings the kinds of federation. */
  const bringFederation = Effect.gen(function* () {
    if (!hasFederation) yield* installCrds(api, federationCrds, operatorManager)
    hasFederation = true
    yield* options.onFirst
  })

  /** What admission would refuse today, though the object is there. */
  const admissionProblem = Effect.fnUntraced(function* (controlPlane: KubeObject) {
    const { namespace = "" } = controlPlane.metadata
    const controlPlanes = yield* listAll(api, resources.controlPlanes, { namespace })
    const older = controlPlanes.filter((other) => isOlder(other, controlPlane))
    const message = controlPlaneProblem(controlPlane, options.versions, { controlPlanes: older, memberRolls: [] })
    const reason = older.length > 0 ? "ErrMultipleSMCPs" : "ValidationError"
    return message === undefined ? undefined : ({ reason, message } satisfies Problem)
  })

  /** Renders a generation, then waits for its workloads; one that has been settled before needs no waits. */
  const install = Effect.fnUntraced(function* (
    controlPlane: KubeObject,
    components: ReadonlyArray<string>
  ): Effect.fn.Return<Again, KubeError> {
    const { namespace = "", uid = "", generation = 1 } = controlPlane.metadata
    const writeStage = (stage: Stage) =>
      writeStatus(controlPlane, controlPlaneStatus(controlPlane, components, stage, options.operatorVersion))
    const isSettled = at(controlPlane, "status", "observedGeneration") === generation
    const untilRendered = isSettled ? undefined : yield* timers.left(`${uid}/${generation}/render`, delays.render)
    if (untilRendered !== undefined) {
      if (!planes.all.has(namespace)) yield* writeStage("Pending")
      return untilRendered
    }
    const pods = yield* render(controlPlane, components)
    const root = yield* rootOf(namespace)
    yield* ensureRoot(api, namespace, root)
    yield* setMemberOf(api, namespace, namespace)
    const untilReady = isSettled ? undefined : yield* timers.left(`${uid}/${generation}/ready`, delays.ready)
    if (untilReady !== undefined) {
      const object = yield* writeStage("Rendered")
      yield* planes.set(namespace, { object, root, pods, ready: false })
      return untilReady
    }
    yield* makeAvailable(api, namespace)
    const object = yield* writeStage("Ready")
    yield* planes.set(namespace, { object, root, pods, ready: true })
    return undefined
  })

  /** Brings the objects and pods of a generation once; returns the names of the pods. */
  const render = Effect.fnUntraced(function* (controlPlane: KubeObject, components: ReadonlyArray<string>) {
    const { namespace = "", uid = "", generation = 1 } = controlPlane.metadata
    if (rendered.get(uid) === generation) return planes.all.get(namespace)?.pods ?? []
    yield* applyRendered(api, controlPlane, components)
    const pods = yield* istiods.start(controlPlane)
    rendered.set(uid, generation)
    return pods
  })

  const finalize = Effect.fnUntraced(function* (controlPlane: KubeObject): Effect.fn.Return<Again, KubeError> {
    if (!hasOperatorFinalizer(controlPlane)) return undefined
    const { namespace = "", uid } = controlPlane.metadata
    yield* writeStatus(controlPlane, deletingStatus(controlPlane))
    const left = yield* timers.left(`${uid}/deletion`, delays.deletion)
    if (left !== undefined) return left
    yield* pruneRendered(api, namespace, () => false)
    yield* istiods.stop(controlPlane)
    yield* remove(api, resources.configMaps, { namespace, name: rootConfigMapName })
    yield* setMemberOf(api, namespace, undefined)
    yield* planes.delete(namespace)
    yield* dropOperatorFinalizer(api, resources.controlPlanes, controlPlane)
    timers.forget(`${uid}/`)
    return undefined
  })

  const informer = yield* api.informer(resources.controlPlanes)
  const ask = yield* runController({ keys: informer.changes, reconcile, retry: delays.retry })
  const askAll = Effect.flatMap(informer.list, (all) =>
    Effect.forEach(all, ({ metadata }) => ask(metadata), { discard: true })
  )

  return {
    installed: planes.all,
    askAll,
    restart: Effect.fnUntraced(function* (namespace) {
      const known = planes.all.get(namespace)
      if (known === undefined) return
      const pods = yield* istiods.restart(known.object)
      yield* planes.set(namespace, { ...known, pods })
    })
  } satisfies ControlPlanes
})

const isOlder = (other: KubeObject, than: KubeObject): boolean =>
  `${other.metadata.creationTimestamp} ${other.metadata.name}` <
  `${than.metadata.creationTimestamp} ${than.metadata.name}`
