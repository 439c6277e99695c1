import { assert, describe } from "@effect/vitest"
import { type HubState, type Plan, planHub } from "@multicluster-mesh/federation-planner"
import { canonicalJson, decodeMeshAgent, isComplete, isTrue, labels, resources } from "@multicluster-mesh/mesh-model"
import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { plantUsersMesh } from "../src/plant.ts"
import { statusOf } from "../src/until.ts"
import { hubNamespaces, makeWorld, type World } from "../src/World.ts"
import {
  believingInDeliveries,
  cleaningUp,
  liftingByApply,
  takingUnknownForEmpty,
  withoutOrphaningRule
} from "./brokenPlanners.ts"
import { deploy, eventually, find, holds, oursOn, quietly, rest, undeploy } from "./observing.ts"

/**
 * The rules that keep what is on the clusters, each broken on purpose: one scenario runs first with the planner as it is
 * and then, in the same world, with one that lacks the rule. What the world loses then shows that the rule is needed and
 * that its absence would be seen; with the planner as it is, nothing is lost.
 */

const cluster = "managedcluster1"
const controlPlane = { namespace: "mesh-system", name: "mesh" }

type Planner = (state: HubState) => Plan

const oneCluster = makeWorld({ clusters: [cluster], speed: 150 })

describe.concurrent("a lost hub", () => {
  quietly(
    "leaves everything in place, unless an orphaning rule was left out of the works",
    Effect.gen(function* () {
      const world = yield* oneCluster
      assert.deepStrictEqual(yield* lostWithWorks(world, planHub), [])

      const before = yield* oursOn(world, cluster)
      yield* runUntilRest(world, planHub, deploy(world, cluster))
      assert.isNotEmpty(yield* works(world))
      assert.deepStrictEqual(yield* oursOn(world, cluster), before, "the hub that returns finds all its own again")

      const lost = yield* lostWithWorks(world, withoutOrphaningRule)
      assert.deepStrictEqual(lost.map(withoutUid), ["ServiceMeshControlPlane mesh-system/mesh"])
    })
  )

  quietly(
    "that comes back without its wishes removes nothing, unless it takes their absence for a record of removal",
    Effect.gen(function* () {
      const world = yield* oneCluster
      const real = yield* deliveredWithoutWishes(world, planHub)
      assert.deepStrictEqual(real.after, real.before)

      yield* runUntilRest(world, planHub, deploy(world, cluster))
      assert.deepStrictEqual(yield* delivered(world), real.before, "wishes that return take up what is there")

      const broken = yield* deliveredWithoutWishes(world, cleaningUp)
      const lost = broken.before.objects.filter((object) => !broken.after.objects.includes(object))
      assert.include(lost.map(withoutUid), "ServiceMeshControlPlane mesh-system/mesh")
    })
  )
})

describe.concurrent("a removal", () => {
  quietly(
    "makes nothing again that a person has deleted, unless it lifts what is absent",
    Effect.gen(function* () {
      const world = yield* oneCluster
      assert.deepStrictEqual(yield* madeByRemoval(world, planHub), [])
      const left = (yield* oursOn(world, cluster)).filter((object) => !object.startsWith("Subscription "))
      assert.deepStrictEqual(left, [], "what the person left is removed")
      assert.deepStrictEqual((yield* world.hub.list(resources.meshes)).items, [])

      const made = yield* madeByRemoval(world, believingInDeliveries)
      assert.deepStrictEqual(made, ["ServiceMeshControlPlane mesh-system/mesh"])
    })
  )

  quietly(
    "goes through after a change that the cluster refuses, unless it applies that change once more",
    Effect.gen(function* () {
      const world = yield* oneCluster
      assert.deepStrictEqual(yield* leftAfterRefusal(world, planHub), [])
      assert.deepStrictEqual((yield* world.hub.list(resources.meshes)).items, [])

      const left = yield* leftAfterRefusal(world, liftingByApply)
      assert.include(left.map(withoutUid), "ServiceMeshControlPlane mesh-system/mesh")
    })
  )
})

