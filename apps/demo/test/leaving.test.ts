import { assert, describe } from "@effect/vitest"
import { labels, resources } from "@multicluster-mesh/mesh-model"
import * as Effect from "effect/Effect"
import type { World } from "../src/World.ts"
import { federated, lookAtClusters, settledFleet } from "./disasters/settledFleet.ts"
import { eventually, quietly, rest } from "./observing.ts"

const [one, two] = ["managedcluster1", "managedcluster2"] as const

const addOnOf = ({ hub }: World, namespace: string) =>
  Effect.catchReason(
    hub.get(resources.managedClusterAddOns, { namespace, name: labels.addonName }),
    "KubeError",
    "NotFound",
    () => Effect.undefined
  )

const hasGone = (world: World, cluster: string) =>
  eventually(
    `the add-on of ${cluster} is gone`,
    Effect.map(addOnOf(world, cluster), (addOn) => ({
      done: addOn === undefined,
      progress: [JSON.stringify(addOn?.["status"])]
    }))
  )

/** Waits until a finalizer holds the add-on of a cluster, or none does. */
const isHeld = (world: World, cluster: string, held = true) =>
  eventually(
    `the add-on of ${cluster} is ${held ? "" : "not "}held`,
    Effect.map(addOnOf(world, cluster), (addOn) => {
      const { finalizers = [] } = addOn?.metadata ?? {}
      return { done: finalizers.length > 0 === held, progress: finalizers }
    })
  )

const peerings = ({ hub }: World) => Effect.map(hub.list(resources.meshPeerings), ({ items }) => items)

const isOfPeering = (line: string): boolean => /ConfigMap|ServiceMeshPeer|ServiceSet/u.test(line)

/** Without the generation: a control plane loses its gateways. */
const identity = (line: string): string => line.replace(/ generation .*/u, "")

describe("an add-on that is removed from a cluster", () => {
  quietly(
    "undoes the federations of its meshes first, leaves the meshes, and federates them anew when it is back",
    Effect.gen(function* () {
      const { before, users, world } = yield* settledFleet({ preDeleteLimit: "1 minute" })
      for (const cluster of [one, two]) yield* isHeld(world, cluster)
      yield* world.ocm.setAddOnInstalled(one, false)
      yield* hasGone(world, one)
      assert.deepStrictEqual(yield* peerings(world), [])
      yield* isHeld(world, two, false)
      yield* rest(world)

      const after = yield* lookAtClusters(world, users)
      assert.deepStrictEqual(after.ours.filter(isOfPeering), [])
      assert.deepStrictEqual(after.ours.map(identity), before.ours.filter((line) => !isOfPeering(line)).map(identity))
      assert.strictEqual(after.users, before.users)
      for (const { api } of world.clusters) {
        const { items } = yield* api.list(resources.controlPlanes, { labelSelector: labels.fleetLabel })
        assert.strictEqual(items.length, 1)
        assert.notInclude(JSON.stringify(items[0]?.["spec"]), "additionalIngress")
      }

      yield* world.ocm.setAddOnInstalled(one, true)
      yield* federated(world)
      assert.deepStrictEqual(
        (yield* lookAtClusters(world, users)).ours.map((line) => line.split(" ").slice(0, 3).join(" ")),
        before.ours.map((line) => line.split(" ").slice(0, 3).join(" "))
      )
    })
  )

  quietly(
    "waits no longer than the limit for an agent that does not answer, leaves everything, and says so",
    Effect.gen(function* () {
      const { before, users, world } = yield* settledFleet({ preDeleteLimit: "2 seconds" })
      yield* isHeld(world, one)
      yield* world.ocm.setAddOnAvailable(one, false)
      yield* rest(world)
      yield* world.ocm.setAddOnInstalled(one, false)
      yield* hasGone(world, one)
      yield* rest(world)
      assert.deepStrictEqual(yield* lookAtClusters(world, users), { ours: before.ours, users: before.users })
      const [peering] = yield* peerings(world)
      assert.isDefined(peering)
      const { items } = yield* world.hub.list(resources.events, { namespace: one })
      const [event] = items.filter((item) => item["reason"] === "PreDeleteGivenUp")
      assert.include(String(event?.["message"]), `MeshPeering ${peering?.metadata.name}`)
    })
  )
})
