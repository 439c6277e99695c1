import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Ref from "effect/Ref"
import { apiRequests, apiRequestSeconds } from "../src/metrics.ts"
import type { Readiness } from "../src/Readiness.ts"
import { serveHealth } from "../src/serveHealth.ts"

const get = (port: number, path: string) =>
  Effect.promise(async () => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`)
    return [response.status, (await response.text()).trim()] as const
  })

describe("serveHealth", () => {
  it.live("says that the process lives, and whether it does its work", () =>
    Effect.gen(function* () {
      const readiness = yield* Ref.make<Readiness>({ ready: false, message: "waits for the hub" })
      const port = yield* serveHealth(0, Ref.get(readiness), "127.0.0.1")
      assert.deepStrictEqual(yield* get(port, "/healthz"), [200, "ok"])
      assert.deepStrictEqual(yield* get(port, "/readyz?verbose"), [503, "waits for the hub"])
      yield* Ref.set(readiness, { ready: true, message: "works" })
      assert.deepStrictEqual(yield* get(port, "/readyz"), [200, "works"])
      assert.strictEqual((yield* get(port, "/"))[0], 404)
    })
  )

  it.live("shows metrics as Prometheus reads them", () =>
    Effect.gen(function* () {
      const port = yield* serveHealth(0, Effect.succeed({ ready: true, message: "" }), "127.0.0.1")
      const labels = { host: "hub", verb: "apply", code: "200" }
      yield* Metric.update(Metric.withAttributes(apiRequests, labels), 1)
      yield* Metric.update(Metric.withAttributes(apiRequests, labels), 1)
      yield* Metric.update(Metric.withAttributes(apiRequestSeconds, { verb: "apply" }), 0.2)
      const [status, text] = yield* get(port, "/metrics")
      assert.strictEqual(status, 200)
      assert.include(text, "# TYPE mesh_addon_api_requests_total counter")
      assert.include(text, 'mesh_addon_api_requests_total{host="hub",verb="apply",code="200"} 2')
      assert.include(text, 'mesh_addon_api_request_duration_seconds_bucket{verb="apply",le="0.1"} 0')
      assert.include(text, 'mesh_addon_api_request_duration_seconds_bucket{verb="apply",le="0.25"} 1')
    }).pipe(Effect.provideService(Metric.MetricRegistry, new Map()))
  )

  it.live("frees its port with the scope, and says when a port is taken", () =>
    Effect.gen(function* () {
      const ready = Effect.succeed({ ready: true, message: "" })
      const port = yield* Effect.scoped(serveHealth(0, ready, "127.0.0.1"))
      yield* serveHealth(port, ready, "127.0.0.1")
      const error = yield* Effect.flip(serveHealth(port, ready, "127.0.0.1"))
      assert.strictEqual(error._tag, "PortUnavailable")
    })
  )
})
