import { resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError, KubeObject, ObjectRef } from "@multicluster-mesh/ocm-transport"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { ensure, find, listAll, patchStatus, remove } from "../calls.ts"
import { listAt, textAt, textsAt } from "../fields.ts"
import { type Again, runController, soonest } from "../runController.ts"
import { selects } from "../selects.ts"
import { makeTimers } from "../Timers.ts"
import { memberProblem, memberRollProblem } from "./admission.ts"
import { ensureRoot, memberOfLabel, rootConfigMapName, setMemberOf } from "./meshNamespaces.ts"
import { type Installed, operatorFinalizer } from "./runControlPlanes.ts"

const manager = "maistra-istio-operator"
const createdBy = "maistra.io/created-by"
const rollController = "maistra.io.servicemeshmemberroll-controller"

interface Options {
  readonly api: KubeApi
  readonly delays: { readonly member: Duration.Duration; readonly retry: Duration.Duration }
  readonly isRunning: () => boolean
  readonly installed: ReadonlyMap<string, Installed>
  /** The namespaces in a mesh have changed. */
  readonly onChange: Effect.Effect<void>
}

export interface MemberRolls {
  /** Namespaces that are in the mesh of a control plane's namespace. */
  readonly configured: ReadonlyMap<string, ReadonlyArray<string>>
  readonly ask: (namespace: string) => Effect.Effect<void>
}

