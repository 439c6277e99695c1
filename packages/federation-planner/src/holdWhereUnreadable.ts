import { names } from "@multicluster-mesh/mesh-model"
import type { HubState } from "./HubState.ts"
import type { Unit } from "./Unit.ts"

/** A unit one of whose works cannot be read is not touched: what that work carries is unknown. */
export const holdWhereUnreadable = (state: HubState, unit: Unit): Unit => {
  if (!state.malformed.some(({ kind }) => kind === "ManifestWork")) return unit
  const works = new Set(unit.stages.map(({ name }) => names.workName(unit.key, name)))
  const one = state.malformed.find(
    ({ kind, name, namespace }) => kind === "ManifestWork" && namespace === unit.cluster && works.has(name)
  )
  return one === undefined || unit.heldBecause !== undefined
    ? unit
    : { ...unit, heldBecause: `ManifestWork ${one.namespace}/${one.name} cannot be read: ${one.problem}` }
}
