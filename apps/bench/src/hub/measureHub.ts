import { Conditions, isTrue, type KubeObject, resources } from "@multicluster-mesh/mesh-model"
import type { Informer } from "@multicluster-mesh/ocm-transport"
import { makeAuthority } from "@multicluster-mesh/testenv"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { BenchError } from "../BenchError.ts"
import type { Figure } from "../Figure.ts"
import { clustersOf, deploymentsOf, federationsOf, userNamespace, type FleetSize } from "../fleet/wishes.ts"
import { startBundle } from "../process/startBundle.ts"
import { type HubServer, registerClusters, type ServerKind, startHubServer, writesBetween } from "./HubServer.ts"
import { type PlayedAgents, playAgents } from "./playAgents.ts"

export interface HubOptions {
  readonly on: ServerKind
  readonly clusters: number
  /** The hub controller's bundle. */
  readonly file: string
  /** For logs and credentials. */
  readonly folder: string
  readonly restSeconds: number
  readonly profile?: string | undefined
}

const addonNamespace = "multicluster-mesh-addon"

/**
 * Measures the hub controller, as a process of its own, on the way of a fleet from one MeshDeployment to meshes that
 * are federated, and at rest after it. The agents are played: they answer at once.
 */
export const measureHub = Effect.fnUntraced(function* (options: HubOptions) {
  const { clusters, folder, on, profile, restSeconds } = options
  const size: FleetSize = { clusters, services: clusters * 3, perDeployment: clusters }
  const names = clustersOf(size)
  const server = yield* startHubServer(on)
  const { api } = server
  yield* registerClusters(server, names, [addonNamespace, userNamespace])
  const kubeconfig = join(folder, `${on}-${clusters}.kubeconfig`)
  writeFileSync(kubeconfig, server.kubeconfig, { mode: 0o600 })
  const roots = new Map(yield* Effect.forEach(names, rootOf))
  const works = yield* api.informer(resources.manifestWorks)
  const start = (name: string) =>
    startBundle({
      name,
      program: "hub-controller",
      file: options.file,
      args: ["--kubeconfig", kubeconfig],
      folder,
      profile
    })
  /** Notes where the counts stand; the result tells how many writes of the hub there were since. */
  const countWrites = Effect.fnUntraced(function* (agents: PlayedAgents) {
    const [before, others] = [yield* server.writes, agents.writes()]
    return Effect.gen(function* () {
      const since = writesBetween(before, yield* server.writes, agents.writes() - others)
      yield* Effect.logInfo(`writes, those of agents included: ${since.inWords}`)
      return since.total
    })
  })

  const first = yield* Effect.gen(function* () {
    const agents = yield* playAgents(api, roots)
    const hub = yield* start(`hub-${on}-${clusters}`)
    yield* hub.ready
    const reported = yield* api.informer(resources.meshAgents)
    yield* until(reported, (all) => all.length === clusters && all.every((agent) => agent["status"] !== undefined))

    const begun = performance.now()
    const written = yield* countWrites(agents)
    yield* Effect.forEach(deploymentsOf(size), (wish) =>
      api.create(resources.meshDeployments, wish, { fieldManager: "kubectl" })
    )
    yield* until(works, (all) => all.length >= clusters)
    const firstStage = performance.now() - begun
    const writes = (yield* written) - 1

    const latencies = yield* Effect.forEach(names.slice(0, mostLatencies), (cluster) =>
      Effect.gen(function* () {
        const begun = performance.now()
        yield* agents.letApply(cluster)
        yield* until(works, (all) => all.filter(({ metadata }) => metadata.namespace === cluster).length > 1)
        return performance.now() - begun
      })
    )
    const wishes = yield* api.informer(resources.meshDeployments)
    const settling = performance.now()
    yield* Effect.forEach(names.slice(mostLatencies), agents.letApply)
    yield* until(wishes, areReady)
    const deployed = performance.now() - settling
    const federating = performance.now()
    const federations = yield* api.informer(resources.meshFederations)
    yield* Effect.forEach(federationsOf(size), (wish) =>
      api.create(resources.meshFederations, wish, { fieldManager: "kubectl" })
    )
    yield* until(federations, areReady)
    const federated = performance.now() - federating
    yield* untilQuiet(server.writes)
    const atRestWritten = yield* countWrites(agents)
    yield* Effect.sleep(restSeconds * 1000)
    const atRest = yield* atRestWritten
    const usage = yield* hub.usage
    // gives the lease back, so that the next one need not wait for its end
    yield* hub.stop
    return { atRest, deployed, federated, firstStage, latencies, usage, works: (yield* works.list).length, writes }
  }).pipe(Effect.scoped)

  yield* server.restart
  const afterRestart = yield* Effect.gen(function* () {
    const agents = yield* playAgents(api, roots, names)
    const written = yield* countWrites(agents)
    const hub = yield* start(`hub-${on}-${clusters}-again`)
    yield* hub.ready
    yield* Effect.sleep(restSeconds * 1000)
    return { writes: yield* written, usage: yield* hub.usage }
  }).pipe(Effect.scoped)

  const figure = (name: string, unit: Figure["unit"], samples: ReadonlyArray<number>, limits = {}): Figure => ({
    name: `${on}, ${clusters} clusters: ${name}`,
    unit,
    samples,
    ...limits
  })
  const rssLimits = clusters === 200 ? { budget: 256 } : {}
  return [
    figure(
      "MeshDeployment → works of the first stage",
      "ms",
      [first.firstStage],
      clusters === 100 ? { budget: 4000 } : {}
    ),
    figure("writes of the hub for that", "writes", [first.writes]),
    figure("change → ManifestWork", "ms", first.latencies, {
      ...(clusters === 100 ? { budget: 1000, aim: 500 } : {}),
      counts: "p99"
    }),
    figure("works applied by the other clusters → MeshDeployment ready", "ms", [first.deployed]),
    figure(`MeshFederations → all federated (${first.works} works)`, "ms", [first.federated]),
    figure(`writes in ${restSeconds} s of rest`, "writes", [first.atRest], { budget: 0 }),
    figure("writes after a restart of everything", "writes", [afterRestart.writes], { budget: 0 }),
    figure("RSS of the hub controller", "MiB", [first.usage.rssMiB], rssLimits),
    figure("peak RSS of the hub controller", "MiB", [first.usage.peakMiB]),
    figure("RSS of the hub controller after a restart", "MiB", [afterRestart.usage.rssMiB], rssLimits),
    figure("CPU of the hub controller", "CPU s", [first.usage.cpuSeconds])
  ]
})