describe.concurrent("an unknown input", () => {
  quietly(
    "changes no work and no Mesh, unless it is taken for an empty one",
    Effect.gen(function* () {
      const world = yield* oneCluster
      const users = yield* plantUsersMesh(world, cluster)
      yield* eventually("the user's mesh is ready", users.ready)
      yield* runUntilRest(world, planHub, deploy(world, cluster))
      assert.deepStrictEqual(yield* changedWhileUnreadable(world, planHub), [])
      assert.deepStrictEqual(yield* changedWhileAway(world, planHub), [])

      const lost = "Mesh managedcluster1-istio-system-basic is gone"
      assert.include(yield* changedWhileUnreadable(world, takingUnknownForEmpty), lost)
      yield* runUntilRest(world, planHub)
      assert.include(yield* changedWhileAway(world, takingUnknownForEmpty), lost)
    })
  )
})

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

const delivered = (world: World) => Effect.all({ works: works(world), objects: oursOn(world, cluster) })

const withoutUid = (object: string): string => object.split(" ").slice(0, 2).join(" ")

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

/**
 * Works and objects, before and after the hub comes back without the wishes that made them: MeshDeployment and Mesh
 * vanish as if they had never been there, and no controller sees their deletion.
 */
const deliveredWithoutWishes = Effect.fnUntraced(function* (world: World, plan: Planner) {
  const { hub } = world
  yield* runUntilRest(world, plan, deploy(world, cluster))
  const before = yield* delivered(world)
  for (const type of [resources.meshDeployments, resources.meshes])
    for (const { metadata } of (yield* hub.list(type)).items) {
      yield* hub.patch(type, metadata, { metadata: { finalizers: null } }, { fieldManager: "restore" })
      yield* hub.delete(type, metadata)
    }
  yield* runUntilRest(world, plan)
  return { before, after: yield* delivered(world) }
})

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
}, Effect.scoped)

/** What of ours a removal leaves that begins after the operator has refused a version; operators stay. */
const leftAfterRefusal = Effect.fnUntraced(function* (world: World, plan: Planner) {
  yield* world.startProduct({ plan })
  yield* deploy(world, cluster)
  const deployment = { namespace: hubNamespaces.users, name: "mesh" }
  const refused = { spec: { controlPlane: { version: "v9.9" } } }
  yield* world.hub.patch(resources.meshDeployments, deployment, refused, { fieldManager: "kubectl" })
  yield* eventually(
    "the version is refused",
    holds(Effect.map(reasonsOf(world), (all) => all.includes("VersionRefused")))
  )
  yield* undeploy(world)
  yield* rest(world)
  return (yield* oursOn(world, cluster)).filter((object) => !object.startsWith("Subscription "))
}, Effect.scoped)

const reasonsOf = ({ hub }: World) =>
  Effect.map(hub.list(resources.meshes), ({ items }) =>
    items.flatMap((mesh) => (statusOf(mesh).conditions ?? []).map(({ reason }) => reason))
  )

/** What has changed on the hub when a new agent may not list control planes. */
const changedWhileUnreadable = Effect.fnUntraced(function* (world: World, plan: Planner) {
  const before = yield* wishesOf(world)
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
  return changes(before, yield* wishesOf(world))
}, Effect.scoped)

/** What has changed on the hub when a new hub controller finds the agent away. */
const changedWhileAway = Effect.fnUntraced(function* (world: World, plan: Planner) {
  const before = yield* wishesOf(world)
  const setAvailable = (available: boolean) => world.ocm.setAddOnAvailable(cluster, available)
  yield* Effect.acquireRelease(setAvailable(false), () => setAvailable(true))
  yield* eventually("the add-on is away", holds(isAway(world)))
  const { working } = yield* world.startProduct({ plan, without: [cluster] })
  yield* working
  yield* rest(world)
  return changes(before, yield* wishesOf(world))
}, Effect.scoped)

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
