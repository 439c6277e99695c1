import {
  canonicalJson,
  isDeleting,
  keyOf,
  Mesh,
  MeshAgent,
  MeshPeering,
  setConditions,
  type Condition,
  type KubeObject,
  type ManifestWork,
  type ObjectMeta
} from "@multicluster-mesh/mesh-model"
import * as Schema from "effect/Schema"
import type { HubState } from "../HubState.ts"
import type { HubAction, Plan, StatusPlan, WorkAction } from "../Plan.ts"

/** An object of the hub. */
export interface Stored {
  readonly kind: string
  readonly metadata: ObjectMeta
  readonly spec: unknown
  readonly status?: unknown
}

/** The hub once `plan` is written, as its API server has it, before anything else happens. */
export const writePlan = (before: HubState, plan: Pick<Plan, "objects" | "statuses" | "works">): HubState => {
  const hub = plan.statuses.reduce(writeStatus, plan.objects.reduce(applyHubAction, before))
  return { ...hub, works: plan.works.reduce((works, action) => applyWorkAction(works, action, before.now), hub.works) }
}

/** Apply, delete with finalizers, finalizers. */
const applyHubAction = (state: HubState, action: HubAction): HubState => {
  if (action._tag === "ApplyObject") return applyObject(state, action.object)
  const isIt = (one: Stored) => one.kind === action.type.kind && one.metadata.uid === action.uid
  const change = <A extends Stored>(list: ReadonlyArray<A>): ReadonlyArray<A> =>
    list
      .map((one) => (isIt(one) ? { ...one, metadata: changed(one.metadata, action, state.now) } : one))
      .filter((one) => !isDeleting(one) || (one.metadata.finalizers ?? []).length > 0)
  return {
    ...state,
    meshes: change(state.meshes),
    deployments: change(state.deployments),
    federations: change(state.federations),
    peerings: change(state.peerings)
  }
}

const changed = (
  metadata: ObjectMeta,
  action: Exclude<HubAction, { _tag: "ApplyObject" }>,
  now: string
): ObjectMeta => {
  if (action._tag === "DeleteObject") return { ...metadata, deletionTimestamp: now }
  const others = (metadata.finalizers ?? []).filter((one) => one !== action.finalizer)
  return { ...metadata, finalizers: action.present ? [...others, action.finalizer] : others }
}

const applyObject = (state: HubState, object: KubeObject): HubState => {
  if (object.kind === "Mesh") return { ...state, meshes: upsert(state.meshes, Schema.decodeUnknownSync(Mesh), object) }
  if (object.kind === "MeshPeering") {
    return { ...state, peerings: upsert(state.peerings, Schema.decodeUnknownSync(MeshPeering), object) }
  }
  if (object.kind !== "MeshAgent") throw new Error(`no plan writes ${object.kind}`)
  return {
    ...state,
    clusters: state.clusters.map((cluster) => {
      if (cluster.name !== object.metadata.namespace) return cluster
      const agents = cluster.agent === undefined ? [] : [cluster.agent]
      return { ...cluster, agent: upsert(agents, Schema.decodeUnknownSync(MeshAgent), object)[0] }
    })
  }
}

/** A record of removal that we do not write is somebody else's: ours is never taken back. */
const othersFields = (spec: unknown): object =>
  typeof spec === "object" && spec !== null && "removal" in spec ? { removal: spec.removal } : {}

/**
 * Server-side apply: what is not said stays where someone else owns it; of a spec that has a cluster, we own all but a
 * record of removal.
 */
const upsert = <A extends Stored>(
  list: ReadonlyArray<A>,
  decode: (object: unknown) => A,
  object: KubeObject
): ReadonlyArray<A> => {
  const before = list.find((one) => keyOf(one) === keyOf(object))
  const isPartial = object.kind === "Mesh" && !("cluster" in Object(object["spec"]))
  const spec = { ...(isPartial ? Object(before?.spec) : othersFields(before?.spec)), ...Object(object["spec"]) }
  const isSame = canonicalJson(before?.spec) === canonicalJson(spec)
  const metadata = {
    ...before?.metadata,
    ...object.metadata,
    uid: before?.metadata.uid ?? `uid-${object.metadata.namespace}-${object.metadata.name}`,
    generation: (before?.metadata.generation ?? 0) + (isSame ? 0 : 1),
    annotations: { ...before?.metadata.annotations, ...object.metadata.annotations }
  }
  const after = decode({
    ...object,
    metadata,
    spec,
    ...(before?.status === undefined ? {} : { status: before.status })
  })
  return before === undefined ? [...list, after] : list.map((one) => (one === before ? after : one))
}

/** Writes a planned status; transition times stay as long as the status of a condition does. */
const writeStatus = (state: HubState, plan: StatusPlan): HubState => {
  const write = <A extends Stored>(list: ReadonlyArray<A>): ReadonlyArray<A> =>
    list.map((one) => {
      if (one.kind !== plan.type.kind || one.metadata.uid !== plan.uid) return one
      const conditions = setConditions(conditionsOf(one.status), plan.verdicts, plan.generation, state.now)
      return { ...one, status: { ...plan.fields, conditions } }
    })
  return {
    ...state,
    meshes: write(state.meshes),
    deployments: write(state.deployments),
    federations: write(state.federations),
    peerings: write(state.peerings)
  }
}

const conditionsOf = (status: unknown): ReadonlyArray<Condition> =>
  typeof status === "object" && status !== null && "conditions" in status && Array.isArray(status.conditions)
    ? status.conditions
    : []

const applyWorkAction = (
  works: ReadonlyArray<ManifestWork>,
  action: WorkAction,
  now: string
): ReadonlyArray<ManifestWork> => {
  const isIt = ({ metadata }: ManifestWork) => metadata.namespace === action.cluster && metadata.name === action.name
  const received = works.find(isIt)
  const others = works.filter((work) => !isIt(work))
  if (action._tag === "DeleteWork") {
    if (received?.metadata.uid !== action.uid) return works
    return [...others, { ...received, metadata: { ...received.metadata, deletionTimestamp: now } }]
  }
  const isSame =
    received !== undefined &&
    canonicalJson([received.spec, received.metadata.labels, received.metadata.annotations]) ===
      canonicalJson([action.spec, action.labels, action.annotations])
  if (isSame) return works
  const generation = (received?.metadata.generation ?? 0) + 1
  const work: ManifestWork = {
    apiVersion: "work.open-cluster-management.io/v1",
    kind: "ManifestWork",
    metadata: {
      ...received?.metadata,
      name: action.name,
      namespace: action.cluster,
      uid: received?.metadata.uid ?? `uid-${action.cluster}-${action.name}`,
      generation,
      labels: action.labels,
      annotations: action.annotations
    },
    spec: action.spec,
    ...(received?.status === undefined ? {} : { status: received.status })
  }
  return [...others, work]
}

/** How many objects of the hub would change if `plan` were written; none once everything is as planned. */
export const writesOf = (state: HubState, plan: Pick<Plan, "objects" | "statuses" | "works">): number => {
  const [old, young] = [objectsOf(state), objectsOf(writePlan(state, plan))]
  return [...new Set([...old.keys(), ...young.keys()])].filter((key) => old.get(key) !== young.get(key)).length
}

const objectsOf = (state: HubState) =>
  new Map(
    [
      ...state.meshes,
      ...state.deployments,
      ...state.federations,
      ...state.peerings,
      ...state.works,
      ...state.clusters.flatMap(({ agent }) => (agent === undefined ? [] : [agent]))
    ].map((object) => [`${object.kind}/${keyOf(object)}`, canonicalJson(object)])
  )
