import { assert, describe } from "@effect/vitest"
import { labels, resources } from "@multicluster-mesh/mesh-model"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { hubNamespaces, type World } from "../../src/World.ts"
import { makePart, movableClock, partsOf } from "../faults/simArena.ts"
import { eventually, find, holds, oursOn, quietly, rest } from "../observing.ts"
import { clusters, federateAll, plantedWorld } from "./settledFleet.ts"

const [away, stays] = clusters
const controlPlane = { namespace: "mesh-system", name: "mesh" }

describe("a cluster that is away for hours, with its hub for a while, while everything is deleted", () => {
  quietly(
    "keeps all until it is back, and then loses what is ours and nothing else",
    Effect.gen(function* () {
      const { clock, parts, users, world } = yield* runningParts
      const before = yield* users.everything
      const oursBefore = yield* oursOn(world, away)
      const worksBefore = yield* worksOf(world, away)
      yield* leave(world, parts)

      // the wishes end, and the hub is away as well before that is carried out everywhere
      yield* world.hub.delete(resources.meshFederations, { namespace: hubNamespaces.users, name: "mcsm" })
      yield* world.hub.delete(resources.meshDeployments, { namespace: hubNamespaces.users, name: "mesh" })
      yield* hubIsAway(world, Effect.andThen(Effect.sleep("300 millis"), clock.after(6)))
      yield* rest(world)
      yield* clock.after(30)
      yield* rest(world)
      assert.deepStrictEqual(yield* worksOf(world, away), worksBefore, "works of the cluster that is away")
      assert.deepStrictEqual(yield* oursOn(world, away), oursBefore)
      assert.isNotEmpty((yield* world.hub.list(resources.meshes)).items, "the records stay")

      // meanwhile somebody on that cluster has made a control plane of their own in place of ours
      const theirs = yield* replaceControlPlane(world)
      yield* comeBack(world, parts)
      yield* eventually("all that is ours has gone", holds(isOurs(world, away, ["Namespace", "Subscription"])))
      yield* eventually("there, too", holds(isOurs(world, stays, ["Subscription"])))
      yield* rest(world)
      const found = yield* find(world.on(away).api, resources.controlPlanes, controlPlane)
      assert.strictEqual(found?.metadata.uid, theirs.metadata.uid, "their control plane")
      assert.deepStrictEqual(found?.["spec"], theirs["spec"])
      assert.strictEqual(yield* users.everything, before)
      assert.deepStrictEqual((yield* world.hub.list(resources.meshPeerings)).items, [])
    })
  )
})

/** A federated fleet, whose product runs in parts by a clock that can be moved. */
const runningParts = Effect.gen(function* () {
  const { users, world } = yield* plantedWorld
  const { clock, move } = yield* movableClock
  const parts = yield* Effect.forEach(partsOf(world), ({ name, run }) =>
    makePart(name, run.pipe(Effect.provideService(Clock.Clock, clock)), (what) => assert.fail(what))
  )
  yield* federateAll(world)
  const after = (hours: number) => Effect.sync(() => void move(hours * 3_600_000))
  return { users, world, parts, clock: { after } }
})

type Parts = Effect.Success<typeof runningParts>["parts"]

const agentIn = (parts: Parts) => parts.filter(({ name }) => name === `agent of ${away}`)

/** OCM loses the cluster: neither its work agent nor ours reaches the hub. */
const leave = Effect.fnUntraced(function* (world: World, parts: Parts) {
  for (const agent of agentIn(parts)) yield* agent.stop
  yield* world.ocm.setAvailable(away, false)
  yield* world.ocm.setAddOnAvailable(away, false)
  yield* rest(world)
})

const comeBack = Effect.fnUntraced(function* (world: World, parts: Parts) {
  yield* world.ocm.setAvailable(away, true)
  for (const agent of agentIn(parts)) yield* agent.start
  yield* world.ocm.setAddOnAvailable(away, true)
})

/** Nobody reaches the hub's API server while `during` runs. */
const hubIsAway = ({ hubSim }: World, during: Effect.Effect<void>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const times = Number.POSITIVE_INFINITY
      yield* hubSim.fail({ _tag: "Refuse", status: 503, message: "on purpose", times })
      yield* hubSim.fail({ _tag: "CutWatch", times })
      yield* during
    })
  )

/** Our works of a cluster, as somebody wished them. */
const worksOf = ({ hub }: World, namespace: string) =>
  Effect.map(hub.list(resources.manifestWorks, { namespace, labelSelector: labels.fleetLabel }), ({ items }) =>
    items.map(({ metadata, spec }) => ({ name: metadata.name, generation: metadata.generation, spec }))
  )

const replaceControlPlane = Effect.fnUntraced(function* (world: World) {
  const { api } = world.on(away)
  yield* api.delete(resources.controlPlanes, controlPlane)
  const isGone = Effect.map(find(api, resources.controlPlanes, controlPlane), (found) => found === undefined)
  yield* eventually("our control plane is gone", holds(isGone))
  return yield* api.create(
    resources.controlPlanes,
    {
      apiVersion: "maistra.io/v2",
      kind: "ServiceMeshControlPlane",
      metadata: controlPlane,
      spec: {
        version: "v2.1",
        security: { trust: { domain: "theirs.local" } },
        gateways: { openshiftRoute: { enabled: false } }
      }
    },
    { fieldManager: "kubectl" }
  )
})

/** Whether only these kinds of ours are left on a cluster. */
const isOurs = (world: World, cluster: string, kinds: ReadonlyArray<string>) =>
  Effect.map(oursOn(world, cluster), (left) => left.every((one) => kinds.some((kind) => one.startsWith(`${kind} `))))
