import { hashOf, keyOf, type Mesh, type MeshPeering, type Removal } from "@multicluster-mesh/mesh-model"
import type { HubState } from "./HubState.ts"

type Recorded = Mesh | MeshPeering

/** `removal` as the hub records it on an object: with the seal by which it knows its own record again. */
export const sealed = (fleetId: string, object: Pick<Recorded, "kind" | "metadata">, removal: Removal): Removal => ({
  ...removal,
  seal: sealOf(fleetId, object)
})

/**
 * Made from what outlives a restart and a restore: the fleet and the name of the object. It is no secret, and keeps
 * nobody out who may write the object; it tells a record from a field that somebody has filled in.
 */
const sealOf = (fleetId: string, object: Pick<Recorded, "kind" | "metadata">): string =>
  hashOf(`${fleetId} ${keyOfRecord(object)}`, 16)

const isForeign = (fleetId: string, object: Recorded): boolean =>
  object.spec.removal !== undefined && object.spec.removal.seal !== sealOf(fleetId, object)

/** The state as it counts: a record of removal that this hub did not write is none; `foreign` as below. */
export const withOwnRecords = (state: HubState, foreign: ReadonlySet<string>): HubState =>
  foreign.size === 0 ? state : stripped(state)

const stripped = (state: HubState): HubState => ({
  ...state,
  meshes: state.meshes.map((mesh) => (isForeign(state.fleetId, mesh) ? withoutRecord.ofMesh(mesh) : mesh)),
  peerings: state.peerings.map((peering) =>
    isForeign(state.fleetId, peering) ? withoutRecord.ofPeering(peering) : peering
  )
})

/** The objects, each by kind and `namespace/name`, on which somebody else has written a record of removal. */
export const foreignRecords = ({ fleetId, meshes, peerings }: HubState): ReadonlySet<string> => {
  const foreign = new Set<string>()
  for (const objects of [meshes, peerings])
    for (const object of objects) if (isForeign(fleetId, object)) foreign.add(keyOfRecord(object))
  return foreign
}

export const keyOfRecord = ({ kind, metadata }: Pick<Recorded, "kind" | "metadata">): string =>
  `${kind} ${keyOf({ metadata })}`

/** Of the same object always the very same one: whoever compares states does so by identity. */
const remembered = <A extends object>(make: (object: A) => A): ((object: A) => A) => {
  const made = new WeakMap<A, A>()
  return (object) => {
    const known = made.get(object) ?? make(object)
    made.set(object, known)
    return known
  }
}

const withoutRecord = {
  ofMesh: remembered<Mesh>((mesh) => {
    const { removal: _, ...spec } = mesh.spec
    return { ...mesh, spec }
  }),
  ofPeering: remembered<MeshPeering>((peering) => {
    const { removal: _, ...spec } = peering.spec
    return { ...peering, spec }
  })
}
