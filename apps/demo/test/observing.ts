import { it } from "@effect/vitest"
import type { Write } from "@multicluster-mesh/kube-sim"
import { labels, resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError, KubeObject, ResourceType } from "@multicluster-mesh/ocm-transport"
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import type { Scope } from "effect/Scope"
import { parse } from "yaml"
import { exampleText } from "../src/applyYaml.ts"
import { allReady } from "../src/until.ts"
import { type ApiServer, hubNamespaces, type World } from "../src/World.ts"

/** A test on the real clock, because API servers answer over HTTP; without the logs of what runs in it. */
export const quietly = <E>(name: string, test: Effect.Effect<void, E, Scope>, patienceMillis = 300_000) =>
  it.live(name, () => Effect.provide(test, Logger.layer([])), patienceMillis)

/** What takes longer than this will not happen any more. */
const patience = 120_000

/** How patiently one waits. */
export interface Waiting {
  readonly patienceMillis: number
  readonly betweenLooks: Duration.Input
}

/** Looks again and again until it is done, and dies with what it saw last when that takes too long. */
export const eventually = Effect.fnUntraced(function* <E, R>(
  what: string,
  look: Effect.Effect<{ readonly done: boolean; readonly progress: ReadonlyArray<string> }, E, R>,
  { betweenLooks, patienceMillis }: Waiting = { patienceMillis: patience, betweenLooks: "30 millis" }
) {
  const started = yield* Clock.currentTimeMillis
  for (;;) {
    const { done, progress } = yield* look
    if (done) break
    if ((yield* Clock.currentTimeMillis) - started > patienceMillis) {
      yield* Effect.die(new Error(`waited in vain: ${what}; last seen: ${progress.join("; ")}`))
    }
    yield* Effect.sleep(betweenLooks)
  }
})

/** Starts to count: what each API server of the world has written since, as lines to read. None is left out. */
export const countWrites = Effect.fnUntraced(function* (world: World) {
  const before = new Map((yield* writesByServer(world)).map(({ name, writes }) => [name, writes.length]))
  return Effect.map(writesByServer(world), (servers) =>
    servers.flatMap(({ name, writes }) => writes.slice(before.get(name)).map((write) => lineOf(name, write)))
  )
})

const writesByServer = ({ clusters, hubSim }: World) =>
  Effect.forEach([{ name: "hub", sim: hubSim }, ...clusters], ({ name, sim }) =>
    Effect.map(sim.writes, (writes) => ({ name, writes }))
  )

const lineOf = (server: string, { manager, name, namespace, resource, subresource, verb }: Write): string =>
  `${server}: ${manager} ${verb} ${resource} ${namespace ?? ""}/${name}${subresource === undefined ? "" : ` ${subresource}`}`

/**
 * Waits until nobody, user, product or simulator, writes any more: so often in a row that it is longer than the agents'
 * resync, however slow the machine is.
 */
export const rest = Effect.fnUntraced(function* (world: World) {
  const started = yield* Clock.currentTimeMillis
  let news: ReadonlyArray<string> = []
  let since = yield* countWrites(world)
  for (let looks = 0; looks < 24; looks += 1) {
    yield* Effect.sleep("50 millis")
    news = yield* since
    if (news.length === 0) continue
    looks = 0
    since = yield* countWrites(world)
    if ((yield* Clock.currentTimeMillis) - started > patience) {
      yield* Effect.die(new Error(`no rest; the last writes:\n${news.join("\n")}`))
    }
  }
})

/** The MeshDeployment of the quickstart, for these clusters alone. */
export const deploymentFor = (...clusters: ReadonlyArray<string>): KubeObject => {
  const example: KubeObject & { readonly spec: object } = parse(exampleText("mesh-deployment.yaml"))
  return { ...example, spec: { ...example.spec, clusters } }
}

/** Applies the MeshDeployment of the quickstart for `clusters`, and waits until its meshes are ready. */
export const deploy = Effect.fnUntraced(function* ({ hub }: Pick<World, "hub">, ...clusters: ReadonlyArray<string>) {
  yield* hub.apply(resources.meshDeployments, deploymentFor(...clusters), { fieldManager: "kubectl" })
  yield* eventually(
    "the meshes are ready",
    allReady(hub, resources.meshes, clusters.length, ({ metadata }) =>
      clusters.some((cluster) => metadata.name === `${cluster}-mesh`)
    )
  )
})

export const undeploy = ({ hub }: Pick<World, "hub">) =>
  hub.delete(resources.meshDeployments, { namespace: hubNamespaces.users, name: "mesh" })

/** Everything with our mark on a cluster, with its uid: what was made again is not what was there. */
export const oursOn = (
  world: Pick<World<ApiServer>, "on">,
  cluster: string
): Effect.Effect<ReadonlyArray<string>, KubeError> =>
  Effect.map(
    Effect.forEach(resources.delivered, (type) =>
      listServed(world.on(cluster).api, type, { labelSelector: labels.fleetLabel })
    ),
    (lists) =>
      lists
        .flat()
        .map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ""}/${metadata.name} ${metadata.uid}`)
        .sort()
  )

/** Objects of a kind; none where it is not served. */
export const listServed = (
  api: KubeApi,
  type: ResourceType,
  selection: { readonly namespace?: string; readonly labelSelector?: string } = {}
): Effect.Effect<ReadonlyArray<KubeObject>, KubeError> =>
  api.list(type, selection).pipe(
    Effect.map(({ items }) => items),
    Effect.catchReason("KubeError", "NotServed", () => Effect.succeed([]))
  )

/** The object, or undefined. */
export const find = (
  api: KubeApi,
  type: ResourceType,
  ref: { readonly namespace?: string; readonly name: string }
): Effect.Effect<KubeObject | undefined, KubeError> =>
  api.get(type, ref).pipe(Effect.catchReason("KubeError", "NotFound", () => Effect.undefined))

/** Whether something is true, for `eventually`. */
export const holds = <E>(look: Effect.Effect<boolean, E>) =>
  Effect.map(look, (done) => ({ done, progress: [] as ReadonlyArray<string> }))
