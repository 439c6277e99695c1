import * as Schema from "effect/Schema"
import {
  byKey,
  canonicalJson,
  hashOf,
  identityKey,
  identityOf,
  isDeleting,
  keyOf,
  labels,
  manifestsOf,
  Mesh,
  MeshAgent,
  MeshFederation,
  MeshDeployment,
  MeshPeering,
  type KubeObject,
  type ManifestWork,
  type MeshAgent as MeshAgentObject,
  type ObjectMeta,
  type ReportPart
} from "@multicluster-mesh/mesh-model"
import type { ClusterFacts, HubState } from "../src/HubState.ts"
import type { HubAction, Plan, StatusPlan, WorkAction } from "../src/Plan.ts"
import { planHub } from "../src/planHub.ts"
import { carriedBy } from "../src/works.ts"
import { certificatesOf, controlPlanesOf } from "./playMaistra.ts"

/** Hub and clusters, played: what a plan says comes to be at once, and the agents report what is there then. */
export interface PlayedWorld {
  readonly state: HubState
  /** Objects on each cluster, by identity. */
  readonly objects: ReadonlyMap<string, ReadonlyMap<string, KubeObject>>
  /** Services on each cluster that we did not make. */
  readonly services: ReadonlyArray<PlayedService>
}

export interface PlayedService {
  readonly cluster: string
  readonly namespace: string
  readonly name: string
  readonly importConsent?: boolean
  readonly ports?: number
}

const parts: ReadonlyArray<ReportPart> = ["APIs", "Operators", "ControlPlanes", "Objects", "Services", "Namespaces"]

export const playedWorld = (
  state: HubState,
  services: ReadonlyArray<PlayedService> = [],
  objects: ReadonlyArray<{ readonly cluster: string; readonly object: KubeObject }> = []
): PlayedWorld => {
  const byCluster = new Map(state.clusters.map(({ name }) => [name, new Map<string, KubeObject>()]))
  for (const { cluster, object } of objects) {
    byCluster.get(cluster)?.set(identityKey(identityOf(object)), withUid(object, cluster))
  }
  return reported({ state, objects: byCluster, services })
}

/** The world once `plan` is carried out and reported. */
export const carryOut = (world: PlayedWorld, plan: Pick<Plan, "objects" | "statuses" | "works">): PlayedWorld => {
  const hub = plan.statuses.reduce(writeStatus, plan.objects.reduce(onHub, world.state))
  const state = { ...hub, works: plan.works.reduce(onWorks, hub.works) }
  const objects = new Map(
    [...world.objects].map(([cluster, before]) => [cluster, appliedTo(cluster, before, world.state.works, state.works)])
  )
  return reported({ ...world, state, objects })
}

const withUid = (object: KubeObject, cluster: string): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, uid: hashOf(`${cluster}/${identityKey(identityOf(object))}`, 12) }
})

/** Plans and carries out until nothing changes any more; a plan that never comes to rest is a failure. */
export const settle = (world: PlayedWorld, limit = 40): PlayedWorld => {
  let current = world
  for (let round = 0; round < limit; round++) {
    const next = carryOut(current, planHub(current.state))
    if (canonicalJson(summaryOf(next)) === canonicalJson(summaryOf(current))) return next
    current = next
  }
  throw new Error(`the world does not come to rest within ${limit} rounds`)
}

/** All of a world that a plan can change. */
const summaryOf = ({ objects, state }: PlayedWorld) => ({
  hub: [state.meshes, state.deployments, state.federations, state.peerings, state.works].map((list) =>
    list.toSorted(byKey((one: Stored) => keyOf(one)))
  ),
  agents: state.clusters.map(({ agent }) => agent),
  objects: [...objects].map(([cluster, held]) => [cluster, [...held].sort(byKey(([key]) => key))])
})

const bumped = (metadata: ObjectMeta, before: ObjectMeta | undefined, changed: boolean): ObjectMeta => ({
  ...metadata,
  uid: before?.uid ?? hashOf(`${metadata.namespace ?? ""}/${metadata.name}`, 12),
  generation: (before?.generation ?? 0) + (changed ? 1 : 0),
  ...(before?.finalizers === undefined ? {} : { finalizers: before.finalizers }),
  ...(before?.deletionTimestamp === undefined ? {} : { deletionTimestamp: before.deletionTimestamp }),
  annotations: { ...before?.annotations, ...metadata.annotations }
})

