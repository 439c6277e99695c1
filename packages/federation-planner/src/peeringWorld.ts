import {
  hashOf,
  identityKey,
  identityOf,
  labels,
  manifestsOf,
  type KubeObject,
  type ManifestWork,
  type MeshPeering,
  type ObjectIdentity
} from "@multicluster-mesh/mesh-model"
import type { HubState } from "./HubState.ts"
import { knowledgeByCluster, type Know } from "./knowledgeByCluster.ts"
import { sideUnitKey, type SideName } from "./WantedPeering.ts"

/** What peerings are decided from, with what is looked up often at hand. */
export interface PeeringWorld {
  readonly state: HubState
  readonly know: Know
  /** Works that carry objects of a unit, as the hub has them. */
  readonly worksOf: (cluster: string, unit: string) => ReadonlyArray<ManifestWork>
}

const worlds = new WeakMap<HubState, PeeringWorld>()

/** Returns the world of `state`; each fact is read once, however often it is asked for. */
export const peeringWorld = (state: HubState): PeeringWorld => {
  const before = worlds.get(state)
  if (before !== undefined) return before
  const works = new Map<string, Array<ManifestWork>>()
  for (const work of state.works) {
    const key = `${work.metadata.namespace ?? ""} ${work.metadata.annotations?.[labels.unitAnnotation] ?? ""}`
    works.set(key, [...(works.get(key) ?? []), work])
  }
  const world: PeeringWorld = {
    state,
    know: knowledgeByCluster(state),
    worksOf: (cluster, unit) => works.get(`${cluster} ${unit}`) ?? []
  }
  worlds.set(state, world)
  return world
}

/** The object `identity` as the works of one side carry it; undefined when none does. */
export const carriedObject = (
  world: PeeringWorld,
  peering: MeshPeering,
  side: SideName,
  identity: ObjectIdentity
): KubeObject | undefined => {
  const key = identityKey(identity)
  return world
    .worksOf(peering.spec[side].cluster, sideUnitKey(peering, side))
    .flatMap(manifestsOf)
    .find((manifest) => identityKey(identityOf(manifest)) === key)
}

/** Whether `identity` is known to be on the side's cluster with the mark of the side's unit. */
export const isOurs = (
  world: PeeringWorld,
  peering: MeshPeering,
  side: SideName,
  identity: ObjectIdentity
): boolean => {
  const object = world.know(peering.spec[side].cluster).object(identity)
  return (
    object.state === "Present" &&
    object.mark?.fleetId === world.state.fleetId &&
    object.mark.unit === hashOf(sideUnitKey(peering, side))
  )
}
