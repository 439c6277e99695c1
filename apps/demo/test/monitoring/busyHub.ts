import { resources } from "@multicluster-mesh/mesh-model"
import { holdLeadership, makeKubeApi } from "@multicluster-mesh/ocm-transport"
import { serveHealth } from "@multicluster-mesh/ocm-transport/health"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import { applyExample } from "../../src/applyYaml.ts"
import { hubNamespaces, makeWorld } from "../../src/World.ts"
import { deploymentFor, eventually } from "../observing.ts"
import { type Family, readExposition } from "./Exposition.ts"

const clusters = ["managedcluster1", "managedcluster2"]

/**
 * Runs the product on simulated clusters in trouble: writes are refused, watches end, calls wait for our own limit.
 * Returns what `/metrics` shows as soon as `isEnough` of it.
 */
export const metricsOfBusyHub = (isEnough: (families: ReadonlyArray<Family>) => ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const world = yield* makeWorld({ clusters, speed: 150 })
    const port = yield* serveHealth(0, Effect.succeed({ ready: true, message: "works" }), "127.0.0.1")
    for (const verb of ["create", "apply"] as const) {
      yield* world.hubSim.fail({
        _tag: "Refuse",
        verb,
        resource: "manifestworks",
        status: 403,
        message: "no",
        times: 3
      })
    }
    yield* world.hubSim.fail({ _tag: "Gone", resource: "meshes", times: 1 })

    const { working } = yield* world.startProduct({ preDeleteLimit: "1 minute" })
    const lease = { namespace: hubNamespaces.addon, name: "hub", identity: "hub-0", onStanding: () => Effect.void }
    yield* holdLeadership({ api: world.hub, ...lease })
    const limited = yield* makeKubeApi(world.hubSim.connection, { rateLimit: { qps: 20, burst: 1 } })
    yield* Effect.all([limited.list(resources.meshes), limited.list(resources.meshes)], { concurrency: 2 })
    yield* working
    yield* world.hub.apply(resources.meshDeployments, deploymentFor(...clusters), { fieldManager: "kubectl" })
    yield* applyExample(world.hub, "mesh-federation.yaml")
    yield* world.hubSim.fail({ _tag: "CutWatch", resource: "meshes" })

    let families: ReadonlyArray<Family> = []
    yield* eventually(
      "all metrics are shown",
      Effect.map(
        Effect.promise(async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text()),
        (text) => {
          families = readExposition(text)
          const progress = isEnough(families)
          return { done: progress.length === 0, progress }
        }
      )
    )
    return families
  }).pipe(Effect.scoped, Effect.provideService(Metric.MetricRegistry, new Map()))
