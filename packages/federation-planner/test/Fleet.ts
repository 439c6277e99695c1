import type { HubState, Plan } from "@multicluster-mesh/federation-planner"
import {
  carryOut,
  deleteByUser,
  imagineWorld,
  look,
  objectsIn,
  settle,
  writesOf,
  type ImaginedCluster,
  type ImaginedWorld,
  type WorldOptions
} from "@multicluster-mesh/federation-planner/testing"
import { keyOf } from "@multicluster-mesh/mesh-model"
import { planHub } from "../src/planHub.ts"

/** What a fleet does not do by itself. */
export interface FleetOptions extends WorldOptions {
  /** Plans instead of `planHub`: to break a rule on purpose. */
  readonly plan?: (state: HubState) => Plan
}

/** An imagined world that a story changes in place. */
export class Fleet {
  #world: ImaginedWorld
  readonly #plan: (state: HubState) => Plan

  constructor(state: HubState, options: FleetOptions = {}) {
    this.#world = imagineWorld(state, options)
    this.#plan = options.plan ?? planHub
  }

  get state(): HubState {
    return this.#world.state
  }

  set state(state: HubState) {
    this.#world = { ...this.#world, state }
  }

  get clusters(): ReadonlyArray<string> {
    return [...this.#world.clusters.keys()]
  }

  cluster(name: string): ImaginedCluster {
    const cluster = this.#world.clusters.get(name)
    if (cluster === undefined) throw new Error(`there is no cluster ${name} in this fleet`)
    return cluster
  }

  /** What is on a cluster, as `Kind namespace/name`, sorted. */
  on(cluster: string): ReadonlyArray<string> {
    return objectsIn(this.#world, cluster)
      .map((object) => `${object.kind} ${keyOf(object)}`)
      .sort()
  }

  /** A user deletes an object, and the agent sees it. */
  deleteByUser(cluster: string, what: string): void {
    this.#set(deleteByUser(this.cluster(cluster), what))
    this.look()
  }

  /** The admission of a cluster refuses objects from now on. */
  refuse(cluster: string, refuses: ImaginedCluster["refuses"]): void {
    this.#set({ ...this.cluster(cluster), refuses })
  }

  plan(): Plan {
    return this.#plan(this.state)
  }

  /** Plans and carries out, once; returns how many writes that took on the hub. */
  turn(): number {
    const plan = this.plan()
    const writes = writesOf(this.state, plan)
    this.#world = carryOut(this.#world, plan)
    return writes
  }

  settle(): void {
    this.#world = settle(this.#world, { plan: this.#plan })
  }

  look(): void {
    this.#world = look(this.#world)
  }

  #set(cluster: ImaginedCluster): void {
    this.#world = { ...this.#world, clusters: new Map([...this.#world.clusters, [cluster.name, cluster]]) }
  }
}