type Stored = { readonly metadata: ObjectMeta; readonly spec: unknown; readonly status?: unknown }

const upsert = <A extends Stored>(list: ReadonlyArray<A>, decode: (object: unknown) => A, object: KubeObject) => {
  const before = list.find((one) => keyOf(one) === keyOf(object))
  const changed = canonicalJson(before?.spec) !== canonicalJson(object["spec"])
  const after = decode({
    ...object,
    metadata: bumped(object.metadata, before?.metadata, changed),
    ...(before?.status === undefined ? {} : { status: before.status })
  })
  return [...list.filter((one) => one !== before), after]
}

const onHub = (state: HubState, action: HubAction): HubState => {
  if (action._tag === "ApplyObject") return applyObject(state, action.object)
  if (action._tag === "DeleteObject") {
    return {
      ...state,
      meshes: state.meshes.filter(({ metadata }) => metadata.uid !== action.uid),
      peerings: state.peerings.filter(({ metadata }) => metadata.uid !== action.uid)
    }
  }
  const set = <A extends Stored>(list: ReadonlyArray<A>): ReadonlyArray<A> =>
    list
      .map((one) =>
        one.metadata.uid === action.uid
          ? { ...one, metadata: { ...one.metadata, finalizers: action.present ? [action.finalizer] : [] } }
          : one
      )
      .filter((one) => !isDeleting(one) || (one.metadata.finalizers ?? []).length > 0)
  return {
    ...state,
    meshes: set(state.meshes),
    deployments: set(state.deployments),
    federations: set(state.federations)
  }
}

const applyObject = (state: HubState, object: KubeObject): HubState => {
  switch (object.kind) {
    case "Mesh":
      return { ...state, meshes: upsert(state.meshes, Schema.decodeUnknownSync(Mesh), object) }
    case "MeshPeering":
      return { ...state, peerings: upsert(state.peerings, Schema.decodeUnknownSync(MeshPeering), object) }
    case "MeshFederation":
      return { ...state, federations: upsert(state.federations, Schema.decodeUnknownSync(MeshFederation), object) }
    case "MeshDeployment":
      return { ...state, deployments: upsert(state.deployments, Schema.decodeUnknownSync(MeshDeployment), object) }
    case "MeshAgent":
      return {
        ...state,
        clusters: state.clusters.map((cluster) =>
          cluster.name === object.metadata.namespace ? asked(cluster, object) : cluster
        )
      }
    default:
      throw new Error(`nobody plays ${object.kind}`)
  }
}

const asked = (cluster: ClusterFacts, object: KubeObject): ClusterFacts => {
  const [agent] = upsert<MeshAgentObject>(
    cluster.agent === undefined ? [] : [cluster.agent],
    Schema.decodeUnknownSync(MeshAgent),
    object
  )
  return { ...cluster, agent }
}

const writeStatus = (state: HubState, status: StatusPlan): HubState => ({
  ...state,
  peerings: state.peerings.map((peering) =>
    peering.metadata.uid === status.uid && status.type.kind === "MeshPeering"
      ? Schema.decodeUnknownSync(MeshPeering)({ ...peering, status: status.fields })
      : peering
  )
})

const onWorks = (works: ReadonlyArray<ManifestWork>, action: WorkAction): ReadonlyArray<ManifestWork> => {
  const isIt = ({ metadata }: ManifestWork) => metadata.namespace === action.cluster && metadata.name === action.name
  const before = works.find(isIt)
  const others = works.filter((work) => !isIt(work))
  if (action._tag === "DeleteWork") return others
  const changed = canonicalJson(before?.spec) !== canonicalJson(action.spec)
  const metadata = {
    name: action.name,
    namespace: action.cluster,
    labels: action.labels,
    annotations: action.annotations
  }
  const work: ManifestWork = {
    apiVersion: "work.open-cluster-management.io/v1",
    kind: "ManifestWork",
    metadata: bumped(metadata, before?.metadata, changed),
    spec: action.spec
  }
  return [...others, { ...work, status: appliedStatus(work) }]
}