/** The operator's work on ServiceMeshMemberRolls and ServiceMeshMembers (ossm2.md 2); the key is a control plane's namespace. */
export const runMemberRolls = Effect.fnUntraced(function* ({ api, delays, isRunning, installed, onChange }: Options) {
  const timers = makeTimers()
  const configured = new Map<string, ReadonlyArray<string>>()

  const rolls = yield* api.informer(resources.memberRolls)
  const members = yield* api.informer(resources.members)
  const namespaces = yield* api.informer(resources.namespaces)

  const membersOf = (namespace: string) =>
    Effect.map(members.list, (all) =>
      all.filter(
        (member) =>
          textAt(member, "spec", "controlPlaneRef", "namespace") === namespace &&
          memberProblem(member, undefined) === undefined &&
          member.metadata.deletionTimestamp === undefined
      )
    )

  const leave = Effect.fnUntraced(function* (namespace: string, member: string) {
    yield* setMemberOf(api, member, undefined)
    yield* remove(api, resources.configMaps, { namespace: member, name: rootConfigMapName })
    const own = yield* find(api, resources.members, { namespace: member, name: "default" })
    if (
      own?.metadata.annotations?.[createdBy] === rollController &&
      textAt(own, "spec", "controlPlaneRef", "namespace") === namespace
    ) {
      yield* remove(api, resources.members, own.metadata)
    }
  })

  const join = Effect.fnUntraced(function* (controlPlane: Installed, member: string) {
    const { namespace = "", name } = controlPlane.object.metadata
    yield* setMemberOf(api, member, namespace)
    yield* ensureRoot(api, member, controlPlane.root)
    yield* ensure(api, resources.members, ownMember(member, namespace, name), manager)
  })

  const setConfigured = (namespace: string, next: ReadonlyArray<string>) =>
    Effect.suspend(() => {
      const before = configured.get(namespace) ?? []
      configured.set(namespace, next)
      return before.join(" ") === next.join(" ") ? Effect.void : onChange
    })

  const finalize = Effect.fnUntraced(function* (roll: KubeObject): Effect.fn.Return<Again, KubeError> {
    const { namespace = "", finalizers = [] } = roll.metadata
    for (const { metadata } of yield* memberNamespaces(namespace)) yield* leave(namespace, metadata.name)
    yield* setConfigured(namespace, [])
    if (!finalizers.includes(operatorFinalizer)) return undefined
    const others = finalizers.filter((other) => other !== operatorFinalizer)
    yield* api.patch(
      resources.memberRolls,
      roll.metadata,
      { metadata: { finalizers: others } },
      { fieldManager: manager }
    )
    return undefined
  })

  const memberNamespaces = (namespace: string) =>
    Effect.map(listAll(api, resources.namespaces, { labelSelector: `${memberOfLabel}=${namespace}` }), (all) =>
      all.filter(({ metadata }) => metadata.name !== namespace)
    )

  const reconcile = Effect.fnUntraced(function* ({ name: namespace }: ObjectRef): Effect.fn.Return<Again, KubeError> {
    if (!isRunning()) return undefined
    const wishes = yield* membersOf(namespace)
    const ref = { namespace, name: "default" }
    const found = yield* find(api, resources.memberRolls, ref)
    const controlPlane = installed.get(namespace)
    // a member that asks to join makes the operator create the roll
    if (found === undefined && (wishes.every(isOwn) || controlPlane === undefined)) {
      yield* setConfigured(namespace, [])
      return undefined
    }
    const roll = found ?? (yield* ensure(api, resources.memberRolls, emptyRoll(namespace), manager))
    if (roll.metadata.deletionTimestamp !== undefined) return yield* finalize(roll)
    if (roll.metadata.finalizers?.includes(operatorFinalizer) !== true) {
      const { finalizers = [], resourceVersion } = roll.metadata
      const patch = { metadata: { resourceVersion, finalizers: [...finalizers, operatorFinalizer] } }
      yield* api.patch(resources.memberRolls, ref, patch, { fieldManager: manager })
    }
    const problem = memberRollProblem(roll, { controlPlanes: [], memberRolls: [] })
    const all = yield* namespaces.list
    const wanted = problem === undefined ? wantedMembers(roll, wishes, all, namespace) : []
    const existing = wanted.filter((name) => all.some((other) => other.metadata.name === name && isLiving(other)))
    const waits: Array<Again> = []
    const done: Array<string> = []
    for (const name of controlPlane === undefined ? [] : existing) {
      const uid = all.find((other) => other.metadata.name === name)?.metadata.uid
      const left = yield* timers.left(`${namespace}/${uid}`, delays.member)
      waits.push(left)
      if (controlPlane === undefined || left !== undefined) continue
      yield* join(controlPlane, name)
      done.push(name)
    }
    for (const { metadata } of yield* memberNamespaces(namespace)) {
      if (!wanted.includes(metadata.name)) yield* leave(namespace, metadata.name)
    }
    const status = rollStatus(roll, { wanted, existing, done, controlPlane, problem })
    yield* patchStatus(api, resources.memberRolls, roll, status, manager)
    for (const member of wishes) {
      yield* patchStatus(api, resources.members, member, memberStatus(member, done, namespace), manager)
    }
    yield* setConfigured(namespace, done)
    return soonest(...waits)
  })

  const everyRoll = Effect.map(rolls.list, (all) => all.map(({ metadata }) => ({ name: metadata.namespace ?? "" })))
  const planeOf = Effect.fnUntraced(function* (ref: ObjectRef) {
    const member = yield* members.get(ref)
    const plane = textAt(member, "spec", "controlPlaneRef", "namespace")
    return plane === undefined ? yield* everyRoll : [{ name: plane }]
  })
  const ask = yield* runController({
    keys: Stream.mergeAll(
      [
        Stream.map(rolls.changes, ({ namespace }) => ({ name: namespace ?? "" })),
        Stream.flatMap(Stream.mapEffect(members.changes, planeOf), (refs) => Stream.fromIterable(refs)),
        Stream.flatMap(
          Stream.mapEffect(namespaces.changes, () => everyRoll),
          (refs) => Stream.fromIterable(refs)
        )
      ],
      { concurrency: "unbounded" }
    ),
    reconcile,
    retry: delays.retry
  })
  return { configured, ask: (namespace) => ask({ name: namespace }) } satisfies MemberRolls
})

const isLiving = (namespace: KubeObject): boolean => namespace.metadata.deletionTimestamp === undefined

const isOwn = (member: KubeObject): boolean => member.metadata.annotations?.[createdBy] === rollController

