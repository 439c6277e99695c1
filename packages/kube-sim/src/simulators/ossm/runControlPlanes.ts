import { resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError, KubeObject, ObjectRef } from "@multicluster-mesh/ocm-transport"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { federationCrds } from "../../crds/federationCrds.ts"
import { contains, ensure, find, listAll, patchStatus, remove } from "../calls.ts"
import { at, textAt } from "../fields.ts"
import { installCrds } from "../installCrds.ts"
import { pods } from "../kinds.ts"
import { type Again, runController } from "../runController.ts"
import { makeTimers } from "../Timers.ts"
import { controlPlaneProblem } from "./admission.ts"
import { componentsOf, reconcileProblem } from "./components.ts"
import { controlPlaneStatus, refusedStatus } from "./controlPlaneStatus.ts"
import { ensureRoot, rootConfigMapName, setMemberOf } from "./meshNamespaces.ts"
import {
  istiodPod,
  istiodReplicas,
  managedBy,
  ownerLabel,
  renderControlPlane,
  renderedTypes
} from "./renderControlPlane.ts"
import { makeRootCertificate } from "./rootCertificate.ts"

const manager = "maistra-istio-operator"
export const operatorFinalizer = "maistra.io/istio-operator"

export interface ControlPlaneDelays {
  /** A new generation to its objects. */
  readonly render: Duration.Duration
  /** Its objects to available workloads. */
  readonly ready: Duration.Duration
  /** How long the finalizer holds a deleted control plane. */
  readonly deletion: Duration.Duration
  readonly retry: Duration.Duration
}

