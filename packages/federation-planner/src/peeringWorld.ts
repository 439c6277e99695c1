import {
  identityKey,
  identityOf,
  manifestsOf,
  type KubeObject,
  type MeshPeering,
  type ObjectIdentity
} from "@multicluster-mesh/mesh-model"
import type { HubState } from "./HubState.ts"
import { knowledgeByCluster, type Know } from "./knowledgeByCluster.ts"
import { sideUnitKey, type SideName } from "./WantedPeering.ts"
import { isOurs, worksOf } from "./works.ts"

/** What peerings are decided from: the hub, and what is known of each cluster. */
export interface PeeringWorld {
  readonly state: HubState
  readonly know: Know
}

/** The object `identity` as the works of one side carry it; undefined when none does. */
export const carriedObject = (
  world: PeeringWorld,
  peering: MeshPeering,
  side: SideName,
  identity: ObjectIdentity
): KubeObject | undefined => {
  const key = identityKey(identity)
  return worksOf(world.state, peering.spec[side].cluster, sideUnitKey(peering, side))
    .flatMap(manifestsOf)
    .find((manifest) => identityKey(identityOf(manifest)) === key)
}

/** Whether `identity` is known to be on the side's cluster with the mark of the side's unit. */
export const isOnCluster = (
  world: PeeringWorld,
  peering: MeshPeering,
  side: SideName,
  identity: ObjectIdentity
): boolean =>
  isOurs(world.know(peering.spec[side].cluster).object(identity), world.state.fleetId, sideUnitKey(peering, side))

const worlds = new WeakMap<HubState, PeeringWorld>()

/** The world of `state`; what is known of a cluster is read once. */
export const peeringWorld = (state: HubState): PeeringWorld => {
  const world = worlds.get(state) ?? { state, know: knowledgeByCluster(state) }
  worlds.set(state, world)
  return world
}
