import { runAgent } from "@multicluster-mesh/agent"
import { type HubOptions, runHub, runHubController } from "@multicluster-mesh/hub-controller"
import {
  type KubeSim,
  makeKubeSim,
  makeOssmWorld,
  type OcmSim,
  type OssmDelays,
  ossmDelays,
  type OssmWorld,
  simulateOcm,
  simulateOssm
} from "@multicluster-mesh/kube-sim"
import { customResourceDefinitions, resources } from "@multicluster-mesh/mesh-model"
import { type Connection, type KubeApi, makeKubeApi, type Readiness } from "@multicluster-mesh/ocm-transport"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type { Scope } from "effect/Scope"

export const hubNamespaces = { users: "open-cluster-management", addon: "multicluster-mesh-addon" }

/** What the world needs of an API server, simulated or real. */
export interface ApiServer {
  readonly connection: Connection
  /** For kubectl. */
  readonly kubeconfig: string
  /** Asks a hook before each write; what an operator's webhook refuses becomes a status where there is no such thing. */
  readonly admit?: KubeSim["admit"]
}

export interface Cluster<S extends ApiServer = KubeSim> {
  readonly name: string
  readonly sim: S
  readonly api: KubeApi
}

/** A hub and its managed clusters, with everything that runs on them but the product itself. */
export interface World<S extends ApiServer = KubeSim, O = OcmSim> {
  readonly hub: KubeApi
  readonly hubSim: S
  readonly clusters: ReadonlyArray<Cluster<S>>
  readonly on: (cluster: string) => Cluster<S>
  readonly network: OssmWorld
  readonly ocm: O
  /** How long a person waits before they repeat what was refused. */
  readonly userRetry: Duration.Duration
  /** Runs the product while the scope lives: the hub controller, and an agent on each cluster. */
  readonly startProduct: (options?: ProductOptions) => Effect.Effect<Product, never, Scope>
}

export interface ProductOptions {
  /** Also looks after the ManagedClusterAddOns, whose removal waits for at most this. */
  readonly preDeleteLimit?: Duration.Input
  /** Another planner, for tests. */
  readonly plan?: NonNullable<HubOptions["plan"]>
  /** Clusters without an agent. */
  readonly without?: ReadonlyArray<string>
}

export interface Product {
  /** Waits until the hub controller and each agent say that they do their work. */
  readonly working: Effect.Effect<void>
}

export interface WorldOptions {
  readonly clusters: ReadonlyArray<string>
  /** So many times faster than real clusters. */
  readonly speed: number
}

/** The versions that the simulated operator installs: an old release, which takes the `v2.1` of the first examples. */
const versions = ["v2.0", "v2.1"]

/** A hub and its clusters before OCM has joined them. */
export interface Unjoined<S extends ApiServer> {
  readonly hub: KubeApi
  readonly hubSim: S
  readonly clusters: ReadonlyArray<Cluster<S>>
  readonly speed: number
}

/** Starts API servers, OCM and the mesh operators, all simulated; ends with the scope. */
export const makeWorld = (options: WorldOptions) =>
  makeWorldOn((name) => makeKubeSim({ name }), options, simulateOcmFor)

/** OCM as kube-sim plays it. */
export const simulateOcmFor = <S extends ApiServer>({ hub, clusters, speed }: Unjoined<S>) =>
  simulateOcm({
    hub,
    clusters,
    delays: { statusSync: Duration.millis(10_000 / speed), retry: Duration.millis(Math.min(500, 30_000 / speed)) }
  })

/**
 * The same on API servers that `start` starts, each under a name of its own, with the OCM that `join` brings; the mesh
 * operators are simulated.
 */
