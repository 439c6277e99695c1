import { assert, describe } from "@effect/vitest"
import { type HubState, type Plan, planHub } from "@multicluster-mesh/federation-planner"
import { canonicalJson, decodeMeshAgent, isComplete, isTrue, labels, resources } from "@multicluster-mesh/mesh-model"
import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { plantUsersMesh } from "../src/plant.ts"
import { statusOf } from "../src/until.ts"
import { makeWorld, type World } from "../src/World.ts"
import { believingInDeliveries, cleaningUp, takingUnknownForEmpty, withoutOrphaningRule } from "./brokenPlanners.ts"
import { deploy, eventually, find, holds, oursOn, quietly, rest, undeploy } from "./observing.ts"

/**
 * The rules that keep users' objects, each broken on purpose: the same scenario runs with the planner and with one that
 * lacks the rule. The world then loses something, so the rule is needed and its absence would show; with the planner as
 * it is, nothing is lost.
 */

const cluster = "managedcluster1"
const controlPlane = { namespace: "mesh-system", name: "mesh" }
const speed = 100

type Planner = (state: HubState) => Plan

/** A world of one cluster on which a mesh is deployed. */
const deployedWorld = makeWorld({ clusters: [cluster], speed })

/** Runs the product with `plan` until all is at rest, and ends it then. */
const runUntilRest = Effect.fnUntraced(function* (world: World, plan: Planner, first?: Effect.Effect<void, unknown>) {
  yield* Effect.scoped(
    Effect.gen(function* () {
      const { working } = yield* world.startProduct({ plan })
      yield* working
      if (first !== undefined) yield* Effect.orDie(first)
      yield* rest(world)
    })
  )
})

const works = ({ hub }: World) => Effect.map(hub.list(resources.manifestWorks), ({ items }) => items)

describe.concurrent("rules that keep what is on the clusters", () => {
  describe("an orphaning rule for every object", () => {
    /** What is gone from the cluster once the works are lost with their hub. */
    const lostWithWorks = Effect.fnUntraced(function* (world: World, plan: Planner) {
      yield* runUntilRest(world, plan, deploy(world, cluster))
      const before = yield* oursOn(world, cluster)
      for (const { metadata } of yield* works(world)) yield* world.hub.delete(resources.manifestWorks, metadata)
      yield* eventually("the works are gone", holds(Effect.map(works(world), (left) => left.length === 0)))
      yield* rest(world)
      const after = yield* oursOn(world, cluster)
      return before.filter((object) => !after.includes(object))
    })

    quietly(
      "keeps everything when the works are lost, and the hub that returns finds all its own again",
      Effect.gen(function* () {
        const world = yield* deployedWorld
        assert.deepStrictEqual(yield* lostWithWorks(world, planHub), [])
        const before = yield* oursOn(world, cluster)
        yield* runUntilRest(world, planHub, deploy(world, cluster))
        assert.isNotEmpty(yield* works(world))
        assert.deepStrictEqual(yield* oursOn(world, cluster), before)
      })
    )

    quietly(
      "is what keeps it: without one, a lost hub deletes the control planes",
      Effect.gen(function* () {
        const lost = yield* lostWithWorks(yield* deployedWorld, withoutOrphaningRule)
        assert.deepStrictEqual(lost.map(withoutUid), ["ServiceMeshControlPlane mesh-system/mesh"])
      })
    )
  })

  describe("a lift of what is there alone", () => {
    /** What of ours is made on the cluster by a removal that begins when a person has just deleted the control plane. */
    const madeByRemoval = Effect.fnUntraced(function* (world: World, plan: Planner) {
      const { api, sim } = world.on(cluster)
      const made: Array<string> = []
      yield* world.startProduct({ plan })
      yield* deploy(world, cluster)
      yield* rest(world)
      yield* api.delete(resources.controlPlanes, controlPlane)
      const gone = Effect.map(find(api, resources.controlPlanes, controlPlane), (found) => found === undefined)
      yield* eventually("the control plane is gone", holds(gone))
      yield* sim.admit({
        name: "made.example.com",
        matches: ({ dryRun, object, operation }) =>
          operation === "CREATE" && !dryRun && object?.metadata.labels?.[labels.fleetLabel] !== undefined,
        validate: ({ object, name, namespace }) =>
          Effect.sync(() => {
            made.push(`${object?.kind} ${namespace ?? ""}/${name}`)
            return undefined
          })
      })
      yield* undeploy(world)
      yield* rest(world)
      return made
    })

    quietly(
      "makes nothing again that a person has deleted, and takes the rest away",
      Effect.gen(function* () {
        const world = yield* deployedWorld
        assert.deepStrictEqual(yield* madeByRemoval(world, planHub), [])
        const left = (yield* oursOn(world, cluster)).filter((object) => !object.startsWith("Subscription "))
        assert.deepStrictEqual(left, [])
        assert.deepStrictEqual((yield* world.hub.list(resources.meshes)).items, [])
      })
    )

    quietly(
      "is what prevents it: a lift of something absent makes it again",
      Effect.gen(function* () {
        const made = yield* madeByRemoval(yield* deployedWorld, believingInDeliveries)
        assert.deepStrictEqual(made, ["ServiceMeshControlPlane mesh-system/mesh"])
      })
    )
  })

  describe("a record for every removal", () => {
    /** Works and objects, before and after the hub comes back without the wishes that made them. */
    const withoutWishes = Effect.fnUntraced(function* (world: World, plan: Planner) {
      yield* runUntilRest(world, plan, deploy(world, cluster))
      const before = yield* delivered(world)
      yield* loseWishes(world)
      yield* runUntilRest(world, plan)
      return { before, after: yield* delivered(world) }
    })

    quietly(
      "keeps everything when wishes are lost, and takes it up again when they return",
      Effect.gen(function* () {
        const world = yield* deployedWorld
        const { after, before } = yield* withoutWishes(world, planHub)
        assert.deepStrictEqual(after, before)
        yield* runUntilRest(world, planHub, deploy(world, cluster))
        assert.deepStrictEqual(yield* delivered(world), before)
      })
    )

    quietly(
      "is what keeps it: where a missing wish is the end of it, a restore in the wrong order takes the meshes away",
      Effect.gen(function* () {
        const { after, before } = yield* withoutWishes(yield* deployedWorld, cleaningUp)
        const lost = before.objects.filter((object) => !after.objects.includes(object))
        assert.include(lost.map(withoutUid), "ServiceMeshControlPlane mesh-system/mesh")
      })
    )
  })

  describe("an unknown input", () => {
    /** What has changed on the hub, first while control planes cannot be listed, then while the agent is away. */
    const changedByUnknown = Effect.fnUntraced(function* (world: World, plan: Planner) {
      const users = yield* plantUsersMesh(world, cluster)
      yield* eventually("the user's mesh is ready", users.ready)
      yield* runUntilRest(world, plan, deploy(world, cluster))
      const before = yield* wishesOf(world)

      yield* Effect.scoped(
        Effect.gen(function* () {
          for (const verb of ["list", "watch"] as const)
            yield* world.on(cluster).sim.fail({
              _tag: "Refuse",
              verb,
              resource: resources.controlPlanes.plural,
              status: 403,
              message: "the agent may not",
              times: Number.POSITIVE_INFINITY
            })
          yield* world.startProduct({ plan })
          yield* eventually("the agent says that it could not look", holds(isIncomplete(world)))
          yield* rest(world)
        })
      )
      const unread = changes(before, yield* wishesOf(world))

      yield* runUntilRest(world, plan)
      const restored = yield* wishesOf(world)
      yield* world.ocm.setAddOnAvailable(cluster, false)
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { working } = yield* world.startProduct({ plan, without: [cluster] })
          yield* working
          yield* eventually("the add-on is away", holds(isAway(world)))
          yield* rest(world)
        })
      )
      return { unread, away: changes(restored, yield* wishesOf(world)) }
    })

    quietly(
      "changes nothing: works and the discovered Mesh stay byte for byte",
      Effect.gen(function* () {
        const changed = yield* changedByUnknown(yield* deployedWorld, planHub)
        assert.deepStrictEqual(changed, { unread: [], away: [] })
      })
    )

    const discovered = "Mesh managedcluster1-istio-system-basic"
    quietly(
      "is not an empty one: where it is, the discovered Mesh is lost",
      Effect.gen(function* () {
        const { unread, away } = yield* changedByUnknown(yield* deployedWorld, takingUnknownForEmpty)
        assert.include(unread, `${discovered} is gone`)
        assert.include(away, `${discovered} is gone`)
      })
    )
  })
})

