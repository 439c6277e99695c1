import { assert, describe, it } from "@effect/vitest"
import type { HubState, Plan, WorkAction } from "@multicluster-mesh/federation-planner"
import { type KubeSim, makeKubeSim, ocmHubCrds } from "@multicluster-mesh/kube-sim"
import { customResourceDefinitions, labels, type ManifestWorkSpec, resources } from "@multicluster-mesh/mesh-model"
import { type KubeApi, type KubeObject, makeKubeApi } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import type { Scope } from "effect/Scope"
import { defaultAddonNamespace, type HubOptions, runHub } from "../src/runHub.ts"

interface World {
  readonly sim: KubeSim
  readonly hub: KubeApi
}

const namespace = (name: string): KubeObject => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })

const makeWorld = Effect.gen(function* () {
  const sim = yield* makeKubeSim({ name: "hub", crds: [...customResourceDefinitions(), ...ocmHubCrds] })
  const world: World = { sim, hub: yield* makeKubeApi(sim.connection) }
  for (const name of [defaultAddonNamespace, "east", "west"]) {
    yield* world.hub.create(resources.namespaces, namespace(name))
  }
  return world
})

const noPlan: Plan = { works: [], objects: [], statuses: [], explanations: [], recheckAt: undefined }

/** Runs the hub for as long as the scope lives, with a planner that wants what `wanted` says. */
const start = ({ hub }: World, wanted: (state: HubState) => Partial<Plan>, options: Partial<HubOptions> = {}) =>
  Effect.forkScoped(
    runHub({ hub, coalesce: "1 millis", plan: (state) => ({ ...noPlan, ...wanted(state) }), ...options })
  )

const until = <A, E>(read: Effect.Effect<A, E>, holds: (value: A) => boolean) =>
  read.pipe(Effect.delay("10 millis"), Effect.repeat({ until: holds }), Effect.timeout("15 seconds"))

const configMap = (value: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "roots", namespace: "mesh" },
  data: { value }
})

const specOf = (value: string): ManifestWorkSpec => ({
  workload: { manifests: [configMap(value)] },
  deleteOption: {
    propagationPolicy: "SelectivelyOrphan",
    selectivelyOrphans: {
      orphaningRules: [{ group: "", resource: "configmaps", namespace: "mesh", name: "roots" }]
    }
  },
  manifestConfigs: [
    {
      resourceIdentifier: { group: "", resource: "configmaps", namespace: "mesh", name: "roots" },
      updateStrategy: {
        type: "ServerSideApply",
        serverSideApply: { force: false, fieldManager: labels.workFieldManager }
      }
    }
  ]
})

const workIn = (cluster: string, fleetId: string, value = "1"): WorkAction => ({
  _tag: "ApplyWork",
  cluster,
  name: "mesh-roots",
  labels: labels.markLabels(fleetId, "unit1"),
  annotations: { [labels.unitAnnotation]: "cluster/x" },
  spec: specOf(value)
})

const agentOf = (namespace: string, fleetId: string): KubeObject => ({
  apiVersion: labels.apiVersion,
  kind: "MeshAgent",
  metadata: { name: labels.addonName, namespace },
  spec: { fleetId }
})

const works = ({ hub }: World) => Effect.map(hub.list(resources.manifestWorks), ({ items }) => items)

const meshNamed = (name: string, fields: object = {}): KubeObject => ({
  apiVersion: labels.apiVersion,
  kind: "Mesh",
  metadata: { name, namespace: "east" },
  spec: {
    cluster: "east",
    controlPlane: { namespace: "mesh" },
    meshProvider: "Openshift Service Mesh",
    ...fields
  }
})

const remove = (name: string, uid: string) =>
  ({ _tag: "DeleteObject", type: resources.meshes, namespace: "east", name, uid }) as const

/** On the real clock: an API server answers over HTTP. */
const quietly = <E>(name: string, test: Effect.Effect<void, E, Scope>) =>
  it.live(name, () => Effect.provide(test, Logger.layer([])), 20_000)

