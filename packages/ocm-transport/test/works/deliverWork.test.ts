import { assert, describe, it } from "@effect/vitest"
import { labels, type ManifestWork } from "@multicluster-mesh/mesh-model"
import * as Effect from "effect/Effect"
import type { KubeApi, KubeObject } from "../../src/KubeApi.ts"
import { KubeError, NotFound } from "../../src/KubeError.ts"
import { deliverWork } from "../../src/works/deliverWork.ts"
import type { WantedWork } from "../../src/works/isSameWork.ts"

const wanted: WantedWork = {
  cluster: "east",
  name: "mesh-shop",
  labels: labels.markLabels("fleet1", "unit1"),
  annotations: {},
  spec: { workload: { manifests: [] } }
}

const work = (workLabels: Readonly<Record<string, string>>, uid: string): ManifestWork => ({
  apiVersion: "work.open-cluster-management.io/v1",
  kind: "ManifestWork",
  metadata: { name: "mesh-shop", namespace: "east", uid, labels: workLabels },
  spec: { workload: {} }
})

const die = () => Effect.die("not part of a delivery")

/** A hub that has `live`, and notes what is applied. */
const hubWith = (live: KubeObject | undefined) => {
  const applied: Array<KubeObject> = []
  const api: KubeApi = {
    get: () =>
      live === undefined
        ? Effect.fail(new KubeError({ call: "get", reason: new NotFound(), detail: "" }))
        : Effect.succeed(live),
    apply: (_, object, options) =>
      Effect.sync(() => {
        assert.deepStrictEqual(options, { fieldManager: "multicluster-mesh-hub", force: true })
        applied.push(object)
        return object
      }),
    list: die,
    create: die,
    replace: die,
    patch: die,
    delete: die,
    informer: die,
    serves: die
  }
  return { api, applied }
}

describe("deliverWork", () => {
  it.effect("makes a work where there is none", () =>
    Effect.gen(function* () {
      const { api, applied } = hubWith(undefined)
      yield* deliverWork(api, undefined, wanted)
      assert.deepStrictEqual(
        applied.map(({ metadata }) => metadata),
        [{ name: "mesh-shop", namespace: "east", labels: wanted.labels, annotations: {} }]
      )
    })
  )

  it.effect("changes only the very work that it has received", () =>
    Effect.gen(function* () {
      const { api, applied } = hubWith(undefined)
      yield* deliverWork(api, work(wanted.labels, "uid1"), wanted)
      assert.strictEqual(applied[0]?.metadata.uid, "uid1")
    })
  )

  it.effect("leaves a work of somebody else alone, and says what to do", () =>
    Effect.gen(function* () {
      for (const others of [{}, labels.markLabels("fleet2", "unit1")]) {
        const { api, applied } = hubWith(work(others, "uid1"))
        const error = yield* Effect.flip(deliverWork(api, undefined, wanted))
        assert.strictEqual(error._tag, "NotOurWork")
        assert.include(error.message, "east/mesh-shop")
        assert.isEmpty(applied)
      }
    })
  )

  it.effect("takes up a work of its own that it has not received yet", () =>
    Effect.gen(function* () {
      const { api, applied } = hubWith(work(wanted.labels, "uid1"))
      yield* deliverWork(api, undefined, wanted)
      assert.lengthOf(applied, 1)
    })
  )
})
