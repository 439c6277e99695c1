import {
  identityKey,
  identityOf,
  type KubeObject,
  isDeleting,
  type ManifestWork,
  type Verdict
} from "@multicluster-mesh/mesh-model"
import { applyProblem } from "./appliedWork.ts"
import { verdict } from "./conditions.ts"
import { decideObject, type Decision } from "./decideObject.ts"
import { explainUnit } from "./explainUnit.ts"
import type { WorkAction } from "./Plan.ts"
import { nothingToDo, type StageProgress, type UnitFacts, type UnitPlan, type Wait } from "./UnitPlan.ts"
import type { Stage, Unit } from "./Unit.ts"
import { carriedBy, inWords, isOurs, marked, stageOf, workOf, type Carried } from "./works.ts"

/** Above this the work is refused: OCM's webhook takes 500 KiB. */
const maxManifestBytes = 400 * 1024

/**
 * Delivers the stages of a unit, one after the other.
 *
 * A stage comes once every object of the stages before it is reported as ours (or is used as it is), and once it waits
 * for nothing of its own. What is delivered is kept up to date and never taken back by a gate; an object that a
 * delivered stage no longer lists stays as it was delivered, because only a removal takes objects away.
 */
export const deliverUnit = (unit: Unit, facts: UnitFacts, mayBegin: boolean): UnitPlan => {
  const works: Array<WorkAction> = []
  const stages: Array<StageProgress> = []
  let problem: Verdict | undefined
  let blockedBy: string | undefined = mayBegin ? undefined : "it is being removed"
  for (const stage of unit.stages) {
    const outcome = deliverStage(unit, stage, facts, blockedBy, mayBegin)
    if (outcome.work !== undefined) works.push(outcome.work)
    problem ??= outcome.problem
    stages.push(outcome.progress)
    if (outcome.problem !== undefined) blockedBy ??= outcome.problem.message
    else if (!outcome.progress.settled) {
      blockedBy ??= outcome.progress.wait?.message ?? `the objects of stage ${stage.name} to be on the cluster`
    }
  }
  const wait = stages.find((stage) => stage.wait !== undefined)?.wait
  const settled = problem === undefined && wait === undefined && stages.every((stage) => stage.settled)
  return {
    ...nothingToDo(unit),
    works,
    stages,
    problem,
    phase: settled ? "Settled" : "Delivering",
    message: settled ? "" : (problem?.message ?? wait?.message ?? ""),
    wait: problem === undefined ? wait : undefined,
    explanations: explainUnit(unit, facts.fleetId)
  }
}

interface StageOutcome {
  readonly work: WorkAction | undefined
  readonly problem: Verdict | undefined
  readonly progress: StageProgress
}

const deliverStage = (
  unit: Unit,
  stage: Stage,
  facts: UnitFacts,
  blockedBy: string | undefined,
  mayBegin: boolean
): StageOutcome => {
  const received = facts.works.find((work) => stageOf(work) === stage.name)
  const waits = (message: string, problem?: Verdict, reason?: string): StageOutcome => ({
    work: undefined,
    problem,
    progress: { name: stage.name, delivered: received !== undefined, settled: false, wait: { message, reason } }
  })
  if (received !== undefined && isDeleting(received)) return waits(`the work ${received.metadata.name} to be gone`)
  if (stage.objects === undefined) return waits(stage.waitsFor ?? "what it is made from to be known")
  if (received === undefined && blockedBy !== undefined) return waits(blockedBy)
  if (received === undefined && stage.waitsFor !== undefined) return waits(stage.waitsFor, undefined, stage.waitsReason)

  const before = carriedBy(received)
  const decisions = stage.objects
    .map((object) => ({ object, received: before.get(identityKey(identityOf(object))) }))
    .filter((one) => mayBegin || one.received !== undefined)
    .map((one) => decideObject(marked(one.object, facts.fleetId, unit), one.received, unit, facts))
  const collision = decisions.find((decision) => decision._tag === "Collides")
  const waiting = decisions.find((decision) => decision._tag === "Waits")
  if (received === undefined && collision !== undefined)
    return waits(collision.why, verdict("Delivered", "False", "Collision", collision.why))
  // A stage begins as a whole, and a work with an object of which nothing is known stays byte for byte.
  if (waiting !== undefined && (received === undefined || waiting.unknown)) return waits(waiting.why)

  const carried = [...decisions.flatMap(carriedOf), ...keptOf(stage.objects, before, received)]
  const settled = decisions.every((decision) => decision._tag === "UsedAsItIs" || isSettled(decision, unit, facts))
  const progress = {
    name: stage.name,
    delivered: true,
    settled: settled && collision === undefined,
    wait: waiting === undefined ? notSettled(decisions, received, unit, facts) : { message: waiting.why }
  }
  if (carried.length === 0) return { work: undefined, problem: undefined, progress }
  const work = workOf(facts.fleetId, unit, stage.name, carried)
  const bytes = sizeOf(work.spec.workload)
  if (bytes > maxManifestBytes) {
    const message = `the objects of stage ${stage.name} take ${Math.ceil(bytes / 1024)} KiB, and a work may hold 400 KiB: list fewer`
    return waits(message, verdict("Delivered", "False", "TooLarge", message))
  }
  const problem = collision === undefined ? undefined : verdict("Delivered", "False", "Collision", collision.why)
  return { work, problem, progress }
}

/** Bytes of `value` as JSON; a short text is not encoded to be measured, so the size may be one of characters then. */
const sizeOf = (value: unknown): number => {
  const text = JSON.stringify(value)
  return text.length * 3 < maxManifestBytes ? text.length : new TextEncoder().encode(text).length
}

const carriedOf = (decision: Decision): ReadonlyArray<Carried> =>
  decision._tag === "Carry" ? [decision.carried] : decision._tag === "Collides" && decision.kept ? [decision.kept] : []

/** What the received work carries beyond the stage's objects. */
const keptOf = (
  objects: ReadonlyArray<KubeObject>,
  before: ReadonlyMap<string, Carried>,
  received: ManifestWork | undefined
): ReadonlyArray<Carried> => {
  if (received === undefined) return []
  const wanted = new Set(objects.map((object) => identityKey(identityOf(object))))
  return [...before].flatMap(([key, carried]) => (wanted.has(key) ? [] : [carried]))
}

const isSettled = (decision: Decision, unit: Unit, facts: UnitFacts): boolean => {
  if (decision._tag !== "Carry") return false
  const known = facts.knowledge.object(identityOf(decision.carried.object))
  return isOurs(known, facts.fleetId, unit.key) && !known.deleting
}

/** The first object that is not there as planned, and what the work agent says of it; that may pass, so it is never final. */
const notSettled = (
  decisions: ReadonlyArray<Decision>,
  received: ManifestWork | undefined,
  unit: Unit,
  facts: UnitFacts
): Wait | undefined => {
  const notYet = decisions.flatMap((decision): ReadonlyArray<Wait> => {
    if (decision._tag !== "Carry") return []
    const { object } = decision.carried
    const problem = applyProblem(received, object)
    if (problem === undefined && isSettled(decision, unit, facts)) return []
    const message = `${inWords(identityOf(object))} to be on the cluster as planned`
    return problem === undefined
      ? [{ message }]
      : [{ message: `${message}; the cluster refuses it: ${problem}`, refused: { kind: object.kind, problem } }]
  })
  return notYet[0]
}
