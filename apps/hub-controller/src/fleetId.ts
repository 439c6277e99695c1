import { decodeMeshAgent, resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError, KubeObject } from "@multicluster-mesh/ocm-transport"
import { hubFieldManager } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** The hub lacks something that only its administrator can give. */
export class HubNotPrepared extends Schema.TaggedError<HubNotPrepared>()("HubNotPrepared", {
  problem: Schema.String
}) {
  override get message() {
    return this.problem
  }
}

/** Secret with the id of the fleet, in the namespace of the add-on. */
export const fleetSecret = "multicluster-mesh-fleet"

/** ACM's backup keeps what carries this label; with another fleet id our own objects would be foreign to us. */
const backupLabel = "cluster.open-cluster-management.io/backup"

/**
 * Returns the id of this fleet: what marks objects on managed clusters as ours.
 *
 * It is made at random once, and kept in the Secret `multicluster-mesh-fleet`, which nothing ever changes. A Secret that
 * was lost is made again from what the agents are asked: with another id, all that is ours would be foreign to us.
 */
export const fleetIdOf = Effect.fnUntraced(function* (api: KubeApi, namespace: string) {
  const ref = { namespace, name: fleetSecret }
  const secret = yield* api.get(resources.secrets, ref).pipe(
    Effect.catchReason("KubeError", "NotFound", () => createSecret(api, namespace)),
    Effect.catchReason("KubeError", "AlreadyExists", () => api.get(resources.secrets, ref))
  )
  return yield* readId(secret, namespace)
})

const createSecret = Effect.fnUntraced(function* (api: KubeApi, namespace: string) {
  const id = (yield* knownId(api, namespace)) ?? (yield* randomId)
  return yield* api
    .create(
      resources.secrets,
      {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: fleetSecret, namespace, labels: { [backupLabel]: "" } },
        type: "Opaque",
        data: { id: Base64.encode(id) }
      },
      { fieldManager: hubFieldManager }
    )
    .pipe(
      Effect.catchReason("KubeError", "NotFound", (): Effect.Effect<KubeObject, KubeError | HubNotPrepared> =>
        Effect.fail(
          new HubNotPrepared({
            problem: `namespace ${namespace} does not exist on the hub: create it (the add-on's chart does), or name another by --addon-namespace`
          })
        )
      )
    )
})

/** The id that the MeshAgents on the hub carry in their specs, which the hub controller alone writes. */
const knownId = Effect.fnUntraced(function* (api: KubeApi, namespace: string) {
  const { items } = yield* api
    .list(resources.meshAgents)
    .pipe(Effect.catchReason("KubeError", "NotServed", () => Effect.succeed({ items: [] })))
  const ids = new Set<string>()
  for (const object of items) {
    const agent = yield* Effect.option(decodeMeshAgent(object))
    if (agent._tag === "Some" && isId.test(agent.value.spec.fleetId)) ids.add(agent.value.spec.fleetId)
  }
  if (ids.size > 1) {
    yield* new HubNotPrepared({
      problem: `Secret ${namespace}/${fleetSecret} is missing, and the MeshAgents name several fleets: ${[...ids].sort().join(", ")}. Restore the Secret from a backup`
    })
  }
  return [...ids][0]
})

/** 80 random bits as 16 letters and digits. */
const randomId = Effect.map(Effect.all(Array.from({ length: 16 }, () => Random.nextIntBetween(0, 31))), (digits) =>
  digits.map((digit) => digit.toString(32)).join("")
)

const isId = /^[a-z0-9]{1,63}$/u

const readId = (secret: KubeObject, namespace: string) => {
  const data = secret["data"]
  const encoded: unknown = typeof data === "object" && data !== null && "id" in data ? data.id : undefined
  const id = typeof encoded === "string" ? Result.getOrElse(Base64.decodeString(encoded), () => "") : ""
  return isId.test(id)
    ? Effect.succeed(id)
    : Effect.fail(
        new HubNotPrepared({
          problem: `Secret ${namespace}/${fleetSecret} has no usable "id": restore it from a backup. A new one would make everything on the managed clusters foreign to this hub`
        })
      )
}
