import { clusterUnitKey } from "./clusterUnits.ts"
import type { HubState } from "./HubState.ts"
import { viewOf } from "./HubView.ts"
import { makeMemo } from "./Memo.ts"
import { wantedMeshes } from "./resolveMeshes.ts"
import { meshUnitKey } from "./WantedMesh.ts"
import { sideNames } from "./WantedPeering.ts"
import { unitHash } from "./works.ts"

/**
 * Whether something on the hub still stands for the unit with this hash: a wish, a record, a work, or an object that
 * cannot be read now. Whatever carries the mark of another unit of this fleet is left over.
 */
export const isLive = (state: HubState, unit: string): boolean =>
  answers(state, unit, [], () => live(state, "", [], () => liveUnits(state)).has(unit))

const answers = makeMemo<boolean>()
const live = makeMemo<ReadonlySet<string>>()

const liveUnits = (state: HubState): ReadonlySet<string> =>
  new Set([
    ...wantedMeshes(state)
      .flatMap((mesh) => [meshUnitKey(mesh), clusterUnitKey(mesh.cluster)])
      .map(unitHash),
    ...state.peerings.flatMap(({ metadata }) => sidesOf(metadata.name)),
    ...state.malformed.flatMap(({ kind, name, namespace }) => {
      if (kind === "Mesh") return [unitHash(meshUnitKey({ cluster: namespace, name }))]
      return kind === "MeshPeering" ? sidesOf(name) : []
    }),
    ...viewOf(state).unitsWithWorks()
  ])

const sidesOf = (peering: string): ReadonlyArray<string> =>
  sideNames.map((side) => unitHash(`peering/${peering}/${side}`))
