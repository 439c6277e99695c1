import { assert, it } from "@effect/vitest"
import type { Plan, WorkAction } from "@multicluster-mesh/federation-planner"
import { makeKubeSim, ocmHubCrds } from "@multicluster-mesh/kube-sim"
import { customResourceDefinitions, labels, resources } from "@multicluster-mesh/mesh-model"
import { type KubeApi, KubeError, makeKubeApi, Unavailable } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { leadHub } from "../src/leadHub.ts"
import { defaultAddonNamespace, runHub } from "../src/runHub.ts"

const count = 1200

const workNamed = (name: string, fleetId: string): WorkAction => ({
  _tag: "ApplyWork",
  cluster: "east",
  name,
  labels: labels.markLabels(fleetId, "unit1"),
  annotations: { [labels.unitAnnotation]: "cluster/x" },
  spec: {
    workload: { manifests: [{ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "mesh" } }] },
    deleteOption: { propagationPolicy: "Orphan" },
    manifestConfigs: []
  }
})

const plan = ({ fleetId }: { readonly fleetId: string }): Plan => ({
  works: Array.from({ length: count }, (_, index) => workNamed(`work-${index}`, fleetId)),
  objects: [],
  statuses: [],
  explanations: [],
  recheckAt: undefined
})

const until = (is: () => boolean) =>
  Effect.sleep("50 millis").pipe(Effect.repeat({ until: is }), Effect.timeout("1 minute"))

/** It takes most of a minute: the old leader stops by itself, and only then the new one may begin. */
it.live(
  "a leader that loses its lease in the middle of a delivery writes nothing once another leads, and nothing is written twice",
  () =>
    Effect.gen(function* () {
      const sim = yield* makeKubeSim({ crds: [...customResourceDefinitions(), ...ocmHubCrds] })
      const admin = yield* makeKubeApi(sim.connection)
      for (const name of [defaultAddonNamespace, "east"])
        yield* admin.create(resources.namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name } })
      yield* sim.fail({ _tag: "Delay", resource: "manifestworks", verb: "apply", duration: "500 millis" })
      const begun: Array<string> = []
      let isCut = false
      const start = Effect.fnUntraced(function* (identity: string) {
        const hub = yield* makeKubeApi(sim.connection)
        const leaseApi = yield* makeKubeApi(sim.connection)
        const told: KubeApi = {
          ...hub,
          apply: (type, object, options) =>
            Effect.suspend(() => {
              begun.push(identity)
              return hub.apply(type, object, options)
            })
        }
        const cut = <A>(call: Effect.Effect<A, KubeError>) =>
          Effect.suspend(() =>
            isCut && identity === "first"
              ? Effect.fail(new KubeError({ call: "lease", reason: new Unavailable({}), detail: "cut" }))
              : call
          )
        const { whileHeld } = yield* leadHub({
          leaseApi: {
            ...leaseApi,
            get: (...call) => cut(leaseApi.get(...call)),
            create: (...call) => cut(leaseApi.create(...call)),
            replace: (...call) => cut(leaseApi.replace(...call))
          },
          addonNamespace: defaultAddonNamespace,
          identity,
          onReadiness: () => Effect.void
        })
        yield* Effect.forkScoped(whileHeld(Effect.scoped(runHub({ hub: told, plan }))))
      })
      yield* start("first")
      yield* until(() => begun.length > 100)
      yield* start("second")
      isCut = true
      yield* until(() => begun.includes("second"))
      const written = Effect.map(sim.writes, (writes) => writes.filter(({ resource }) => resource === "manifestworks"))
      yield* written.pipe(
        Effect.delay("200 millis"),
        Effect.repeat({ until: (writes) => writes.length >= count }),
        Effect.timeout("1 minute")
      )
      assert.notInclude(begun.slice(begun.indexOf("second")), "first")
      assert.isAbove(begun.filter((who) => who === "second").length, 0)
      const names = (yield* written).map(({ name }) => name)
      assert.strictEqual(new Set(names).size, count)
      assert.lengthOf(names, count)
    }).pipe(Effect.scoped, Effect.provide(Logger.layer([]))),
  120_000
)
