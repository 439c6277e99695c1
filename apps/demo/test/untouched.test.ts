import { assert, describe } from "@effect/vitest"
import { labels, resources } from "@multicluster-mesh/mesh-model"
import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { applyExample } from "../src/applyYaml.ts"
import { plantUsersMesh } from "../src/plant.ts"
import { allReady, statusOf } from "../src/until.ts"
import { hubNamespaces, makeWorld, type World } from "../src/World.ts"
import { deploy, deploymentFor, eventually, find, oursOn, quietly, rest, undeploy } from "./observing.ts"

describe.concurrent("a user's own mesh", () => {
  quietly(
    "stays byte for byte while ours is deployed beside it, federated and removed",
    Effect.gen(function* () {
      const clusters = ["managedcluster1", "managedcluster2"] as const
      const world = yield* makeWorld({ clusters, speed: 150 })
      const users = yield* plantUsersMesh(world, "managedcluster1")
      yield* eventually("the user's mesh is ready", users.ready)
      yield* rest(world)
      const before: unknown = JSON.parse(yield* users.everything)

      yield* world.startProduct()
      yield* deploy(world, ...clusters)
      assert.deepStrictEqual(JSON.parse(yield* users.everything), before)

      yield* applyExample(world.hub, "mesh-federation.yaml")
      yield* eventually("the pair is proven", allReady(world.hub, resources.meshPeerings, 1))
      assert.deepStrictEqual(JSON.parse(yield* users.everything), before)

      yield* world.hub.delete(resources.meshFederations, { namespace: hubNamespaces.users, name: "mcsm" })
      yield* undeploy(world)
      yield* eventually("our meshes are gone", areMeshes(world, "managedcluster1-istio-system-basic"))
      yield* rest(world)
      assert.deepStrictEqual(yield* oursOn(world, "managedcluster1"), [])
      assert.deepStrictEqual(JSON.parse(yield* users.everything), before)
    })
  )

  quietly(
    "where ours should go is a verdict, and nothing of it is touched",
    Effect.gen(function* () {
      const world = yield* makeWorld({ clusters: [cluster], speed: 150 })
      const users = yield* plantUsersMesh(world, cluster, { namespace: "mesh-system", name: "mesh" })
      yield* eventually("the user's mesh is ready", users.ready)
      yield* rest(world)
      const before: unknown = JSON.parse(yield* users.everything)

      yield* world.startProduct()
      yield* world.hub.apply(resources.meshDeployments, deploymentFor(cluster), { fieldManager: "kubectl" })
      const { message } = yield* refusedDelivery(world, "NamespaceTaken")
      assert.include(message, "mesh-system on managedcluster1 has ServiceMeshControlPlane mesh already")
      yield* rest(world)
      assert.deepStrictEqual(JSON.parse(yield* users.everything), before)

      yield* undeploy(world)
      yield* eventually("our Mesh is gone", areMeshes(world, "managedcluster1-mesh-system-mesh"))
      yield* rest(world)
      assert.deepStrictEqual(JSON.parse(yield* users.everything), before)
    })
  )

  quietly(
    "is a collision where it has what ours needs, and stays when ours goes",
    Effect.gen(function* () {
      const world = yield* makeWorld({ clusters: [cluster], speed: 150 })
      const { api } = world.on(cluster)
      const users = yield* plantUsersMesh(world, cluster)
      yield* eventually("the user's mesh, and so its kinds are there", users.ready)
      yield* api.create(
        resources.namespaces,
        { apiVersion: "v1", kind: "Namespace", metadata: { name: "mesh-system" } },
        { fieldManager: "kubectl" }
      )
      yield* api.create(resources.memberRolls, usersRoll, { fieldManager: "kubectl" })
      yield* rest(world)
      const theirs = Effect.map(
        Effect.all([
          api.get(resources.namespaces, { name: "mesh-system" }),
          api.get(resources.memberRolls, { namespace: "mesh-system", name: "default" })
        ]),
        // the operator says in the rest of them which mesh is there
        (objects) =>
          objects.map(({ metadata: { managedFields, uid }, spec }) => ({
            spec,
            uid,
            ours: managedFields?.some(({ manager }) => manager === labels.workFieldManager)
          }))
      )
      const before = yield* theirs

      yield* world.startProduct()
      yield* world.hub.apply(resources.meshDeployments, deploymentFor(cluster), { fieldManager: "kubectl" })
      const { message } = yield* refusedDelivery(world, "Collision")
      assert.include(message, "ServiceMeshMemberRoll mesh-system/default is there already")
      yield* rest(world)
      assert.deepStrictEqual(yield* theirs, before)

      yield* undeploy(world)
      yield* eventually("our Mesh is gone", areMeshes(world, "managedcluster1-istio-system-basic"))
      yield* rest(world)
      assert.deepStrictEqual(yield* theirs, before)
      assert.deepStrictEqual(yield* oursOn(world, cluster), [])
    })
  )
})

const cluster = "managedcluster1"

/** A member roll where the Mesh of the quickstart needs one of its own. */
const usersRoll: KubeObject = {
  apiVersion: "maistra.io/v1",
  kind: "ServiceMeshMemberRoll",
  metadata: { name: "default", namespace: "mesh-system" },
  spec: { members: ["istio-apps-of-others"] }
}

/** Waits until delivery of our Mesh is refused for `reason`, and returns what that says. */
const refusedDelivery = Effect.fnUntraced(function* ({ hub }: World, reason: string) {
  const delivered = Effect.map(
    find(hub, resources.meshes, { namespace: cluster, name: "managedcluster1-mesh" }),
    (mesh) => mesh && statusOf(mesh).conditions?.find(({ type }) => type === "Delivered")
  )
  yield* eventually(
    `the verdict ${reason}`,
    Effect.map(delivered, (found) => ({ done: found?.reason === reason, progress: [JSON.stringify(found)] }))
  )
  return { message: (yield* delivered)?.message ?? "" }
})

/** Whether these are all Meshes on the hub. */
const areMeshes = ({ hub }: World, ...names: ReadonlyArray<string>) =>
  Effect.map(hub.list(resources.meshes), ({ items }) => {
    const progress = items.map(({ metadata }) => metadata.name)
    return { done: progress.join() === names.join(), progress }
  })
