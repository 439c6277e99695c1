import { resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError, KubeObject, ObjectRef } from "@multicluster-mesh/ocm-transport"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { ensure, find, patchStatus } from "../calls.ts"
import { textAt } from "../fields.ts"
import { type Again, runController, soonest } from "../runController.ts"
import { makeTimers } from "../Timers.ts"
import { memberProblem, memberRollProblem } from "./admission.ts"
import type { Installed } from "./InstalledPlanes.ts"
import { joinMesh, leaveMesh, namesInMesh } from "./joinMesh.ts"
import { emptyRoll, isOwnMember } from "./memberObjects.ts"
import { memberStatus, type RollOutcome, rollStatus } from "./memberRollStatus.ts"
import {
  addOperatorFinalizer,
  dropOperatorFinalizer,
  hasOperatorFinalizer,
  operatorManager
} from "./operatorFinalizer.ts"
import { wantedMembers } from "./wantedMembers.ts"

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

/**
 * The operator's work on ServiceMeshMemberRolls and ServiceMeshMembers (maistra/istio-operator); the key is a control
 * plane's namespace.
 */
export const runMemberRolls = Effect.fnUntraced(function* ({ api, delays, isRunning, installed, onChange }: Options) {
  const timers = makeTimers()
  const configured = new Map<string, ReadonlyArray<string>>()

  const rolls = yield* api.informer(resources.memberRolls)
  const members = yield* api.informer(resources.members)
  const namespaces = yield* api.informer(resources.namespaces)

  const reconcile = Effect.fnUntraced(function* ({ name: namespace }: ObjectRef): Effect.fn.Return<Again, KubeError> {
    if (!isRunning()) return undefined
    const wishes = yield* wishesFor(namespace)
    const controlPlane = installed.get(namespace)
    const found = yield* find(api, resources.memberRolls, { namespace, name: "default" })
    // a member that asks to join makes the operator create the roll
    if (found === undefined && (wishes.every(isOwnMember) || controlPlane === undefined)) {
      yield* setConfigured(namespace, [])
      return undefined
    }
    const roll = found ?? (yield* ensure(api, resources.memberRolls, emptyRoll(namespace), operatorManager))
    if (roll.metadata.deletionTimestamp !== undefined) return yield* finalize(roll)
    yield* addOperatorFinalizer(api, resources.memberRolls, roll)

    const problem = memberRollProblem(roll, { controlPlanes: [], memberRolls: [] })
    const all = yield* namespaces.list
    const wanted = problem === undefined ? wantedMembers(roll, wishes, all, namespace) : []
    const existing = wanted.flatMap((name) => all.filter((other) => other.metadata.name === name && isLiving(other)))
    const { done, wait } = yield* joinAll(controlPlane, existing)
    for (const name of yield* namesInMesh(api, namespace)) {
      if (!wanted.includes(name)) yield* leaveMesh(api, namespace, name)
    }
    yield* report(roll, wishes, { wanted, existing: existing.map(nameOf), done, controlPlane, problem })
    yield* setConfigured(namespace, done)
    return wait
  })

  /** The ServiceMeshMembers that ask to join the mesh in a namespace. */
  const wishesFor = (namespace: string) =>
    Effect.map(members.list, (all) =>
      all.filter(
        (member) =>
          textAt(member, "spec", "controlPlaneRef", "namespace") === namespace &&
          memberProblem(member, undefined) === undefined &&
          isLiving(member)
      )
    )

  /** Takes in the namespaces whose time has come; without a control plane there is nothing to join. */
  const joinAll = Effect.fnUntraced(function* (
    controlPlane: Installed | undefined,
    existing: ReadonlyArray<KubeObject>
  ): Effect.fn.Return<{ readonly done: ReadonlyArray<string>; readonly wait: Again }, KubeError> {
    const waits: Array<Again> = []
    const done: Array<string> = []
    if (controlPlane === undefined) return { done, wait: undefined }
    const { namespace = "" } = controlPlane.object.metadata
    for (const { metadata } of existing) {
      const left = yield* timers.left(`${namespace}/${metadata.uid}`, delays.member)
      waits.push(left)
      if (left !== undefined) continue
      yield* joinMesh(api, controlPlane, metadata.name)
      done.push(metadata.name)
    }
    return { done, wait: soonest(...waits) }
  })

  const report = Effect.fnUntraced(function* (
    roll: KubeObject,
    wishes: ReadonlyArray<KubeObject>,
    outcome: RollOutcome
  ) {
    const { namespace = "" } = roll.metadata
    yield* patchStatus(api, resources.memberRolls, roll, rollStatus(roll, outcome), operatorManager)
    for (const member of wishes) {
      const status = memberStatus(member, outcome.done, namespace)
      yield* patchStatus(api, resources.members, member, status, operatorManager)
    }
  })

  const finalize = Effect.fnUntraced(function* (roll: KubeObject): Effect.fn.Return<Again, KubeError> {
    const { namespace = "" } = roll.metadata
    for (const name of yield* namesInMesh(api, namespace)) yield* leaveMesh(api, namespace, name)
    yield* setConfigured(namespace, [])
    if (hasOperatorFinalizer(roll)) yield* dropOperatorFinalizer(api, resources.memberRolls, roll)
    return undefined
  })

  const setConfigured = (namespace: string, next: ReadonlyArray<string>) =>
    Effect.suspend(() => {
      const before = configured.get(namespace) ?? []
      configured.set(namespace, next)
      return before.join(" ") === next.join(" ") ? Effect.void : onChange
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

const nameOf = ({ metadata }: KubeObject): string => metadata.name

const isLiving = ({ metadata }: KubeObject): boolean => metadata.deletionTimestamp === undefined