export const makeWorldOn = Effect.fnUntraced(function* <S extends ApiServer, E, O, F>(
  start: (name: string) => Effect.Effect<S, E, Scope>,
  { clusters: names, speed }: WorldOptions,
  join: (fleet: Unjoined<S>) => Effect.Effect<O, F, Scope>
) {
  const [hubSim, sims] = yield* Effect.all(
    [
      start("hub"),
      Effect.forEach(names, (name) => Effect.map(start(name), (sim) => ({ name, sim })), { concurrency: "unbounded" })
    ],
    { concurrency: "unbounded" }
  )
  const hub = yield* makeKubeApi(hubSim.connection)
  for (const definition of customResourceDefinitions())
    yield* hub.apply(resources.customResourceDefinitions, definition, { fieldManager: "helm" })
  for (const name of Object.values(hubNamespaces))
    yield* hub.apply(
      resources.namespaces,
      { apiVersion: "v1", kind: "Namespace", metadata: { name } },
      { fieldManager: "helm" }
    )
  const network = yield* makeOssmWorld()
  const delays = faster(ossmDelays, speed)
  const clusters = yield* Effect.forEach(
    sims,
    Effect.fnUntraced(function* ({ name, sim }) {
      const api = yield* makeKubeApi(sim.connection)
      const admit = sim.admit === undefined ? {} : { admit: sim.admit }
      yield* simulateOssm({ cluster: name, api, world: network, versions, delays, ...admit })
      const cluster: Cluster<S> = { name, sim, api }
      return cluster
    })
  )
  const ocm = yield* join({ hub, hubSim, clusters, speed })
  const world: World<S, O> = {
    hub,
    hubSim,
    clusters,
    on: (name) => {
      const cluster = clusters.find((cluster) => cluster.name === name)
      if (cluster === undefined) throw new Error(`no cluster ${name} in this world`)
      return cluster
    },
    network,
    ocm,
    userRetry: Duration.millis(1000 / speed),
    startProduct: Effect.fnUntraced(function* ({ plan, preDeleteLimit, without = [] } = {}) {
      const hubWorks = yield* makeSignal
      const controller = { hub, addonNamespace: hubNamespaces.addon, onReadiness: hubWorks.hear }
      yield* Effect.forkScoped(
        aloud(
          "the hub controller",
          preDeleteLimit === undefined
            ? runHub({ ...controller, ...(plan === undefined ? {} : { plan }) })
            : runHubController({ ...controller, preDeleteLimit })
        )
      )
      const agents = yield* Effect.forEach(
        clusters.filter(({ name }) => !without.includes(name)),
        Effect.fnUntraced(function* ({ api, name }) {
          const works = yield* makeSignal
          yield* Effect.forkScoped(
            aloud(
              `the agent of ${name}`,
              runAgent({
                hub,
                local: api,
                cluster: name,
                resync: Duration.millis(Math.min(1000, 60_000 / speed)),
                onReadiness: works.hear
              })
            )
          )
          return works.heard
        })
      )
      return { working: Effect.all([hubWorks.heard, ...agents], { discard: true }) }
    })
  }
  return world
})

/** A part of the product that ends by itself says why: nobody waits for its fiber. */
const aloud = <E, R>(what: string, part: Effect.Effect<never, E, R>) =>
  part.pipe(
    Effect.tapCause((cause) =>
      Cause.hasInterruptsOnly(cause) ? Effect.void : Effect.logFatal(`${what} has ended`, cause)
    ),
    Effect.orDie
  )

/** Heard once a part of the product says for the first time that it does its work. */
const makeSignal = Effect.map(Latch.make(), (latch) => ({
  hear: ({ ready }: Readiness) => (ready ? Effect.asVoid(latch.open) : Effect.void),
  heard: latch.await
}))

const faster = (delays: OssmDelays, speed: number): OssmDelays => {
  const shorter = (delay: Duration.Duration) => Duration.millis(Duration.toMillis(delay) / speed)
  return {
    resolve: shorter(delays.resolve),
    csvPhase: shorter(delays.csvPhase),
    render: shorter(delays.render),
    ready: shorter(delays.ready),
    deletion: shorter(delays.deletion),
    member: shorter(delays.member),
    loadBalancer: shorter(delays.loadBalancer),
    connect: shorter(delays.connect),
    importRules: shorter(delays.importRules),
    resync: shorter(delays.resync),
    retry: shorter(delays.retry)
  }
}
