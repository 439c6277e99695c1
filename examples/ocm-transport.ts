import { resources } from "@multicluster-mesh/mesh-model"
import { keyOf, kubeConfigFile, makeKubeApi, reconcileByKey } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

// says of each Mesh on the hub how it is, at first and whenever it changes, until it is stopped
const program = Effect.gen(function* () {
  const hub = yield* makeKubeApi(yield* kubeConfigFile("hub.kubeconfig"), { rateLimit: { qps: 20, burst: 40 } })
  const meshes = yield* hub.informer(resources.meshes) // lives as long as the scope, whatever the server does
  const keys = Stream.map(meshes.changes, keyOf)
  return yield* reconcileByKey(keys, (key) =>
    Effect.gen(function* () {
      const mesh = (yield* meshes.list).find((object) => keyOf(object.metadata) === key)
      yield* Effect.logInfo(mesh === undefined ? "gone" : JSON.stringify(mesh["status"]))
    }).pipe(Effect.annotateLogs({ key }))
  )
}).pipe(Effect.scoped)

await Effect.runPromise(program)