/** One change at a time is waited for; the clusters beyond that are let go all at once. */
const mostLatencies = 100

const rootOf = (cluster: string) =>
  Effect.map(
    Effect.promise(() => makeAuthority(cluster)),
    ({ certificate }) => [cluster, `${certificate.trim()}\n`] as const
  )

const areReady = (objects: ReadonlyArray<KubeObject>): boolean =>
  objects.length > 0 && objects.every((object) => isTrue(conditionsOf(object), "Ready"))

const conditionsOf = (object: KubeObject) =>
  Option.getOrElse(
    Option.map(decodeStatus(object["status"]), ({ conditions }) => conditions),
    () => []
  )

const decodeStatus = Schema.decodeUnknownOption(Schema.Struct({ conditions: Conditions }))

/** Waits until nothing has been written for five seconds: Events and last services come after all is federated. */
const untilQuiet = Effect.fnUntraced(function* (writes: HubServer["writes"]) {
  let last = -1
  for (let quiet = 0; quiet < 5;) {
    const sum = [...(yield* writes).values()].reduce((one, other) => one + other, 0)
    quiet = sum === last ? quiet + 1 : 0
    last = sum
    yield* Effect.sleep("1 second")
  }
})

/** Waits until the objects are as wanted, at most a quarter of an hour: a large fleet on a small machine. */
const until = (
  informer: Informer,
  holds: (objects: ReadonlyArray<KubeObject>) => boolean
): Effect.Effect<void, BenchError> =>
  informer.list.pipe(
    Effect.map(holds),
    Effect.delay("10 millis"),
    Effect.repeat({ until: (done) => done }),
    Effect.timeout("15 minutes"),
    Effect.mapError(() => new BenchError({ problem: "the fleet did not come to where it was awaited" })),
    Effect.asVoid
  )
