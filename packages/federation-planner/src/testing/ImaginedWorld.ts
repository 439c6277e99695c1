import { byText, canonicalJson, keyOf, type KubeObject } from "@multicluster-mesh/mesh-model"
import type { HubState } from "../HubState.ts"
import type { Plan } from "../Plan.ts"
import { planHub } from "../planHub.ts"
import { agentReport } from "./agentReport.ts"
import { actOnCluster, emptyCluster, objectsOn, plant, type ImaginedCluster } from "./ImaginedCluster.ts"
import { writePlan, writesOf, type Stored } from "./imaginedHub.ts"
import { certificatesOf, controlPlanesOf, type ImaginedService } from "./imaginedMaistra.ts"

/** A hub and its clusters, as one value. */
export interface ImaginedWorld {
  readonly state: HubState
  readonly clusters: ReadonlyMap<string, ImaginedCluster>
  readonly services: ReadonlyArray<ImaginedService>
  /** Whether the operator that a Subscription asks for is installed. */
  readonly operatorsInstall: boolean
  /** Kinds that the agents may not list in a namespace that is to go. */
  readonly hidden: ReadonlyArray<string>
}

/** What is in a world beside its hub. */
export interface WorldOptions {
  /** Services of others on the clusters; none when absent. */
  readonly services?: ReadonlyArray<ImaginedService>
  /** Objects that users made, by cluster; none when absent. */
  readonly planted?: Readonly<Record<string, ReadonlyArray<KubeObject>>>
  /** Whether operators install when they are subscribed to; they do when absent. */
  readonly operatorsInstall?: boolean
  /** Kinds that the agents may not list in a namespace that is to go; none when absent. */
  readonly hidden?: ReadonlyArray<string>
}

/** The world around `state`, whose objects may be as people write them: its clusters hold what `options` put there and nothing else, and the agents have looked. */
export const imagineWorld = (state: HubState, options: WorldOptions = {}): ImaginedWorld => {
  const { hidden = [], operatorsInstall = true, planted = {}, services = [] } = options
  const clusters = new Map(
    state.clusters.map(({ name }) => [name, (planted[name] ?? []).reduce(plant, emptyCluster(name))])
  )
  return look({ state: stored(state), clusters, services, operatorsInstall, hidden })
}

/**
 * Carries a plan out on an imagined world in which every step succeeds.
 *
 * The plan is written on the hub; OCM's work agent then applies, orphans and deletes as the works say, operators serve
 * their kinds and run their control planes, and the agents answer what the hub asked a round before. What a living
 * cluster needs minutes for takes one round; a cluster or agent that the state calls unavailable does nothing.
 */
export const carryOut = (world: ImaginedWorld, plan: Pick<Plan, "objects" | "statuses" | "works">): ImaginedWorld => {
  const written = writePlan(world.state, plan)
  const clusters = new Map(world.clusters)
  let works = written.works
  for (const [name, before] of world.clusters) {
    if (!isReachable(written, name)) continue
    const after = actOnCluster(before, works, world.operatorsInstall)
    clusters.set(name, after.cluster)
    works = after.works
  }
  return look({ ...world, state: { ...written, works }, clusters })
}

/** How a world comes to rest. */
export interface SettleOptions {
  /** What plans; `planHub` when absent. */
  readonly plan?: (state: HubState) => Plan
  /** After so many rounds it is a failure; 120 when absent. */
  readonly maxRounds?: number
}

/** Plans and carries out until nothing changes any more. */
export const settle = (
  world: ImaginedWorld,
  { maxRounds = 120, plan = planHub }: SettleOptions = {}
): ImaginedWorld => {
  let current = world
  for (let round = 0; round < maxRounds; round++) {
    const next = plan(current.state)
    const after = carryOut(current, next)
    if (writesOf(current.state, next) === 0 && isSame(current, after)) return after
    current = after
  }
  throw new Error(`the world does not come to rest within ${maxRounds} rounds`)
}

/** The agents that are alive look at their clusters, and the hub takes in what they say. */
export const look = (world: ImaginedWorld): ImaginedWorld => {
  const { clusters, hidden, operatorsInstall, services, state } = world
  const reachable = new Set([...clusters.keys()].filter((name) => isReachable(state, name)))
  const ground = { objects: new Map([...clusters].map(([name, cluster]) => [name, objectsOn(cluster)])), services }
  const found = [
    ...[...reachable].flatMap((name) => controlPlanesOf(ground, name)),
    ...state.found.filter(({ cluster }) => !reachable.has(cluster))
  ]
  const facts = state.clusters.map((one) => {
    const { agent, name } = one
    const cluster = clusters.get(name)
    if (agent === undefined || cluster === undefined || !reachable.has(name)) return one
    const report = agentReport(cluster, agent.spec, { found, hidden, operatorsInstall, services })
    return { ...one, agent: { ...agent, status: { observedGeneration: agent.metadata.generation ?? 0, report } } }
  })
  return {
    ...world,
    state: { ...state, clusters: facts, found, certificates: certificatesOf(found, state.certificates) }
  }
}

/** The world with another hub state; what is on its clusters stays. */
export const withState = (world: ImaginedWorld, change: (state: HubState) => Partial<HubState>): ImaginedWorld => ({
  ...world,
  state: { ...world.state, ...change(world.state) }
})

/** What is on a cluster; nothing on one that is not in the world. */
export const objectsIn = (world: ImaginedWorld, cluster: string): ReadonlyArray<KubeObject> => {
  const found = world.clusters.get(cluster)
  return found === undefined ? [] : objectsOn(found)
}

/** The objects of the hub as its API server has them: with uid and generation. */
const stored = (state: HubState): HubState => ({
  ...state,
  meshes: storedEach(state.meshes),
  deployments: storedEach(state.deployments),
  federations: storedEach(state.federations),
  peerings: storedEach(state.peerings)
})

const storedEach = <A extends Stored>(list: ReadonlyArray<A>): ReadonlyArray<A> =>
  list.map((one) => ({
    ...one,
    metadata: { uid: `uid-${one.metadata.namespace}-${one.metadata.name}`, generation: 1, ...one.metadata }
  }))

const isReachable = ({ clusters }: HubState, name: string): boolean =>
  clusters.some((facts) => facts.name === name && facts.available && facts.addOnAvailable)

const isSame = (one: ImaginedWorld, other: ImaginedWorld): boolean =>
  canonicalJson(contentsOf(one)) === canonicalJson(contentsOf(other))

const contentsOf = ({ clusters, state }: ImaginedWorld) => ({
  works: state.works.toSorted((a, b) => byText(keyOf(a), keyOf(b))),
  clusters: [...clusters].map(([name, cluster]) => [name, objectsOn(cluster)])
})