const delivered = (world: World) => Effect.all({ works: works(world), objects: oursOn(world, cluster) })

const withoutUid = (object: string): string => object.split(" ").slice(0, 2).join(" ")

/** MeshDeployment and Mesh vanish from the hub as if they had never been there: no controller sees their deletion. */
const loseWishes = Effect.fnUntraced(function* ({ hub }: World) {
  for (const type of [resources.meshDeployments, resources.meshes])
    for (const { metadata } of (yield* hub.list(type)).items) {
      yield* hub.patch(type, metadata, { metadata: { finalizers: null } }, { fieldManager: "restore" })
      yield* hub.delete(type, metadata)
    }
})

/** Works and Meshes of the cluster by name, without what says how they are. */
const wishesOf = Effect.fnUntraced(function* ({ hub }: World) {
  const objects = [...(yield* hub.list(resources.manifestWorks)).items, ...(yield* hub.list(resources.meshes)).items]
  return new Map(objects.map((object) => [`${object.kind} ${object.metadata.name}`, wishOf(object)]))
})

const wishOf = ({ metadata: { annotations, generation, labels, uid }, spec }: KubeObject): string =>
  canonicalJson({ annotations, generation, labels, uid, spec })

const changes = (before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): ReadonlyArray<string> =>
  [...before].flatMap(([name, wish]) =>
    !after.has(name) ? [`${name} is gone`] : after.get(name) === wish ? [] : [`${name} is another`]
  )

const isIncomplete = Effect.fnUntraced(function* ({ hub }: World) {
  const { status } = yield* decodeMeshAgent(yield* hub.get(resources.meshAgents, addOn))
  return status?.report !== undefined && !isComplete(status.report, "ControlPlanes")
})

const isAway = ({ hub }: World) =>
  Effect.map(
    hub.get(resources.managedClusterAddOns, addOn),
    (found) => !isTrue(statusOf(found).conditions, "Available")
  )

const addOn = { namespace: cluster, name: labels.addonName }
