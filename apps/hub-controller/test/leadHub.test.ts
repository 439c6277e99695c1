import { makeKubeSim } from "@multicluster-mesh/kube-sim"
import { resources } from "@multicluster-mesh/mesh-model"
import { makeKubeApi, type Readiness } from "@multicluster-mesh/ocm-transport"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { leadHub, leaseName } from "../src/leadHub.ts"

it.live("a second instance stands by and is ready, and leads when the first has stopped", () =>
  Effect.gen(function* () {
    const sim = yield* makeKubeSim()
    const leaseApi = yield* makeKubeApi(sim.connection)
    const said: Record<string, Array<Readiness>> = { first: [], second: [] }
    const lead = (identity: "first" | "second") =>
      leadHub({
        leaseApi,
        addonNamespace: "default",
        identity,
        onReadiness: (readiness) => Effect.sync(() => said[identity]?.push(readiness))
      })
    yield* Effect.scoped(
      Effect.gen(function* () {
        const first = yield* lead("first")
        assert.strictEqual(yield* first.whileHeld(Effect.succeed("worked")), "worked")
        yield* Effect.scoped(
          Effect.gen(function* () {
            yield* lead("second")
            while (said["second"]?.length === 0) yield* Effect.sleep("10 millis")
          })
        )
      })
    )
    assert.deepStrictEqual(said["first"], [{ ready: false, message: "leads, and starts" }])
    assert.deepStrictEqual(said["second"], [{ ready: true, message: "stands by: first leads" }])
    const lease = yield* leaseApi.get(resources.leases, { namespace: "default", name: leaseName })
    assert.deepInclude(lease["spec"], { holderIdentity: "", leaseTransitions: 0 })
    const second = yield* lead("second")
    assert.strictEqual(yield* second.whileHeld(Effect.succeed("worked")), "worked")
  })
)