/** A control plane whose objects exist. */
export interface Installed {
  readonly object: KubeObject
  readonly root: string
  /** Names of the istiod pods that run. */
  readonly pods: ReadonlyArray<string>
  /** The generation that is rendered, and whether its workloads are available. */
  readonly ready: boolean
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

/** The operator's work on ServiceMeshControlPlanes (ossm2.md 1.6 to 1.8). */
export const runControlPlanes = Effect.fnUntraced(function* (options: Options) {
  const { api, delays } = options
  const timers = makeTimers()
  const installed = new Map<string, Installed>()
  const roots = new Map<string, string>()
  const rendered = new Map<string, number>()
  const starts = new Map<string, number>()
  let hasFederation = false

  const rootOf = Effect.fnUntraced(function* (namespace: string) {
    const own = yield* find(api, resources.secrets, { namespace, name: "cacerts" })
    const encoded = textAt(own, "data", "root-cert.pem")
    if (encoded !== undefined) return Buffer.from(encoded, "base64").toString("utf8")
    const published = yield* find(api, resources.configMaps, { namespace, name: rootConfigMapName })
    const root = roots.get(namespace) ?? textAt(published, "data", "root-cert.pem") ?? (yield* makeRootCertificate)
    roots.set(namespace, root)
    return root
  })

  const render = Effect.fnUntraced(function* (controlPlane: KubeObject, components: ReadonlyArray<string>) {
    const namespace = controlPlane.metadata.namespace ?? ""
    const wanted = renderControlPlane(controlPlane, components)
    for (const { type, object } of wanted) {
      yield* api.apply(type, object, { fieldManager: manager, force: true })
    }
    yield* prune(namespace, (type, object) =>
      wanted.some(
        (other) =>
          other.type === type &&
          other.object.metadata.name === object.metadata.name &&
          other.object.metadata.namespace === object.metadata.namespace
      )
    )
    return yield* startPods(controlPlane)
  })

  /** Deletes what bears the operator's labels for this namespace and is not to be kept, whoever made it. */
  const prune = Effect.fnUntraced(function* (
    namespace: string,
    isKept: (type: (typeof renderedTypes)[number], object: KubeObject) => boolean
  ) {
    const labelSelector = `${ownerLabel}=${namespace},app.kubernetes.io/managed-by=${managedBy}`
    for (const type of renderedTypes) {
      for (const object of yield* listAll(api, type, { labelSelector })) {
        if (!isKept(type, object)) yield* remove(api, type, object.metadata)
      }
    }
  })

  const startPods = Effect.fnUntraced(function* (controlPlane: KubeObject) {
    const start = starts.get(controlPlane.metadata.uid ?? "") ?? 0
    const wanted = Array.from({ length: istiodReplicas(controlPlane) }, (_, replica) =>
      istiodPod(controlPlane, replica, start)
    )
    for (const pod of wanted) {
      const made = yield* ensure(api, pods, pod, manager)
      yield* patchStatus(api, pods, made, { phase: "Running" }, "kubelet")
    }
    const names = wanted.map(({ metadata }) => metadata.name)
    for (const pod of yield* istiodPods(controlPlane)) {
      if (!names.includes(pod.metadata.name)) yield* remove(api, pods, pod.metadata)
    }
    return names
  })

  const istiodPods = ({ metadata: { namespace = "" } }: KubeObject) =>
    listAll(api, pods, { namespace, labelSelector: `app=istiod,${ownerLabel}=${namespace}` })

  /** The Deployments become available: there is no kubelet. */
  const makeAvailable = Effect.fnUntraced(function* (namespace: string) {
    const labelSelector = `${ownerLabel}=${namespace},app.kubernetes.io/managed-by=${managedBy}`
    for (const deployment of yield* listAll(api, resources.deployments, { labelSelector })) {
      const replicas = Number(at(deployment, "spec", "replicas") ?? 1)
      const status = {
        observedGeneration: deployment.metadata.generation ?? 1,
        replicas,
        updatedReplicas: replicas,
        readyReplicas: replicas,
        availableReplicas: replicas,
        conditions: [{ type: "Available", status: "True", reason: "MinimumReplicasAvailable" }]
      }
      yield* patchStatus(api, resources.deployments, deployment, status, "kube-controller-manager")
    }
  })

  const remember = (namespace: string, next: Installed) =>
    Effect.suspend(() => {
      const before = installed.get(namespace)
      installed.set(namespace, next)
      const isSame =
        before !== undefined &&
        before.object.metadata.uid === next.object.metadata.uid &&
        before.object.metadata.generation === next.object.metadata.generation &&
        before.root === next.root &&
        before.ready === next.ready &&
        contains(before.pods, next.pods)
      return isSame ? Effect.void : options.onChange(namespace)
    })

  const remembered = (namespace: string) =>
    Effect.suspend(() => (installed.delete(namespace) ? options.onChange(namespace) : Effect.void))

  const finalize = Effect.fnUntraced(function* (controlPlane: KubeObject): Effect.fn.Return<Again, KubeError> {
    const { namespace = "", uid, finalizers = [] } = controlPlane.metadata
    if (!finalizers.includes(operatorFinalizer)) return undefined
    const conditions = ["Installed", "Reconciled", "Ready"].map((type) => ({
      type,
      status: "False",
      reason: "Deleting",
      message: "Deleting service mesh"
    }))
    yield* patchStatus(
      api,
      resources.controlPlanes,
      controlPlane,
      { conditions, readiness: at(controlPlane, "status", "readiness") ?? { components: {} } },
      manager
    )
    const left = yield* timers.left(`${uid}/deletion`, delays.deletion)
    if (left !== undefined) return left
    yield* prune(namespace, () => false)
    for (const pod of yield* istiodPods(controlPlane)) yield* remove(api, pods, pod.metadata)
    yield* remove(api, resources.configMaps, { namespace, name: rootConfigMapName })
    yield* setMemberOf(api, namespace, undefined)
    yield* remembered(namespace)
    const others = finalizers.filter((other) => other !== operatorFinalizer)
    yield* api.patch(
      resources.controlPlanes,
      controlPlane.metadata,
      { metadata: { finalizers: others } },
      { fieldManager: manager }
    )
    timers.forget(`${uid}/`)
    return undefined
  })

  const refuse = (controlPlane: KubeObject, problem: { readonly reason: string; readonly message: string }) =>
    Effect.as(
      patchStatus(api, resources.controlPlanes, controlPlane, refusedStatus(problem), manager),
      delays.retry as Again
    )

  const reconcile = Effect.fnUntraced(function* (ref: ObjectRef): Effect.fn.Return<Again, KubeError> {
    const found = yield* find(api, resources.controlPlanes, ref)
    const { namespace = "" } = ref
    if (found === undefined) {
      if (installed.get(namespace)?.object.metadata.name === ref.name) yield* remembered(namespace)
      return undefined
    }
    const operators = options.running()
    if (!operators.has("servicemeshoperator")) return undefined
    if (found.metadata.deletionTimestamp !== undefined) return yield* finalize(found)
    const controlPlane = yield* withFinalizer(api, found)
    if (!hasFederation) yield* installCrds(api, federationCrds, manager)
    hasFederation = true
    yield* options.onFirst

    const controlPlanes = yield* listAll(api, resources.controlPlanes, { namespace })
    const older = controlPlanes.filter((other) => isOlder(other, controlPlane))
    const problem = controlPlaneProblem(controlPlane, options.versions, { controlPlanes: older, memberRolls: [] })
    if (problem !== undefined) {
      return yield* refuse(controlPlane, {
        reason: older.length > 0 ? "ErrMultipleSMCPs" : "ValidationError",
        message: problem
      })
    }
    const components = componentsOf(controlPlane)
    const obstacle = reconcileProblem(components, operators)
    if (obstacle !== undefined) return yield* refuse(controlPlane, obstacle)

    const { uid = "", generation = 1 } = controlPlane.metadata
    const stageAt = (stage: "Pending" | "Rendered" | "Ready") =>
      patchStatus(
        api,
        resources.controlPlanes,
        controlPlane,
        controlPlaneStatus(controlPlane, components, stage, options.operatorVersion),
        manager
      )
    const isSettled = at(controlPlane, "status", "observedGeneration") === generation
    const untilRendered = isSettled ? undefined : yield* timers.left(`${uid}/${generation}/render`, delays.render)
    if (untilRendered !== undefined) {
      if (installed.get(namespace) === undefined) yield* stageAt("Pending")
      return untilRendered
    }
    const isRendered = rendered.get(uid) === generation
    const podNames = isRendered ? (installed.get(namespace)?.pods ?? []) : yield* render(controlPlane, components)
    rendered.set(uid, generation)
    const root = yield* rootOf(namespace)
    yield* ensureRoot(api, namespace, root)
    yield* setMemberOf(api, namespace, namespace)
    const untilReady = isSettled ? undefined : yield* timers.left(`${uid}/${generation}/ready`, delays.ready)
    if (untilReady !== undefined) {
      const object = yield* stageAt("Rendered")
      yield* remember(namespace, { object, root, pods: podNames, ready: false })
      return untilReady
    }
    yield* makeAvailable(namespace)
    const object = yield* stageAt("Ready")
    yield* remember(namespace, { object, root, pods: podNames, ready: true })
    return undefined
  })

  const informer = yield* api.informer(resources.controlPlanes)
  const ask = yield* runController({ keys: informer.changes, reconcile, retry: delays.retry })
  const askAll = Effect.flatMap(informer.list, (all) =>
    Effect.forEach(all, ({ metadata }) => ask(metadata), { discard: true })
  )

  return {
    installed,
    askAll,
    restart: Effect.fnUntraced(function* (namespace) {
      const known = installed.get(namespace)
      if (known === undefined) return
      const uid = known.object.metadata.uid ?? ""
      starts.set(uid, (starts.get(uid) ?? 0) + 1)
      const names = yield* startPods(known.object)
      yield* remember(namespace, { ...known, pods: names })
    })
  } satisfies ControlPlanes
})

const isOlder = (other: KubeObject, than: KubeObject): boolean =>
  `${other.metadata.creationTimestamp} ${other.metadata.name}` <
  `${than.metadata.creationTimestamp} ${than.metadata.name}`

const withFinalizer = (api: KubeApi, object: KubeObject): Effect.Effect<KubeObject, KubeError> => {
  const { finalizers = [], resourceVersion } = object.metadata
  if (finalizers.includes(operatorFinalizer)) return Effect.succeed(object)
  const patch = { metadata: { resourceVersion, finalizers: [...finalizers, operatorFinalizer] } }
  return api.patch(resources.controlPlanes, object.metadata, patch, { fieldManager: manager })
}
