import { noManagedCluster } from "./conditions.ts"
import { deliverUnit } from "./deliverUnit.ts"
import { explainUnit } from "./explainUnit.ts"
import { type ClusterKnowledge, isUnderstood } from "./Knowledge.ts"
import { isDue, removalTime } from "./removalTime.ts"
import { removeUnit } from "./removeUnit.ts"
import type { Unit } from "./Unit.ts"
import { nothingToDo, type UnitFacts, type UnitPlan } from "./UnitPlan.ts"

/** Plans the works of one unit. Without a living agent, or with an unknown input, its works stay byte for byte. */
export const planUnit = (unit: Unit, facts: UnitFacts): UnitPlan => {
  const held = unit.heldBecause ?? unavailable(facts.knowledge)
  if (held !== undefined) {
    return { ...nothingToDo(unit), phase: "Held", message: held, explanations: explainUnit(unit, facts.fleetId) }
  }
  if (unit.removal === undefined) return deliverUnit(unit, facts, true)
  if (!isDue(unit.removal, facts.now)) {
    const recheckAt = removalTime(unit.removal)
    const message = recheckAt === undefined ? "a record of removal whose time can be read" : ""
    return { ...deliverUnit(unit, facts, false), phase: "Removing", message, recheckAt }
  }
  if (unit.removalWaitsFor !== undefined) {
    return { ...deliverUnit(unit, facts, false), phase: "Removing", message: unit.removalWaitsFor }
  }
  return removeUnit(unit, unit.removal, facts)
}

const unavailable = (knowledge: ClusterKnowledge): string | undefined => {
  const facts = knowledge.facts
  if (facts === undefined) return noManagedCluster(knowledge.cluster)
  if (facts.deleting) return `the cluster ${knowledge.cluster} is being detached`
  if (!facts.available) return `the cluster ${knowledge.cluster} is not available`
  if (!facts.addOnAvailable) return `the agent on ${knowledge.cluster} is not available`
  if (!isUnderstood(facts)) return `the agent on ${knowledge.cluster} is of a release that is not understood`
  return knowledge.reported ? undefined : `the agent on ${knowledge.cluster} has not reported yet`
}
