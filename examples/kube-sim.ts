import { makeKubeSim } from "@multicluster-mesh/kube-sim"
import { customResourceDefinitions, resources } from "@multicluster-mesh/mesh-model"
import { makeKubeApi } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"

const program = Effect.gen(function* () {
  const sim = yield* makeKubeSim({ name: "hub", crds: customResourceDefinitions() }) // lives as long as the scope
  const api = yield* makeKubeApi(sim.connection)
  yield* sim.fail({ _tag: "Refuse", verb: "apply", status: 429, message: "slow down", retryAfterSeconds: 1 })
  yield* sim.fail({ _tag: "StaleWatch", resource: "configmaps" }) // open watches tell nothing any more
  // run what is to be tested against `api`, such as
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } }
  yield* api.apply(resources.namespaces, namespace, { fieldManager: "me" }) // refused once, and tried again
  return yield* sim.writes // what was written, by whom
}).pipe(Effect.scoped)

console.log(await Effect.runPromise(program))
