import { assert, it } from "@effect/vitest"
import { resources } from "@multicluster-mesh/mesh-model"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import { connectionTo, makeKubeApi } from "../src/index.ts"
import { apiRequests, apiRequestSeconds } from "../src/metrics.ts"
import { configMap, scriptedServer, statusOf } from "./support/scriptedServer.ts"

const shop = { namespace: "shop", name: "shop" }

it.live("requests are counted by verb and answer, repeats and watches too, and timed by verb", () =>
  Effect.gen(function* () {
    const server = yield* scriptedServer(({ method, url }, index) => {
      if (url.searchParams.has("watch")) return { raw: (response) => response.write("\n") }
      if (index === 0) return { status: 503, text: "busy" }
      return method === "POST" ? { status: 201, json: configMap("shop", 1) } : statusOf(404, "NotFound", shop)
    })
    const api = yield* makeKubeApi(connectionTo(server.url))
    yield* Effect.flip(api.get(resources.configMaps, shop))
    yield* api.create(resources.configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata: shop })
    yield* api.informer(resources.configMaps)
    while (server.received.length < 4) yield* Effect.sleep("5 millis")
    yield* Effect.sleep("20 millis")

    const { host } = new URL(server.url)
    const countOf = (verb: string, code: string) =>
      Effect.map(Metric.value(Metric.withAttributes(apiRequests, { host, verb, code })), ({ count }) => count)
    assert.strictEqual(yield* countOf("get", "503"), 1)
    assert.strictEqual(yield* countOf("get", "404"), 1)
    assert.strictEqual(yield* countOf("create", "201"), 1)
    assert.strictEqual(yield* countOf("watch", "200"), 1)
    const { count } = yield* Metric.value(Metric.withAttributes(apiRequestSeconds, { host, verb: "get" }))
    assert.strictEqual(count, 2)
  }).pipe(Effect.provideService(Metric.MetricRegistry, new Map()))
)

it.live("calls wait for the rate limit of their credential, watches do not", () =>
  Effect.gen(function* () {
    const server = yield* scriptedServer(({ url }) =>
      url.searchParams.has("watch") ? { raw: (response) => response.write("\n") } : { json: configMap("shop", 1) }
    )
    const api = yield* makeKubeApi(connectionTo(server.url), { rateLimit: { qps: 0.001, burst: 1 } })
    yield* api.get(resources.configMaps, shop)
    yield* api.informer(resources.configMaps)
    while (server.received.length < 2) yield* Effect.sleep("5 millis")
    const answer = yield* Effect.timeoutOption(api.get(resources.configMaps, shop), "100 millis")
    assert.strictEqual(answer._tag, "None")
    assert.strictEqual(server.received.length, 2)
  })
)
