import { runAgent } from "@multicluster-mesh/agent"
import { runHub } from "@multicluster-mesh/hub-controller"
import {
  type KubeSim,
  makeKubeSim,
  makeOssmWorld,
  type OssmDelays,
  ossmDelays,
  type OssmWorld,
  simulateOcm,
  simulateOssm
} from "@multicluster-mesh/kube-sim"
import { customResourceDefinitions, resources } from "@multicluster-mesh/mesh-model"
import { type KubeApi, makeKubeApi } from "@multicluster-mesh/ocm-transport"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"

export const hubNamespaces = { users: "open-cluster-management", addon: "multicluster-mesh-addon" }

export interface Cluster {
  readonly name: string
  readonly sim: KubeSim
  readonly api: KubeApi
}

/** A hub and its managed clusters, with everything that runs on them but the product itself. */
export interface World {
  readonly hub: KubeApi
  readonly hubSim: KubeSim
  readonly clusters: ReadonlyArray<Cluster>
  readonly on: (cluster: string) => Cluster
  readonly network: OssmWorld
  /** How long a person waits before they repeat what was refused. */
  readonly userRetry: Duration.Duration
  /** Runs the product while the scope lives: the hub controller, and an agent on each cluster. */
  readonly startProduct: Effect.Effect<void, never, Scope>
}

export interface WorldOptions {
  readonly clusters: ReadonlyArray<string>
  /** So many times faster than real clusters. */
  readonly speed: number
}

/** The versions that the simulated operator installs: an old release, which takes the `v2.1` of the first examples. */
const versions = ["v2.0", "v2.1"]

/** Starts API servers, OCM and the mesh operators, all simulated; ends with the scope. */
export const makeWorld = Effect.fnUntraced(function* ({ clusters: names, speed }: WorldOptions) {
  const hubSim = yield* makeKubeSim({ name: "hub" })
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
    names,
    Effect.fnUntraced(function* (name) {
      const sim = yield* makeKubeSim({ name })
      const api = yield* makeKubeApi(sim.connection)
      yield* simulateOssm({ cluster: name, api, world: network, admit: sim.admit, versions, delays })
      const cluster: Cluster = { name, sim, api }
      return cluster
    })
  )
  yield* simulateOcm({ hub, clusters, delays: { statusSync: Duration.millis(10_000 / speed) } })
  const world: World = {
    hub,
    hubSim,
    clusters,
    on: (name) => {
      const cluster = clusters.find((cluster) => cluster.name === name)
      if (cluster === undefined) throw new Error(`no cluster ${name} in this world`)
      return cluster
    },
    network,
    userRetry: Duration.millis(1000 / speed),
    startProduct: Effect.gen(function* () {
      yield* Effect.forkScoped(Effect.orDie(runHub({ hub, addonNamespace: hubNamespaces.addon })))
      for (const { api, name } of clusters)
        yield* Effect.forkScoped(runAgent({ hub, local: api, cluster: name, resync: "1 second" }))
    })
  }
  return world
})

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
