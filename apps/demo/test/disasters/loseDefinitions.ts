import { assert } from "@effect/vitest"
import { customResourceDefinitions, labels, resources } from "@multicluster-mesh/mesh-model"
import * as Effect from "effect/Effect"
import { applyExample } from "../../src/applyYaml.ts"
import type { UsersMesh } from "../../src/plant.ts"
import type { World } from "../../src/World.ts"
import { deploy, eventually, find, holds, rest } from "../observing.ts"
import { clusters, federated, harm, type Look, lookAt, lookAtClusters, touched } from "./settledFleet.ts"

/** The kinds that people write, and their definitions: while the others stay, the end of a wish could be recorded. */
const wishes = [resources.meshDeployments, resources.meshFederations]
const definitions = customResourceDefinitions().filter(({ metadata }) =>
  wishes.some(({ group, plural }) => metadata.name === `${plural}.${group}`)
)

/** Deletes the definitions of all wishes, makes them and the wishes again, and looks what that does to the clusters. */
export const loseDefinitions = Effect.fnUntraced(function* (world: World, users: UsersMesh, before: Look) {
  assert.lengthOf(definitions, 2)
  for (const { metadata } of definitions) yield* world.hub.delete(resources.customResourceDefinitions, metadata)
  yield* rest(world)
  assert.deepStrictEqual(touched(before, yield* lookAtClusters(world, users)), [])
  assert.isTrue(yield* areTakenUp(world), "the wishes wait for a person")

  // as docs/troubleshooting.md says
  for (const type of wishes)
    for (const { metadata } of (yield* world.hub.list(type)).items)
      yield* world.hub.patch(type, metadata, { metadata: { finalizers: null } }, { fieldManager: "kubectl" })
  for (const { metadata } of definitions) {
    const isGone = Effect.map(
      find(world.hub, resources.customResourceDefinitions, metadata),
      (found) => found === undefined
    )
    yield* eventually(`the definition ${metadata.name} is gone`, holds(isGone))
  }
  yield* rest(world)
  assert.deepStrictEqual(touched(before, yield* lookAtClusters(world, users)), [])

  for (const definition of definitions)
    yield* world.hub.apply(resources.customResourceDefinitions, definition, { fieldManager: "helm" })
  yield* deploy(world, ...clusters)
  yield* applyExample(world.hub, "mesh-federation-services.yaml")
  yield* eventually("the wishes are taken up again", holds(areTakenUp(world)))
  yield* federated(world)
  assert.deepStrictEqual(harm(before, yield* lookAt(world, users)), [])
})

/** Whether all wishes carry our finalizer. */
const areTakenUp = ({ hub }: World) =>
  Effect.map(
    Effect.forEach(wishes, (type) => hub.list(type)),
    (lists) =>
      lists.every(
        ({ items }) =>
          items.length > 0 && items.every(({ metadata }) => metadata.finalizers?.includes(labels.recordFinalizer))
      )
  )
