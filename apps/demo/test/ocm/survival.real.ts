import { labels, resources } from "@multicluster-mesh/mesh-model"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import * as Scope from "effect/Scope"
import { expect, it } from "vitest"
import { plantUsersMesh } from "../../src/plant.ts"
import { deploy, eventually, find, holds, listServed, oursOn, undeploy } from "../observing.ts"
import { makeOcmWorld } from "../realWorld.ts"
import { installByPlacement, runAddOnOn } from "./installAddOn.ts"

const cluster = "managedcluster1"

/** Longer than the work agent takes to delete what a work has brought, where it deletes it. */
const agentsMove = Effect.sleep("12 seconds")

it("a user's mesh and ours survive add-on removal and work deletion; a wished deletion leaves nothing of ours", () =>
  Effect.gen(function* () {
    const world = yield* makeOcmWorld({ clusters: [cluster], speed: 20 })
    const { hub } = world
    const users = yield* plantUsersMesh(world, cluster)
    yield* eventually("the user's mesh is ready", users.ready)
    const hubs = yield* runAddOnOn(world)
    const startProduct = Effect.gen(function* () {
      const scope = yield* Scope.make()
      const product = yield* Scope.provide(world.startProduct({ hubOf: (name) => hubs.get(name) ?? hub }), scope)
      yield* product.working
      return Scope.close(scope, Exit.void)
    })
    let stopProduct = yield* startProduct
    yield* deploy(world, cluster)
    const before = { users: yield* users.everything, ours: yield* oursOn(world, cluster) }
    expect(before.ours.filter((line) => line.startsWith("ServiceMeshControlPlane"))).toHaveLength(1)
    const nothingHasChanged = (after: string) =>
      Effect.gen(function* () {
        expect(yield* users.everything, `the user's, after ${after}`).toBe(before.users)
        expect(yield* oursOn(world, cluster), `ours, after ${after}`).toEqual(before.ours)
      })

    const addOn = { namespace: cluster, name: labels.addonName }
    const uidOfAddOn = Effect.map(find(hub, resources.managedClusterAddOns, addOn), (object) => object?.metadata.uid)
    const first = yield* uidOfAddOn
    yield* hub.delete(resources.managedClusterAddOns, addOn)
    yield* eventually(
      "the Placement brings another add-on",
      holds(Effect.map(uidOfAddOn, (uid) => uid !== undefined && uid !== first))
    )
    yield* agentsMove
    yield* nothingHasChanged("its removal from the cluster")

    yield* hub.delete(resources.clusterManagementAddOns, { name: labels.addonName })
    yield* eventually("the add-on is gone", holds(Effect.map(uidOfAddOn, (uid) => uid === undefined)))
    yield* agentsMove
    yield* nothingHasChanged("the deletion of the ClusterManagementAddOn")
    yield* installByPlacement(hub)
    yield* eventually("it is installed again", holds(Effect.map(uidOfAddOn, (uid) => uid !== undefined)))

    yield* stopProduct
    for (const { metadata } of yield* listServed(hub, resources.manifestWorks, { namespace: cluster }))
      yield* hub.delete(resources.manifestWorks, { namespace: cluster, name: metadata.name })
    yield* agentsMove
    yield* nothingHasChanged("the deletion of all works, while the hub controller is away")

    stopProduct = yield* startProduct
    const works = listServed(hub, resources.manifestWorks, { namespace: cluster })
    yield* eventually("there are works again", holds(Effect.map(works, (objects) => objects.length > 0)))
    yield* agentsMove
    yield* nothingHasChanged("the return of the hub controller")

    yield* undeploy(world)
    yield* eventually(
      "a wished deletion leaves nothing of ours but operators",
      Effect.map(oursOn(world, cluster), (left) => {
        const rest = left.filter((line) => !line.startsWith("Subscription "))
        return { done: rest.length === 0, progress: rest }
      })
    )
    yield* stopProduct
  }).pipe(Effect.scoped, Effect.provide(Logger.layer([])), Effect.runPromise))
