import { assert, describe, it } from "@effect/vitest"
import { type KubeSim, makeKubeSim } from "@multicluster-mesh/kube-sim"
import {
  customResourceDefinitions,
  decodeMeshAgent,
  isComplete,
  labels,
  type MeshAgent,
  type MeshAgentSpec,
  type ObjectReport,
  resources
} from "@multicluster-mesh/mesh-model"
import { type KubeApi, type KubeObject, makeKubeApi, type Readiness } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Queue from "effect/Queue"
import * as Ref from "effect/Ref"
import type { Scope } from "effect/Scope"
import { runAgent } from "../src/runAgent.ts"

const cluster = "east"
const mark = labels.markLabels("fleet1", "unit1")
const asked = { apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: "roots" }

interface World {
  readonly hub: KubeApi
  readonly hubSim: KubeSim
  readonly local: KubeApi
  readonly localSim: KubeSim
}

const makeWorld = Effect.gen(function* () {
  const hubSim = yield* makeKubeSim({ name: "hub", crds: customResourceDefinitions() })
  const localSim = yield* makeKubeSim({ name: cluster })
  const world: World = {
    hubSim,
    localSim,
    hub: yield* makeKubeApi(hubSim.connection),
    local: yield* makeKubeApi(localSim.connection)
  }
  yield* world.hub.create(resources.namespaces, {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: cluster }
  })
  return world
})

const start = ({ hub, local }: World, onReadiness?: (readiness: Readiness) => Effect.Effect<void>) =>
  Effect.forkScoped(
    runAgent({ hub, local, cluster, resync: "200 millis", ...(onReadiness === undefined ? {} : { onReadiness }) })
  )

const ask = ({ hub }: World, spec: Omit<MeshAgentSpec, "fleetId">) =>
  hub.apply(
    resources.meshAgents,
    {
      apiVersion: labels.apiVersion,
      kind: "MeshAgent",
      metadata: { name: labels.addonName, namespace: cluster },
      spec: { fleetId: "fleet1", ...spec }
    },
    { fieldManager: "multicluster-mesh-hub", force: true }
  )

const configMap = (marks: Readonly<Record<string, string>> = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "roots", namespace: "default", labels: marks }
})

const read = ({ hub }: World) =>
  Effect.flatMap(hub.get(resources.meshAgents, { namespace: cluster, name: labels.addonName }), decodeMeshAgent)

/** Waits until the agent has said what `holds` looks for. */
const until = (world: World, holds: (agent: MeshAgent) => boolean) =>
  read(world).pipe(Effect.delay("20 millis"), Effect.repeat({ until: holds }), Effect.timeout("15 seconds"))

const entryOf = (agent: MeshAgent): ObjectReport | undefined =>
  agent.status?.report?.objects.find(({ name }) => name === asked.name)

const contents = (agent: MeshAgent) => agent.status?.report?.namespaces.find(({ name }) => name === "default")

const answered = (agent: MeshAgent): boolean => agent.status?.observedGeneration === agent.metadata.generation

/** On the real clock: an API server answers over HTTP. */
const quietly = <E>(name: string, test: Effect.Effect<void, E, Scope>) =>
  it.live(name, () => Effect.provide(test, Logger.layer([])), 20_000)