const appliedStatus = (work: ManifestWork): NonNullable<ManifestWork["status"]> => ({
  conditions: [
    {
      type: "Applied",
      status: "True",
      ...(work.metadata.generation === undefined ? {} : { observedGeneration: work.metadata.generation })
    }
  ],
  resourceStatus: {
    manifests: (work.spec.manifestConfigs ?? []).map(({ resourceIdentifier }) => ({
      resourceMeta: resourceIdentifier,
      conditions: [{ type: "Applied", status: "True" }]
    }))
  }
})

/** OCM's work agent: applies what works carry; what a work gave up goes unless an orphaning rule spares it. */
const appliedTo = (
  cluster: string,
  before: ReadonlyMap<string, KubeObject>,
  worksBefore: ReadonlyArray<ManifestWork>,
  works: ReadonlyArray<ManifestWork>
): ReadonlyMap<string, KubeObject> => {
  const objects = new Map(before)
  const here = works.filter(({ metadata }) => metadata.namespace === cluster)
  for (const old of worksBefore.filter(({ metadata }) => metadata.namespace === cluster)) {
    const now = here.find(({ metadata }) => metadata.name === old.metadata.name)
    const kept = new Set(now === undefined ? [] : manifestsOf(now).map((object) => identityKey(identityOf(object))))
    for (const [key, { orphaned }] of carriedBy(old)) if (!orphaned && !kept.has(key)) objects.delete(key)
  }
  for (const work of here) {
    for (const object of manifestsOf(work)) objects.set(identityKey(identityOf(object)), withUid(object, cluster))
  }
  return objects
}

/** The agents look, and the hub takes in what they say. */
const reported = (world: PlayedWorld): PlayedWorld => {
  const found = world.state.clusters
    .filter(({ name }) => world.objects.has(name))
    .flatMap(({ name }) => controlPlanesOf(world, name))
  const clusters = world.state.clusters.map((cluster) => {
    const { agent } = cluster
    if (agent === undefined || !cluster.available) return cluster
    return { ...cluster, agent: { ...agent, status: answerOf(world, cluster.name, agent) } }
  })
  return {
    ...world,
    state: { ...world.state, clusters, found, certificates: certificatesOf(found, world.state.certificates) }
  }
}

const answerOf = (
  world: PlayedWorld,
  cluster: string,
  agent: MeshAgentObject
): NonNullable<MeshAgentObject["status"]> => {
  const objects = world.objects.get(cluster) ?? new Map<string, KubeObject>()
  const all = [...objects.values()]
  return {
    observedGeneration: agent.metadata.generation ?? 0,
    report: {
      parts: parts.map((name) => ({ name, complete: true })),
      apis: [
        { apiVersion: "maistra.io/v1", kinds: ["ServiceMeshMemberRoll"] },
        { apiVersion: "maistra.io/v2", kinds: ["ServiceMeshControlPlane"] }
      ],
      operators: all
        .filter(({ kind }) => kind === "Subscription")
        .map(({ metadata }) => ({
          package: metadata.name,
          namespace: metadata.namespace ?? "",
          name: metadata.name,
          ...markOf(metadata),
          state: "AtLatestKnown",
          installedCSV: `${metadata.name}.v2.6.8`,
          phase: "Succeeded"
        })),
      controlPlanes: [],
      objects: (agent.spec.objects ?? []).map(({ apiVersion, confirm, kind, name, namespace }) => {
        const identity = { apiVersion, kind, namespace, name }
        const object = objects.get(identityKey(identity))
        return object === undefined
          ? { ...identity, state: "Absent", confirmed: confirm ?? false }
          : { ...identity, state: "Present", uid: object.metadata.uid ?? "", ...markOf(object.metadata) }
      }),
      services: (agent.spec.services ?? []).map(({ name, namespace }) => {
        const service = world.services.find(
          (one) => one.cluster === cluster && one.name === name && one.namespace === namespace
        )
        return {
          namespace,
          name,
          present: service !== undefined,
          ports: Array.from({ length: service === undefined ? 0 : (service.ports ?? 1) }, (_, index) => ({
            name: `p${index}`,
            port: 8000 + index
          })),
          importConsent: service?.importConsent ?? false
        }
      }),
      namespaces: (agent.spec.namespaces ?? []).map((name) => ({ name, foreign: [] }))
    }
  }
}

const markOf = ({ labels: found = {} }: ObjectMeta) => {
  const [fleetId, unit] = [found[labels.fleetLabel], found[labels.unitLabel]]
  return fleetId === undefined || unit === undefined ? {} : { mark: { fleetId, unit } }
}
