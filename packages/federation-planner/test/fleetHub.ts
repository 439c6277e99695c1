import type { HubAction, HubState, StatusPlan } from "@multicluster-mesh/federation-planner"
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
  type ObjectMeta
} from "@multicluster-mesh/mesh-model"
import * as Schema from "effect/Schema"

interface Stored {
  readonly kind: string
  readonly metadata: ObjectMeta
  readonly spec: unknown
  readonly status?: unknown
}

/** The hub's API server, as far as plans use it: apply, delete with finalizers, finalizers. */
export const applyHubAction = (state: HubState, action: HubAction): HubState => {
  if (action._tag === "ApplyObject") return applyObject(state, action.object)
  const isIt = (one: Stored) => one.kind === action.type.kind && one.metadata.uid === action.uid
  const change = <A extends Stored>(list: ReadonlyArray<A>): ReadonlyArray<A> =>
    list
      .map((one) => (isIt(one) ? { ...one, metadata: changed(one.metadata, action) } : one))
      .filter((one) => !isDeleting(one) || (one.metadata.finalizers ?? []).length > 0)
  return {
    ...state,
    meshes: change(state.meshes),
    deployments: change(state.deployments),
    federations: change(state.federations),
    peerings: change(state.peerings)
  }
}

const changed = (metadata: ObjectMeta, action: Exclude<HubAction, { _tag: "ApplyObject" }>): ObjectMeta => {
  if (action._tag === "DeleteObject") return { ...metadata, deletionTimestamp: "2026-11-25T12:00:00Z" }
  const others = (metadata.finalizers ?? []).filter((one) => one !== action.finalizer)
  return { ...metadata, finalizers: action.present ? [...others, action.finalizer] : others }
}

const applyObject = (state: HubState, object: KubeObject): HubState => {
  if (object.kind === "Mesh") return { ...state, meshes: upsert(state.meshes, Schema.decodeUnknownSync(Mesh), object) }
  if (object.kind === "MeshPeering") {
    return { ...state, peerings: upsert(state.peerings, Schema.decodeUnknownSync(MeshPeering), object) }
  }
  if (object.kind !== "MeshAgent") throw new Error(`nobody plays ${object.kind}`)
  return {
    ...state,
    clusters: state.clusters.map((cluster) => {
      if (cluster.name !== object.metadata.namespace) return cluster
      const agents = cluster.agent === undefined ? [] : [cluster.agent]
      return { ...cluster, agent: upsert(agents, Schema.decodeUnknownSync(MeshAgent), object)[0] }
    })
  }
}

/** Server-side apply: what is not said stays where someone else owns it; of a spec that has a cluster, we own all. */
const upsert = <A extends Stored>(
  list: ReadonlyArray<A>,
  decode: (object: unknown) => A,
  object: KubeObject
): ReadonlyArray<A> => {
  const before = list.find((one) => keyOf(one) === keyOf(object))
  const isPartial = object.kind === "Mesh" && !("cluster" in Object(object["spec"]))
  const spec = isPartial ? { ...Object(before?.spec), ...Object(object["spec"]) } : object["spec"]
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
export const writeStatus = (state: HubState, plan: StatusPlan): HubState => {
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
