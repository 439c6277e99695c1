import { assert } from "@effect/vitest"
import { labels, resources } from "@multicluster-mesh/mesh-model"
import type { KubeObject, ResourceType } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { hubNamespaces, type World } from "../../src/World.ts"
import { eventually, find, holds, rest } from "../observing.ts"
import { federateAll, federated, harm, lookAt, plantedWorld, touched } from "./settledFleet.ts"

/** What a backup of the hub has of ours: specs, labels and annotations of our kinds. No status, no uid, no work. */
export const inBackup: ReadonlyArray<ResourceType> = [
  resources.meshDeployments,
  resources.meshes,
  resources.meshAgents,
  resources.meshFederations,
  resources.meshPeerings
]

/** Loses the hub of a federated fleet, restores its objects kind by kind while the product runs, and looks each time. */
export const restoreInOrder = Effect.fnUntraced(function* (types: ReadonlyArray<ResourceType>) {
  const { users, world } = yield* plantedWorld
  yield* Effect.scoped(Effect.andThen(world.startProduct(), federateAll(world)))
  yield* rest(world)
  const before = yield* lookAt(world, users)
  const backup = yield* backUp(world)
  yield* loseHub(world)
  assert.deepStrictEqual(touched(before, yield* lookAt(world, users)), [], "lost with the hub")

  yield* world.startProduct()
  for (const type of types) {
    for (const object of backup.get(type) ?? []) yield* restore(world, type, object)
    // whatever the product makes of a hub that is restored in part has time to become true
    yield* rest(world)
    assert.deepStrictEqual(touched(before, yield* lookAt(world, users)), [], `after ${type.plural}`)
  }
  yield* federated(world)
  assert.deepStrictEqual(harm(before, yield* lookAt(world, users)), [])
})

const backUp = Effect.fnUntraced(function* ({ hub }: World) {
  const kept = new Map<ResourceType, ReadonlyArray<KubeObject>>()
  for (const type of inBackup) kept.set(type, (yield* hub.list(type)).items.map(withoutLife))
  return kept
})

const withoutLife = ({ apiVersion, kind, metadata, spec }: KubeObject): KubeObject => ({
  apiVersion,
  kind,
  metadata: {
    name: metadata.name,
    namespace: metadata.namespace ?? "",
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    finalizers: metadata.finalizers ?? []
  },
  spec
})

/** All of ours vanishes from the hub, as if it had never been there; what a backup always keeps is the fleet's id. */
const loseHub = Effect.fnUntraced(function* (world: World) {
  const { hub } = world
  for (const type of [...inBackup, resources.manifestWorks])
    for (const { metadata } of (yield* hub.list(type)).items) {
      const isWork = type === resources.manifestWorks
      if (isWork && metadata.labels?.[labels.fleetLabel] === undefined) continue
      // the work agent's finalizer is its own: it finds its work gone, and keeps what orphaning rules name
      if (!isWork) yield* hub.patch(type, metadata, { metadata: { finalizers: null } }, { fieldManager: "disaster" })
      yield* hub.delete(type, metadata)
      yield* eventually(
        `${type.kind} ${metadata.name} is gone`,
        holds(Effect.map(find(hub, type, metadata), (found) => found === undefined))
      )
    }
  const fleet = { namespace: hubNamespaces.addon, name: "multicluster-mesh-fleet" }
  assert.isDefined(yield* find(hub, resources.secrets, fleet))
  yield* rest(world)
})

/** Velero leaves alone what is there already. */
const restore = ({ hub }: World, type: ResourceType, object: KubeObject) =>
  Effect.asVoid(hub.create(type, object, { fieldManager: "velero" })).pipe(
    Effect.catchReason("KubeError", "AlreadyExists", () => Effect.void)
  )
