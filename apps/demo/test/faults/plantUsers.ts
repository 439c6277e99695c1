import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { resources } from "@multicluster-mesh/mesh-model"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { plantBookinfoOn, plantUsersMesh } from "../../src/plant.ts"
import type { ApiServer, World } from "../../src/World.ts"
import { lateMember, stageClusters } from "./stages.ts"

/** What users have before we come: a mesh of their own, and the applications that shall be members of ours. */
export const plantUsers = Effect.fnUntraced(function* (world: World<ApiServer, unknown>) {
  const [caller, server] = stageClusters
  const users = yield* plantUsersMesh(world, caller)
  yield* plantBookinfoOn(world, caller, server)
  const late: KubeObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: lateMember } }
  for (const { api } of world.clusters) yield* api.apply(resources.namespaces, late, { fieldManager: "kubectl" })
  yield* users.ready.pipe(
    Effect.filterOrFail(
      ({ done }) => done,
      () => new Error("the user's mesh is not ready")
    ),
    Effect.retry(Schedule.max([Schedule.spaced("100 millis"), Schedule.recurs(600)]))
  )
  return users
})
