import { assert, describe } from "@effect/vitest"
import { resources } from "@multicluster-mesh/mesh-model"
import * as Effect from "effect/Effect"
import { eventually, find, holds, quietly } from "../observing.ts"
import { loseDefinitions } from "./loseDefinitions.ts"
import { federated, harm, lookAt, settledFleet } from "./settledFleet.ts"

/** What the hub controller makes on the hub, and a person may delete by accident. */
const madeByHub = [resources.meshPeerings, resources.meshAgents, resources.meshes, resources.manifestWorks]

describe("what somebody deletes on the hub, and did not mean to", () => {
  quietly(
    "comes back, or waits for a person; nothing on any cluster is touched",
    Effect.gen(function* () {
      const { before, users, world } = yield* settledFleet()
      for (const types of [[resources.meshPeerings], [resources.meshes], madeByHub]) {
        const all = yield* Effect.forEach(types, (type) =>
          Effect.map(world.hub.list(type), ({ items }) => items.map(({ metadata }) => ({ type, metadata })))
        )
        for (const { metadata, type } of all.flat()) {
          yield* world.hub.delete(type, metadata)
          const isAnother = Effect.map(
            find(world.hub, type, metadata),
            (found) => found !== undefined && found.metadata.uid !== metadata.uid
          )
          if (types.length === 1) yield* eventually(`${type.kind} ${metadata.name} is back`, holds(isAnother))
        }
        yield* federated(world)
        assert.deepStrictEqual(harm(before, yield* lookAt(world, users)), [], types.map(({ kind }) => kind).join(", "))
      }
      yield* loseDefinitions(world, users, before)
    }),
    300_000
  )
})
