import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import { applyWork } from "../../src/addon/deploy.ts"
import { connectionTo, type KubeObject, makeKubeApi } from "../../src/index.ts"
import { hubWrites, hubWriteSeconds } from "../../src/metrics.ts"
import { scriptedServer, statusOf } from "../support/scriptedServer.ts"
import { objectOf, workWith } from "./builders.ts"

const kind = "ManifestWork"
const ref = { namespace: "east", name: "addon-mesh-deploy-0" }

/** The work with one manifest, at a version. */
const workOf = (manifest: string, resourceVersion?: string): KubeObject => ({
  ...workWith({ spec: { workload: { manifests: [objectOf("v1", "ConfigMap", manifest)] } } }),
  metadata: { ...ref, ...(resourceVersion !== undefined && { resourceVersion }) }
})

it.live(
  "works that bring agents are counted and timed as written, unchanged or failed; one that is alike is none",
  () =>
    Effect.gen(function* () {
      const answers = [
        { json: workOf("new", "2") },
        { json: workOf("old", "1") },
        statusOf(403, "Forbidden", { kind: "manifestworks" })
      ]
      const server = yield* scriptedServer((_, index) => answers[index] ?? statusOf(500, "Unexpected"))
      const api = yield* makeKubeApi(connectionTo(server.url))
      const addOn = { name: "mesh", manifests: () => Effect.succeed([]) }
      const copies = { works: { upsert: () => Effect.void } }
      const current = [workWith({ metadata: { ...ref, resourceVersion: "1" } })]

      yield* applyWork({ api, addOn, copies }, current, workOf("new"))
      yield* applyWork({ api, addOn, copies }, current, workOf("old"))
      yield* Effect.flip(applyWork({ api, addOn, copies }, current, workOf("new")))
      yield* applyWork({ api, addOn, copies }, current, { ...workOf("old"), spec: { workload: { manifests: [] } } })
      assert.strictEqual(server.received.length, 3)

      const counted = (result: string) =>
        Effect.map(
          Metric.value(Metric.withAttributes(hubWrites, { kind, action: "apply", result })),
          ({ count }) => count
        )
      assert.deepStrictEqual(yield* Effect.forEach(["written", "unchanged", "failed"], counted), [1, 1, 1])
      const { count } = yield* Metric.value(Metric.withAttributes(hubWriteSeconds, { kind }))
      assert.strictEqual(count, 3)
    }).pipe(Effect.provideService(Metric.MetricRegistry, new Map()))
)
