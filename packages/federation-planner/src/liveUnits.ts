import { labels } from "@multicluster-mesh/mesh-model"
import { clusterUnitKey } from "./clusterUnits.ts"
import type { HubState } from "./HubState.ts"
import { meshUnitKey, type WantedMesh } from "./WantedMesh.ts"
import { sideNames } from "./WantedPeering.ts"
import { unitHash } from "./works.ts"

/**
 * The hashes of all units that something on the hub still stands for: a wish, a record, a work, or an object that
 * cannot be read now. Whatever carries the mark of another unit of this fleet is left over.
 */
export const liveUnits = (state: HubState, meshes: ReadonlyArray<WantedMesh>): ReadonlySet<string> =>
  new Set([
    ...meshes.flatMap((mesh) => [meshUnitKey(mesh), clusterUnitKey(mesh.cluster)]).map(unitHash),
    ...state.peerings.flatMap(({ metadata }) => sidesOf(metadata.name)),
    ...state.malformed.flatMap(({ kind, name, namespace }) => {
      if (kind === "Mesh") return [unitHash(meshUnitKey({ cluster: namespace, name }))]
      return kind === "MeshPeering" ? sidesOf(name) : []
    }),
    ...state.works.flatMap(({ metadata }) => metadata.labels?.[labels.unitLabel] ?? [])
  ])

const sidesOf = (peering: string): ReadonlyArray<string> =>
  sideNames.map((side) => unitHash(`peering/${peering}/${side}`))
