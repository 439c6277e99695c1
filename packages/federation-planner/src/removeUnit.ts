import {
  identityOf,
  isDeleting,
  manifestsOf,
  type ManifestWork,
  type ObjectIdentity,
  type Removal,
  type Verdict
} from "@multicluster-mesh/mesh-model"
import { applyProblem, isApplied } from "./appliedWork.ts"
import { verdict } from "./conditions.ts"
import type { WorkAction } from "./Plan.ts"
import { nothingToDo, type UnitFacts, type UnitPlan } from "./UnitPlan.ts"
import { liftWork, neverRemoved, type Lifted } from "./liftWork.ts"
import type { Unit } from "./Unit.ts"
import { inWords, isOurs, stageOf } from "./works.ts"

/**
 * Takes a unit off its cluster, as its removal record says.
 *
 * `Orphan` deletes the works as they are: their orphaning rules leave everything in place. `Delete` first lifts the
 * rules of what is known to be there and ours, waits until the work agent has taken that in, and then deletes one
 * work after another, the last stage first, each once everything of the stages after it is confirmed to be gone.
 */
export const removeUnit = (unit: Unit, removal: Removal, facts: UnitFacts): UnitPlan => {
  if (facts.works.length === 0) return { ...nothingToDo(unit), phase: "Gone" }
  const removing = (works: ReadonlyArray<WorkAction>, message: string, left: ReadonlyArray<string>): UnitPlan => ({
    ...nothingToDo(unit),
    works,
    phase: "Removing",
    message,
    left
  })
  if (removal.policy === "Orphan") {
    return removing(facts.works.filter(isThere).map(deletion), "its works to be gone", [])
  }
  const steps = stepsOf(unit, facts)
  const left = steps.flatMap((step) => step.lifted.left)
  const emptied = steps.filter((step) => step.lifted._tag === "Empty" && isThere(step.work))
  const lifts = steps.flatMap((step) => (step.lifted._tag === "Lift" ? [step.lifted.work] : []))
  const undecided = steps.find((step) => step.lifted._tag === "Undecided")
  if (emptied.length > 0 || lifts.length > 0 || undecided?.lifted._tag === "Undecided") {
    const waits = undecided?.lifted._tag === "Undecided" ? undecided.lifted.waitsFor : "the work agent to take it in"
    return removing([...lifts, ...emptied.map((step) => deletion(step.work))], waits, left)
  }
  const unapplied = steps.find(
    ({ lifted, work }) => lifted._tag === "Lifted" && lifted.takesAlong && isThere(work) && !isApplied(work)
  )
  if (unapplied !== undefined) {
    const waits = removing([], `the work ${unapplied.work.metadata.name} to be applied`, left)
    return { ...waits, problem: refusalOf(unapplied.work) }
  }
  const last = steps[0]
  if (last === undefined || !isThere(last.work)) return removing([], "its objects to be gone", left)
  const remaining = afterwards(unit, last.work).find((identity) => !isGone(identity, unit, facts))
  if (remaining !== undefined) return removing([], `${inWords(remaining)} to be gone`, left)
  return removing([deletion(last.work)], "its objects to be gone", left)
}

/** What the cluster has against the work agent's owning an object of a lifted work, which is all that it still does. */
const refusalOf = (work: ManifestWork): Verdict | undefined => {
  const [first] = manifestsOf(work).flatMap((object) => {
    const problem = applyProblem(work, object)
    return problem === undefined ? [] : [{ what: inWords(identityOf(object)), problem }]
  })
  return first === undefined
    ? undefined
    : verdict(
        "Delivered",
        "False",
        "RemovalRefused",
        `the removal waits for OCM's work agent to become the owner of ${first.what}, which the cluster refuses: ${first.problem.replace(/\.$/u, "")}. Let the cluster take a change of its metadata, or delete it there by hand; the removal then goes on by itself`
      )
}

interface Step {
  readonly work: ManifestWork
  readonly lifted: Lifted
}

/** The works of a unit, last stage first. Only the last one left may let go of its namespaces. */
const stepsOf = (unit: Unit, facts: UnitFacts): ReadonlyArray<Step> => {
  const works = facts.works.toSorted((a, b) => rankOf(unit, b) - rankOf(unit, a))
  return works.map((work, index) => {
    const inTurn = index === 0 && afterwards(unit, work).every((identity) => isGone(identity, unit, facts))
    return { work, lifted: liftWork(work, unit, facts, inTurn) }
  })
}

/** Place of a work's stage; a stage that the unit does not list came after all it lists. */
const rankOf = (unit: Unit, work: ManifestWork): number => {
  const index = unit.stages.findIndex((stage) => stage.name === stageOf(work))
  return index === -1 ? unit.stages.length : index
}

/** What the stages after that of `work` put on the cluster. */
const afterwards = (unit: Unit, work: ManifestWork): ReadonlyArray<ObjectIdentity> => {
  const rank = rankOf(unit, work)
  return unit.stages
    .slice(rank + 1)
    .flatMap((stage) => stage.identities)
    .filter((identity) => !neverRemoved.has(identity.kind))
}

const isGone = (identity: ObjectIdentity, unit: Unit, facts: UnitFacts): boolean => {
  const known = facts.knowledge.object(identity)
  if (known.state === "Absent" || known.state === "NotServed") return known.confirmed
  return known.state === "Present" && !isOurs(known, facts.fleetId, unit.key)
}

const isThere = (work: ManifestWork): boolean => !isDeleting(work)

const deletion = (work: ManifestWork): WorkAction => ({
  _tag: "DeleteWork",
  cluster: work.metadata.namespace ?? "",
  name: work.metadata.name,
  uid: work.metadata.uid ?? ""
})
