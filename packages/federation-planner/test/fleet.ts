import { planHub, type HubState, type Plan, type WorkAction } from "@multicluster-mesh/federation-planner"
import { canonicalJson, keyOf, type ManifestWork } from "@multicluster-mesh/mesh-model"
import { applyHubAction, writeStatus } from "./fleetHub.ts"
import { actOnCluster, emptyCluster, plant, reportOf, type PlayedCluster } from "./fleetCluster.ts"
import { certificatesOf, controlPlanesOf } from "./playMaistra.ts"
import type { KubeObject } from "@multicluster-mesh/mesh-model"

/** What a fleet does not do by itself: a user's objects, and things that go wrong. */
export interface FleetOptions {
  /** Objects that users made on the clusters. */
  readonly planted?: Readonly<Record<string, ReadonlyArray<KubeObject>>>
  /** Whether the operator that a Subscription asks for is installed; default: yes. */
  readonly operatorsInstall?: boolean
  /** Plans instead of `planHub`: to break a rule on purpose. */
  readonly plan?: (state: HubState) => Plan
}

/**
 * A hub and its clusters, played turn by turn: OCM's work agent with its ownerReferences and orphaning rules, an
 * operator that serves its kinds once it is subscribed to, and agents that answer what they were asked a turn before.
 */
export class Fleet {
  state: HubState
  readonly clusters: ReadonlyMap<string, PlayedCluster>
  readonly #plan: (state: HubState) => Plan
  readonly #operatorsInstall: boolean

  constructor(state: HubState, options: FleetOptions = {}) {
    this.state = state
    this.#plan = options.plan ?? planHub
    this.#operatorsInstall = options.operatorsInstall ?? true
    this.clusters = new Map(state.clusters.map(({ name }) => [name, emptyCluster(name)]))
    for (const [cluster, objects] of Object.entries(options.planted ?? {})) {
      for (const object of objects) plant(this.cluster(cluster), object)
    }
    this.look()
  }

  cluster(name: string): PlayedCluster {
    const cluster = this.clusters.get(name)
    if (cluster === undefined) throw new Error(`there is no cluster ${name} in this fleet`)
    return cluster
  }

  /** What is on a cluster, as `Kind namespace/name`, sorted. */
  on(cluster: string): ReadonlyArray<string> {
    return [...this.cluster(cluster).objects.values()].map(({ object }) => `${object.kind} ${keyOf(object)}`).sort()
  }

  /** A user deletes an object, and the agent sees it. */
  deleteByUser(cluster: string, what: string): void {
    const { objects } = this.cluster(cluster)
    for (const [key, { object }] of objects) if (`${object.kind} ${keyOf(object)}` === what) objects.delete(key)
    this.look()
  }

  plan(): Plan {
    return this.#plan(this.state)
  }

  /** Plans, writes, lets the clusters act and the agents look; returns how many writes there were. */
  turn(): number {
    const before = this.state
    const plan = this.plan()
    const hub = plan.statuses.reduce(writeStatus, plan.objects.reduce(applyHubAction, before))
    const works = plan.works.reduce(applyWorkAction, hub.works)
    this.state = { ...hub, works }
    const writes = differences(before, this.state)
    for (const cluster of this.clusters.values()) {
      if (!this.isReachable(cluster.name)) continue
      this.state = { ...this.state, works: actOnCluster(cluster, this.state.works, this.#operatorsInstall) }
    }
    this.look()
    return writes
  }

  /** Takes turns until nothing is written any more; returns how many it took. */
  settle(maxTurns = 60): number {
    for (let turns = 1; turns <= maxTurns; turns++) {
      const works = canonicalJson(this.state.works)
      const objects = [...this.clusters.keys()].map((cluster) => this.on(cluster))
      const writes = this.turn()
      const isStill =
        canonicalJson(this.state.works) === works &&
        canonicalJson([...this.clusters.keys()].map((cluster) => this.on(cluster))) === canonicalJson(objects)
      if (writes === 0 && isStill) return turns
    }
    throw new Error(`the fleet still changes after ${maxTurns} turns`)
  }

  /** The agents look at their clusters, and the hub takes in what they say. */
  look(): void {
    const objects = new Map(
      [...this.clusters].map(([name, cluster]) => [
        name,
        new Map([...cluster.objects].map(([key, { object }]) => [key, object]))
      ])
    )
    const reachable = [...this.clusters.keys()].filter((name) => this.isReachable(name))
    const found = [
      ...reachable.flatMap((name) => controlPlanesOf({ state: this.state, objects, services: [] }, name)),
      ...this.state.found.filter(({ cluster }) => !reachable.includes(cluster))
    ]
    this.state = {
      ...this.state,
      clusters: this.state.clusters.map((facts) => {
        const { agent } = facts
        const cluster = this.clusters.get(facts.name)
        if (agent === undefined || cluster === undefined || !this.isReachable(facts.name)) return facts
        const report = reportOf(cluster, agent, found, this.#operatorsInstall)
        return { ...facts, agent: { ...agent, status: { observedGeneration: agent.metadata.generation ?? 0, report } } }
      }),
      found,
      certificates: certificatesOf(found, this.state.certificates)
    }
  }

  private isReachable(name: string): boolean {
    return this.state.clusters.some((facts) => facts.name === name && facts.available && facts.addOnAvailable)
  }
}

const applyWorkAction = (works: ReadonlyArray<ManifestWork>, action: WorkAction): ReadonlyArray<ManifestWork> => {
  const isIt = ({ metadata }: ManifestWork) => metadata.namespace === action.cluster && metadata.name === action.name
  const received = works.find(isIt)
  const others = works.filter((work) => !isIt(work))
  if (action._tag === "DeleteWork") {
    if (received?.metadata.uid !== action.uid) return works
    return [...others, { ...received, metadata: { ...received.metadata, deletionTimestamp: "2026-11-25T12:00:00Z" } }]
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

/** How many objects of the hub two states differ in. */
const differences = (before: HubState, after: HubState): number => {
  const [old, young] = [objectsOf(before), objectsOf(after)]
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
