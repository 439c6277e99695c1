import {
  identityKey,
  identityOf,
  manifestsOf,
  type KubeObject,
  type MeshPeering,
  type ObjectIdentity
} from "@multicluster-mesh/mesh-model"
import type { HubState } from "./HubState.ts"
import { knowledgeOf } from "./Knowledge.ts"
import { sideUnitKey, type SideName } from "./WantedPeering.ts"
import { isOurs, worksOf } from "./works.ts"

/** The object `identity` as the works of one side carry it; undefined when none does. */
export const carriedObject = (
  state: HubState,
  peering: MeshPeering,
  side: SideName,
  identity: ObjectIdentity
): KubeObject | undefined => {
  const key = identityKey(identity)
  return worksOf(state, peering.spec[side].cluster, sideUnitKey(peering, side))
    .flatMap(manifestsOf)
    .find((manifest) => identityKey(identityOf(manifest)) === key)
}

/** Whether `identity` is known to be on the side's cluster with the mark of the side's unit. */
export const isOnCluster = (state: HubState, peering: MeshPeering, side: SideName, identity: ObjectIdentity): boolean =>
  isOurs(knowledgeOf(state, peering.spec[side].cluster).object(identity), state.fleetId, sideUnitKey(peering, side))
