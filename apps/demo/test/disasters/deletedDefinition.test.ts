import { assert, describe } from "@effect/vitest"
import { customResourceDefinitions, labels, resources } from "@multicluster-mesh/mesh-model"
import * as Effect from "effect/Effect"
import { applyExample } from "../../src/applyYaml.ts"
import type { World } from "../../src/World.ts"
import { deploy, eventually, find, holds, quietly, rest } from "../observing.ts"
import { clusters, federated, harm, lookAt, lookAtClusters, settledFleet, touched } from "./settledFleet.ts"

/** The kinds that people write, and their definitions: while the others stay, the end of a wish could be recorded. */
const wishes = [resources.meshDeployments, resources.meshFederations]
const definitions = customResourceDefinitions().filter(({ metadata }) =>
  wishes.some(({ group, plural }) => metadata.name === `${plural}.${group}`)
)

describe("a definition of ours that somebody deletes", () => {
  quietly(
    "takes all objects of its kind with it, and ends no wish: nothing on any cluster is touched",
    Effect.gen(function* () {
      const { before, users, world } = yield* settledFleet()
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
  )
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