/** All names that the roll resolves to, sorted; never namespaces of the platform. */
const wantedMembers = (
  roll: KubeObject,
  wishes: ReadonlyArray<KubeObject>,
  all: ReadonlyArray<KubeObject>,
  own: string
): ReadonlyArray<string> => {
  const named = textsAt(roll, "spec", "members")
  const selectors = listAt(roll, "spec", "memberSelectors")
  const selected = all
    .filter(
      ({ metadata }) => named.includes("*") || selectors.some((selector) => selects(selector, metadata.labels ?? {}))
    )
    .map(({ metadata }) => metadata.name)
  const joined = wishes.filter((member) => !isOwn(member)).map(({ metadata }) => metadata.namespace ?? "")
  const names = new Set([...named.filter((name) => name !== "*"), ...selected, ...joined])
  return [...names].filter((name) => name !== own && !/^(?:kube|openshift|ibm-)/u.test(name)).sort()
}

interface Outcome {
  readonly wanted: ReadonlyArray<string>
  readonly existing: ReadonlyArray<string>
  readonly done: ReadonlyArray<string>
  readonly controlPlane: Installed | undefined
  readonly problem: string | undefined
}

const rollStatus = (roll: KubeObject, { wanted, existing, done, controlPlane, problem }: Outcome) => {
  const pending = wanted.filter((name) => !done.includes(name))
  return {
    annotations: { configuredMemberCount: `${done.length}/${wanted.length}` },
    observedGeneration: roll.metadata.generation ?? 1,
    ...(controlPlane === undefined
      ? {}
      : {
          meshGeneration: controlPlane.object.metadata.generation ?? 1,
          meshReconciledVersion: textAt(controlPlane.object, "status", "chartVersion") ?? ""
        }),
    members: wanted,
    configuredMembers: done,
    pendingMembers: pending,
    terminatingMembers: [],
    memberStatuses: wanted.map((namespace) => ({
      namespace,
      conditions: [reconciled(done.includes(namespace), existing.includes(namespace), namespace)]
    })),
    conditions: [{ type: "Ready", ...readiness(pending, controlPlane, problem) }]
  }
}

const reconciled = (isDone: boolean, exists: boolean, namespace: string) => {
  if (isDone) return { type: "Reconciled", status: "True" }
  return exists
    ? { type: "Reconciled", status: "False", reason: "SMCPReconciling", message: "Waiting for the mesh" }
    : {
        type: "Reconciled",
        status: "False",
        reason: "NamespaceNotExists",
        message: `Namespace ${namespace} does not exist`
      }
}

const readiness = (
  pending: ReadonlyArray<string>,
  controlPlane: Installed | undefined,
  problem: string | undefined
) => {
  if (problem !== undefined) return { status: "False", reason: "ReconcileError", message: problem }
  if (controlPlane === undefined) {
    return { status: "False", reason: "ErrSMCPMissing", message: "No ServiceMeshControlPlane exists in the namespace" }
  }
  return pending.length === 0
    ? { status: "True", reason: "Configured", message: "All namespaces have been configured successfully" }
    : {
        status: "False",
        reason: "ReconcileError",
        message: `The following namespaces are not yet configured: ${pending.join(", ")}`
      }
}

const memberStatus = (member: KubeObject, done: ReadonlyArray<string>, plane: string) => {
  const isDone = done.includes(member.metadata.namespace ?? "")
  const verdict = isDone
    ? { status: "True", reason: "" }
    : { status: "False", reason: "NamespaceNotConfigured", message: "The namespace is not configured yet" }
  return {
    annotations: { controlPlaneRef: `${plane}/${textAt(member, "spec", "controlPlaneRef", "name")}` },
    observedGeneration: member.metadata.generation ?? 1,
    conditions: [
      { type: "Reconciled", ...verdict },
      { type: "Ready", ...verdict }
    ]
  }
}

const emptyRoll = (namespace: string): KubeObject => ({
  apiVersion: "maistra.io/v1",
  kind: "ServiceMeshMemberRoll",
  metadata: {
    name: "default",
    namespace,
    annotations: { [createdBy]: "maistra.io.servicemeshmember-controller" }
  },
  spec: { members: [] }
})

const ownMember = (namespace: string, planeNamespace: string, plane: string): KubeObject => ({
  apiVersion: "maistra.io/v1",
  kind: "ServiceMeshMember",
  metadata: { name: "default", namespace, annotations: { [createdBy]: rollController } },
  spec: { controlPlaneRef: { namespace: planeNamespace, name: plane } }
})
