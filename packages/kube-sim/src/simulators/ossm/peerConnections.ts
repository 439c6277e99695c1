import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Again } from "../runController.ts"
import { makeTimers } from "../Timers.ts"
import type { Mesh } from "./Mesh.ts"
import type { OssmWorld } from "./OssmWorld.ts"
import { reachDiscovery } from "./reach.ts"

/** istiod's watches of its peers: each begins `delay` after the peer can be reached, and ends when it cannot be. */
export const makePeerConnections = (world: OssmWorld, delay: Duration.Duration) => {
  const timers = makeTimers()

  /** `rules`: the spec of the import set, which counts from the beginning of the watch. */
  return Effect.fnUntraced(function* (mesh: Mesh, peer: KubeObject, rules: unknown): Effect.fn.Return<Again> {
    const { name, uid } = peer.metadata
    const key = `${uid}/connect`
    if (reachDiscovery(world, mesh, name)._tag === "Failed") {
      mesh.istiod.connectedAt.delete(name)
      timers.forget(key)
      return undefined
    }
    if (mesh.istiod.connectedAt.has(name)) return undefined
    const left = yield* timers.left(key, delay)
    if (left !== undefined) return left
    mesh.istiod.connectedAt.set(name, yield* Clock.currentTimeMillis)
    mesh.istiod.importRules.set(name, rules)
    return undefined
  })
}
