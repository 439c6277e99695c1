import { makeRawClient, startControllers, startControlPlane } from "@multicluster-mesh/testenv"
import * as Effect from "effect/Effect"

const program = Effect.gen(function* () {
  const plane = yield* startControlPlane("hub") // 4 to 9 seconds
  yield* startControllers(plane) // garbage collection, namespaces that drain; after the CRDs
  const raw = yield* makeRawClient(plane.connection)
  yield* plane.forget // etcd is compacted
  yield* plane.restartApiServer("1 second")
  return raw
}).pipe(Effect.scoped)

await Effect.runPromise(program)