describe("runHub", () => {
  quietly(
    "makes a fleet id once, for backups to keep",
    Effect.gen(function* () {
      const world = yield* makeWorld
      const ids: Array<string> = []
      const note = ({ fleetId }: HubState): Partial<Plan> => {
        ids.push(fleetId)
        return {}
      }
      for (const _ of [1, 2]) {
        const before = ids.length
        const planned = until(
          Effect.sync(() => ids.length),
          (now) => now > before
        )
        yield* Effect.scoped(Effect.andThen(start(world, note), planned))
      }
      assert.strictEqual(new Set(ids).size, 1)
      const secret = yield* world.hub.get(resources.secrets, {
        namespace: defaultAddonNamespace,
        name: "multicluster-mesh-fleet"
      })
      assert.deepStrictEqual(secret.metadata.labels, { "cluster.open-cluster-management.io/backup": "" })
    })
  )

  quietly(
    "makes a lost fleet id again from what it has asked the agents, and none where they differ",
    Effect.gen(function* () {
      const world = yield* makeWorld
      const ref = { namespace: defaultAddonNamespace, name: "multicluster-mesh-fleet" }
      yield* world.hub.create(resources.meshAgents, agentOf("east", "theoldone"))
      yield* Effect.scoped(
        Effect.gen(function* () {
          const ids: Array<string> = []
          yield* start(world, ({ fleetId }) => {
            ids.push(fleetId)
            return {}
          })
          yield* until(
            Effect.sync(() => ids),
            (seen) => seen.length > 0
          )
          assert.deepStrictEqual([...new Set(ids)], ["theoldone"])
        })
      )
      yield* world.hub.delete(resources.secrets, ref)
      yield* world.hub.create(resources.meshAgents, agentOf("west", "another"))
      const error = yield* Effect.flip(runHub({ hub: world.hub }))
      assert.include(error.message, "name several fleets: another, theoldone")
    })
  )

  quietly(
    "says what to do when the namespace of the add-on is missing",
    Effect.gen(function* () {
      const world = yield* makeWorld
      const error = yield* Effect.flip(runHub({ hub: world.hub, addonNamespace: "nowhere" }))
      assert.strictEqual(error._tag, "HubNotPrepared")
      assert.include(error.message, "namespace nowhere does not exist on the hub: create it")
    })
  )

  quietly(
    "writes a work, changes it, and repairs what someone else has changed",
    Effect.gen(function* () {
      const world = yield* makeWorld
      const value = { now: "1" }
      yield* start(world, ({ fleetId }) => ({ works: [workIn("east", fleetId, value.now)] }))
      const manifest = Effect.map(works(world), ([work]) => JSON.stringify(work?.["spec"] ?? {}))
      yield* until(manifest, (text) => text.includes('"value":"1"'))
      value.now = "2"
      yield* world.hub.create(resources.meshes, meshNamed("wake"))
      yield* until(manifest, (text) => text.includes('"value":"2"'))
      yield* world.hub.patch(
        resources.manifestWorks,
        { namespace: "east", name: "mesh-roots" },
        { spec: { workload: { manifests: [configMap("theirs")] } } },
        { fieldManager: "someone" }
      )
      yield* until(manifest, (text) => text.includes('"value":"2"'))
    })
  )

  quietly(
    "never takes over a work of somebody else",
    Effect.gen(function* () {
      const world = yield* makeWorld
      const theirs: KubeObject = {
        apiVersion: "work.open-cluster-management.io/v1",
        kind: "ManifestWork",
        metadata: { name: "mesh-roots", namespace: "east" },
        spec: specOf("theirs")
      }
      yield* world.hub.create(resources.manifestWorks, theirs)
      yield* start(world, ({ fleetId }) => ({ works: [workIn("east", fleetId), workIn("west", fleetId)] }))
      const all = yield* until(works(world), (found) => found.length === 2)
      const kept = all.find(({ metadata }) => metadata.namespace === "east")
      assert.deepStrictEqual(kept?.["spec"], theirs["spec"])
    })
  )

  quietly(
    "goes on with the other writes while one fails, and repeats that one",
    Effect.gen(function* () {
      const world = yield* makeWorld
      yield* world.sim.fail({
        _tag: "Refuse",
        verb: "apply",
        resource: "manifestworks",
        namespace: "east",
        status: 403,
        message: "quota",
        times: 1
      })
      yield* start(world, ({ fleetId }) => ({ works: [workIn("east", fleetId), workIn("west", fleetId)] }))
      const first = yield* until(works(world), (found) => found.length > 0)
      assert.deepStrictEqual(
        first.map(({ metadata }) => metadata.namespace),
        ["west"]
      )
      yield* until(works(world), (found) => found.length === 2)
    })
  )

  quietly(
    "plans nothing before it knows every kind",
    Effect.gen(function* () {
      const world = yield* makeWorld
      const planned = { count: 0 }
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* world.sim.fail({
            _tag: "Refuse",
            resource: "manifestworks",
            status: 403,
            message: "not yet",
            times: 1_000
          })
          yield* Effect.scoped(
            Effect.gen(function* () {
              yield* start(world, () => {
                planned.count += 1
                return {}
              })
              yield* Effect.sleep("500 millis")
            })
          )
          assert.strictEqual(planned.count, 0)
        })
      )
      yield* start(world, () => {
        planned.count += 1
        return {}
      })
      yield* until(
        Effect.sync(() => planned.count),
        (count) => count > 0
      )
    })
  )

  quietly(
    "writes nothing when it starts again over an unchanged world",
    Effect.gen(function* () {
      const world = yield* makeWorld
      const mesh = yield* world.hub.create(resources.meshes, meshNamed("hand-made"))
      const wanted = ({ fleetId }: HubState): Partial<Plan> => ({
        works: [workIn("east", fleetId)],
        objects: [
          { _tag: "ApplyObject", type: resources.meshes, object: meshNamed("made", { meshMemberRoll: ["shop"] }) },
          {
            _tag: "SetFinalizer",
            type: resources.meshes,
            namespace: "east",
            name: "hand-made",
            uid: mesh.metadata.uid ?? "",
            finalizer: labels.recordFinalizer,
            present: true
          }
        ],
        statuses: [
          {
            type: resources.meshes,
            namespace: "east",
            name: "hand-made",
            uid: mesh.metadata.uid ?? "",
            generation: 1,
            verdicts: [{ type: "Accepted", status: "False", reason: "NameTaken", message: "The name is taken." }],
            fields: { peerSummary: "", version: "v2.6" }
          }
        ]
      })
      const changed = Effect.map(world.sim.writes, (writes) => writes.map(({ resource }) => resource))
      const expected = ["manifestworks", "meshes", "events"]
      const isHeldOn = Effect.map(
        world.hub.get(resources.meshes, { namespace: "east", name: "hand-made" }),
        ({ metadata }) => metadata.finalizers?.length === 1
      )
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* start(world, wanted)
          yield* until(changed, (resources) => expected.every((resource) => resources.includes(resource)))
          yield* until(isHeldOn, (is) => is)
        })
      )
      const events = yield* world.hub.list(resources.events, { namespace: "east" })
      assert.deepStrictEqual(
        events.items.map((event) => [event["type"], event["reason"], event["message"]]),
        [["Warning", "NameTaken", "The name is taken."]]
      )
      const before = yield* world.sim.writes
      const ready = { is: false }
      yield* start(world, wanted, {
        onReadiness: (readiness) =>
          Effect.sync(() => {
            ready.is = readiness.ready
          })
      })
      yield* until(
        Effect.sync(() => ready.is),
        (is) => is
      )
      yield* Effect.sleep("300 millis")
      assert.deepStrictEqual(yield* world.sim.writes, before)
    })
  )

  quietly(
    "takes back a field that is no longer wanted, and leaves those of others",
    Effect.gen(function* () {
      const world = yield* makeWorld
      const wanted = { roll: true }
      yield* start(world, () => ({
        objects: [
          {
            _tag: "ApplyObject",
            type: resources.meshes,
            object: meshNamed("made", wanted.roll ? { meshMemberRoll: ["shop"] } : {})
          }
        ]
      }))
      const ref = { namespace: "east", name: "made" }
      const roll = Effect.map(world.hub.get(resources.meshes, ref), ({ spec }) => JSON.stringify(spec))
      yield* until(
        Effect.catch(roll, () => Effect.succeed("")),
        (text) => text.includes("shop")
      )
      wanted.roll = false
      yield* world.hub.patch(
        resources.meshes,
        ref,
        { metadata: { labels: { team: "blue" } } },
        { fieldManager: "someone" }
      )
      yield* until(roll, (text) => !text.includes("shop"))
      assert.deepStrictEqual((yield* world.hub.get(resources.meshes, ref)).metadata.labels, { team: "blue" })
    })
  )

  quietly(
    "adds and removes its finalizer beside those of others",
    Effect.gen(function* () {
      const world = yield* makeWorld
      const theirs = "example.com/theirs"
      const mesh = meshNamed("held")
      const { metadata } = yield* world.hub.create(resources.meshes, {
        ...mesh,
        metadata: { ...mesh.metadata, finalizers: [theirs] }
      })
      const wanted = { present: true }
      yield* start(world, () => ({
        objects: [
          {
            _tag: "SetFinalizer",
            type: resources.meshes,
            namespace: "east",
            name: "held",
            uid: metadata.uid ?? "",
            finalizer: labels.recordFinalizer,
            present: wanted.present
          }
        ]
      }))
      const finalizers = Effect.map(
        world.hub.get(resources.meshes, { namespace: "east", name: "held" }),
        ({ metadata }) => metadata.finalizers ?? []
      )
      const both = yield* until(finalizers, (found) => found.length === 2)
      assert.deepStrictEqual(both, [theirs, labels.recordFinalizer])
      wanted.present = false
      yield* world.hub.create(resources.meshes, meshNamed("wake"))
      yield* until(finalizers, (found) => found.length === 1 && found[0] === theirs)
    })
  )

  quietly(
    "deletes the object that it means, not its successor",
    Effect.gen(function* () {
      const world = yield* makeWorld
      yield* world.hub.create(resources.meshes, meshNamed("successor"))
      const old = yield* world.hub.create(resources.meshes, meshNamed("old"))
      yield* start(world, () => ({
        objects: [remove("old", old.metadata.uid ?? ""), remove("successor", "gone-before")]
      }))
      const names = Effect.map(world.hub.list(resources.meshes), ({ items }) =>
        items.map(({ metadata }) => metadata.name)
      )
      yield* until(names, (found) => !found.includes("old"))
      yield* Effect.sleep("100 millis")
      assert.deepStrictEqual(yield* names, ["successor"])
    })
  )

  quietly(
    "takes nothing away while one of its copies is out of date, and goes on when it is current again",
    Effect.gen(function* () {
      const world = yield* makeWorld
      const doomed = yield* world.hub.create(resources.meshes, meshNamed("doomed"))
      const wanted = { removal: false }
      const readiness = { message: "" }
      yield* start(
        world,
        ({ fleetId }) => ({
          works: [
            workIn("east", fleetId, wanted.removal ? "2" : "1"),
            ...(wanted.removal ? [workIn("west", fleetId)] : [])
          ],
          objects: wanted.removal ? [remove("doomed", doomed.metadata.uid ?? "")] : []
        }),
        {
          onReadiness: ({ message }) =>
            Effect.sync(() => {
              readiness.message = message
            })
        }
      )
      yield* until(works(world), (found) => found.length === 1)
      const removed = Effect.map(Effect.all([world.hub.list(resources.meshes), works(world)]), ([{ items }, found]) => [
        !items.some(({ metadata }) => metadata.name === "doomed"),
        JSON.stringify(found.find(({ metadata }) => metadata.namespace === "east")).includes('"value":"2"')
      ])
      yield* Effect.scoped(
        Effect.gen(function* () {
          const clusters = { resource: resources.managedClusters.plural }
          const message = "on purpose"
          yield* world.sim.fail({ ...clusters, _tag: "Refuse", verb: "watch", status: 503, message, times: 1000 })
          yield* world.sim.fail({ ...clusters, _tag: "CutWatch" })
          yield* until(
            Effect.sync(() => readiness.message),
            (said) => said.includes("managedclusters")
          )
          wanted.removal = true
          yield* world.hub.create(resources.meshes, meshNamed("wake"))
          // what does not exist yet is made meanwhile
          yield* until(works(world), (found) => found.length === 2)
          yield* Effect.sleep("500 millis")
          assert.deepStrictEqual(yield* removed, [false, false])
        })
      )
      yield* until(removed, (gone) => gone.every((is) => is))
    })
  )

  quietly(
    "plans again when the plan says that time will change it",
    Effect.gen(function* () {
      const world = yield* makeWorld
      const times: Array<string> = []
      yield* start(world, ({ now }) => {
        times.push(now)
        return times.length < 2 ? { recheckAt: now } : {}
      })
      yield* until(
        Effect.sync(() => times.length),
        (length) => length >= 2
      )
      assert.strictEqual(new Set(times).size, times.length)
    })
  )

  quietly(
    "ends when the planner has a bug",
    Effect.gen(function* () {
      const world = yield* makeWorld
      const fiber = yield* start(world, () => {
        throw new Error("a bug")
      })
      const exit = yield* Fiber.await(fiber)
      assert.strictEqual(exit._tag, "Failure")
    })
  )
})