describe("runAgent", () => {
  quietly(
    "reports an asked object as absent, then as present with its mark",
    Effect.gen(function* () {
      const world = yield* makeWorld
      yield* start(world)
      yield* ask(world, { objects: [asked] })
      const before = yield* until(world, (agent) => entryOf(agent)?.state === "Absent")
      assert.isTrue(answered(before))
      assert.isTrue(before.status?.report !== undefined && isComplete(before.status.report, "Objects"))

      yield* world.local.create(resources.configMaps, configMap(mark))
      const after = yield* until(world, (agent) => entryOf(agent)?.state === "Present")
      assert.deepStrictEqual(entryOf(after)?.mark, { fleetId: "fleet1", unit: "unit1" })
    })
  )

  quietly(
    "sees an unmarked object and its end without a watch on it",
    Effect.gen(function* () {
      const world = yield* makeWorld
      yield* world.local.create(resources.configMaps, configMap())
      yield* start(world)
      yield* ask(world, { objects: [asked] })
      const before = yield* until(world, (agent) => entryOf(agent)?.state === "Present")
      assert.isUndefined(entryOf(before)?.mark)
      yield* world.local.delete(resources.configMaps, { namespace: "default", name: asked.name })
      yield* until(world, (agent) => entryOf(agent)?.state === "Absent")
    })
  )

  quietly(
    "confirms an absence only after the hub asked for it",
    Effect.gen(function* () {
      const world = yield* makeWorld
      yield* start(world)
      yield* ask(world, { objects: [asked] })
      const before = yield* until(world, (agent) => entryOf(agent)?.state === "Absent")
      assert.isUndefined(entryOf(before)?.confirmed)
      yield* ask(world, { objects: [{ ...asked, confirm: true }] })
      const after = yield* until(world, answered)
      assert.isTrue(entryOf(after)?.confirmed)
    })
  )

  quietly(
    "does not take a refused read for an absence",
    Effect.gen(function* () {
      const world = yield* makeWorld
      yield* world.localSim.fail({
        _tag: "Refuse",
        verb: "get",
        resource: "configmaps",
        status: 403,
        message: "not yours",
        times: 1_000
      })
      yield* start(world)
      yield* ask(world, { objects: [asked] })
      const agent = yield* until(world, answered)
      assert.isUndefined(entryOf(agent))
      assert.isFalse(agent.status?.report !== undefined && isComplete(agent.status.report, "Objects"))
    })
  )

  quietly(
    "names Secrets in a namespace that is to be removed, and says so when it may not list them",
    Effect.gen(function* () {
      const world = yield* makeWorld
      yield* world.local.create(resources.secrets, {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "shop-tls", namespace: "default" },
        type: "Opaque"
      })
      yield* start(world)
      yield* ask(world, { namespaces: ["default"] })
      const seen = yield* until(world, (agent) => contents(agent)?.foreign.includes("Secret/shop-tls") ?? false)
      assert.isUndefined(contents(seen)?.hidden)

      yield* world.localSim.fail({
        _tag: "Refuse",
        verb: "list",
        resource: "secrets",
        status: 403,
        message: "not yours",
        times: 1_000
      })
      const hidden = yield* until(world, (agent) => contents(agent)?.hidden !== undefined)
      assert.deepStrictEqual(contents(hidden)?.hidden, ["Secret"])
      assert.isTrue(hidden.status?.report !== undefined && isComplete(hidden.status.report, "Namespaces"))
    })
  )

  quietly(
    "reports a kind that is not served, and its objects once it is",
    Effect.gen(function* () {
      const world = yield* makeWorld
      const mesh = { apiVersion: labels.apiVersion, kind: "Mesh", namespace: "default", name: "roots" }
      yield* start(world)
      yield* ask(world, { objects: [mesh] })
      yield* until(world, (agent) => entryOf(agent)?.state === "NotServed")
      for (const crd of customResourceDefinitions()) {
        yield* world.local.create(resources.customResourceDefinitions, {
          ...crd,
          metadata: { ...crd.metadata }
        })
      }
      yield* until(world, (agent) => entryOf(agent)?.state === "Absent")
    })
  )

  quietly(
    "writes nothing when it starts again over an unchanged world",
    Effect.gen(function* () {
      const world = yield* makeWorld
      yield* world.local.create(resources.configMaps, configMap(mark))
      yield* ask(world, { objects: [asked], namespaces: ["default"] })
      yield* Effect.scoped(
        Effect.andThen(
          start(world),
          until(world, (agent) => entryOf(agent)?.state === "Present")
        )
      )
      const before = yield* world.hubSim.writes
      const ready = yield* Ref.make(false)
      yield* start(world, (readiness) => Ref.set(ready, readiness.ready))
      yield* Ref.get(ready).pipe(
        Effect.delay("20 millis"),
        Effect.repeat({ until: (is) => is }),
        Effect.timeout("15 seconds")
      )
      yield* Effect.sleep("500 millis")
      assert.deepStrictEqual(yield* world.hubSim.writes, before)
      assert.deepStrictEqual(
        (yield* world.localSim.writes).filter(({ verb }) => verb !== "create"),
        []
      )
    })
  )

  quietly(
    "says at once that the hub has no MeshAgent for its cluster",
    Effect.gen(function* () {
      const world = yield* makeWorld
      const messages = yield* Queue.unbounded<string>()
      const onReadiness = ({ message }: Readiness) => Effect.asVoid(Queue.offer(messages, message))
      yield* Effect.forkScoped(runAgent({ ...world, cluster, resync: "1 hour", onReadiness }))
      const said = Queue.take(messages).pipe(
        Effect.repeat({ until: (message) => message.includes(`the MeshAgent ${cluster}/`) }),
        Effect.timeout("15 seconds")
      )
      assert.include(yield* said, "--cluster")
    })
  )

  quietly(
    "keeps trying while the hub refuses its report",
    Effect.gen(function* () {
      const world = yield* makeWorld
      yield* ask(world, { objects: [asked] })
      yield* world.hubSim.fail({
        _tag: "Refuse",
        verb: "patch",
        resource: "meshagents",
        status: 409,
        message: "not now",
        times: 1
      })
      const messages = yield* Ref.make<ReadonlyArray<Readiness>>([])
      yield* start(world, (readiness) => Ref.update(messages, (all) => [...all, readiness]))
      yield* until(world, (agent) => entryOf(agent)?.state === "Absent")
      assert.isTrue((yield* Ref.get(messages)).some(({ ready, message }) => !ready && message.includes("not now")))
    })
  )
})
