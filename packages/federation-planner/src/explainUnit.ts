import { names } from "@multicluster-mesh/mesh-model"
import type { Explanation } from "./Plan.ts"
import type { Unit } from "./Unit.ts"
import { marked } from "./works.ts"

/** Why each object of a unit is, or will be, where it is. */
export const explainUnit = (unit: Unit, fleetId: string): ReadonlyArray<Explanation> =>
  unit.stages.flatMap((stage) =>
    (stage.objects ?? []).map((object) => ({
      cluster: unit.cluster,
      object: marked(object, fleetId, unit),
      work: names.workName(unit.key, stage.name),
      chain: unit.chain
    }))
  )
