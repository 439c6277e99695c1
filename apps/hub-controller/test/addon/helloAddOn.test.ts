import { assert, describe } from "@effect/vitest"
import { resources } from "@multicluster-mesh/mesh-model"
import type { AddOn } from "@multicluster-mesh/ocm-transport/addon"
import * as Effect from "effect/Effect"
import { conditionOf, deployWork, find, makeAddOnWorld, quietly, readAddOn, start, until } from "./addOnWorld.ts"

const example = new URL("../../../../examples/hello-addon.ts", import.meta.url)
const loadExample = Effect.promise((): Promise<{ readonly helloAddOn: AddOn }> => import(example.href))

describe("an add-on of another author", () => {
  quietly(
    "is deployed, registered and judged by what its objects say",
    Effect.gen(function* () {
      const world = yield* makeAddOnWorld
      const ref = { namespace: "east", name: "hello" }
      yield* world.hub.create(resources.managedClusterAddOns, {
        apiVersion: "addon.open-cluster-management.io/v1alpha1",
        kind: "ManagedClusterAddOn",
        metadata: ref,
        spec: { installNamespace: "greetings" }
      })
      const conditions = [{ type: "Configured", status: "True", lastTransitionTime: "2026-01-01T00:00:00Z" }]
      yield* world.hub.patch(resources.managedClusterAddOns, ref, { status: { conditions } }, { subresource: "status" })
      yield* start(world, (yield* loadExample).helloAddOn)
      const said = yield* until(
        find(world.on("east"), resources.configMaps, { namespace: "greetings", name: "hello" }),
        (found) => found !== undefined
      )
      assert.deepStrictEqual(said?.["data"], { greeting: "hello, east" })
      yield* until(readAddOn(world, "east", "hello"), ({ status }) => status?.registrations !== undefined)

      // what the work agent of a real cluster would read
      const name = deployWork("east", "hello")
      const work = yield* world.hub.get(resources.manifestWorks, name)
      assert.include(JSON.stringify(work["spec"]), '"path":".data.greeting"')
      const before = yield* until(
        readAddOn(world, "east", "hello"),
        (addOn) => conditionOf(addOn, "Available") !== undefined
      )
      assert.notStrictEqual(conditionOf(before, "Available")?.status, "True")
    })
  )
})
