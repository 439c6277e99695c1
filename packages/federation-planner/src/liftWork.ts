import {
  canonicalJson,
  identityOf,
  type ManifestWork,
  type ManifestWorkSpec,
  type NamespaceReport,
  type ResourceIdentifier
} from "@multicluster-mesh/mesh-model"
import type { WorkAction } from "./Plan.ts"
import type { UnitFacts } from "./UnitPlan.ts"
import type { Unit } from "./Unit.ts"
import { carriedBy, inWords, isOurs, resourceIdentifierOf, workSpec, type Carried } from "./works.ts"

/** Kinds that stay on the cluster whatever is removed: an operator may serve more than us. */
export const neverRemoved: ReadonlySet<string> = new Set(["Subscription"])

/** How far a received work is on its way to take its objects along when it is deleted. */
export type Lifted = { readonly left: ReadonlyArray<string> } & (
  | { readonly _tag: "Undecided"; readonly waitsFor: string }
  /** Nothing of it is left on the cluster: it can go. */
  | { readonly _tag: "Empty" }
  | { readonly _tag: "Lift"; readonly work: WorkAction }
  /** It is as it has to be before it is deleted; `takesAlong`: objects go with it. */
  | { readonly _tag: "Lifted"; readonly takesAlong: boolean }
)

/**
 * Lifts the orphaning rules of what is there and ours, drops what is gone or no longer ours, and keeps the rest.
 *
 * Something that is absent is never lifted: the work agent would make it again. A Namespace is lifted only in its
 * turn, and only when the agent says that nothing but ours and the operator's is in it.
 */
export const liftWork = (work: ManifestWork, unit: Unit, facts: UnitFacts, inTurn: boolean): Lifted => {
  const kept: Array<Carried> = []
  const spared: Array<ResourceIdentifier> = []
  const left: Array<string> = []
  let waitsFor: string | undefined
  for (const carried of carriedBy(work).values()) {
    const identity = identityOf(carried.object)
    const known = facts.knowledge.object(identity)
    const asDelivered = { ...carried, orphaned: true }
    if (neverRemoved.has(identity.kind)) {
      kept.push(asDelivered)
      left.push(`${inWords(identity)} stays: other meshes may need the operator`)
    } else if (isOurs(known, facts.fleetId, unit.key)) {
      // what was there when the removal began may have been deleted since: a lift would make it again
      if (carried.orphaned && !known.confirmed) {
        waitsFor ??= `the agent to confirm whether ${inWords(identity)} is there`
      }
      if (identity.kind !== "Namespace") kept.push({ ...carried, orphaned: false })
      else if (!inTurn) kept.push(carried)
      else {
        const contents = facts.knowledge.contentsOf(identity.name)
        const reason = contents === undefined ? undefined : reasonToStay(contents)
        if (contents === undefined) {
          waitsFor ??= `the agent to say what is in ${inWords(identity)}`
          kept.push(carried)
        } else if (reason !== undefined) {
          kept.push(asDelivered)
          left.push(`${inWords(identity)} stays: ${reason}`)
        } else kept.push({ ...carried, orphaned: false })
      }
    } else if (known.state === "Present") {
      spared.push(resourceIdentifierOf(carried.object))
      left.push(`${inWords(identity)} stays: it is not ours any more`)
    } else if (known.state === "Unknown" || !known.confirmed) {
      waitsFor ??= `the agent to confirm whether ${inWords(identity)} is there`
    }
  }
  if (waitsFor !== undefined) return { _tag: "Undecided", waitsFor, left }
  if (kept.length === 0) return { _tag: "Empty", left }
  const spec = workSpec(kept, spared)
  if (sameSpec(spec, work.spec)) return { _tag: "Lifted", takesAlong: kept.some((one) => !one.orphaned), left }
  return {
    _tag: "Lift",
    left,
    work: {
      _tag: "ApplyWork",
      cluster: work.metadata.namespace ?? "",
      name: work.metadata.name,
      labels: work.metadata.labels ?? {},
      annotations: work.metadata.annotations ?? {},
      spec
    }
  }
}

/** Why a Namespace that we made must not go; what cannot be seen in it may be someone's. */
const reasonToStay = ({ foreign, hidden = [], name }: NamespaceReport): string | undefined => {
  if (foreign.length > 0) return `${foreign.join(", ")} in it is not ours`
  if (hidden.length === 0) return undefined
  const kinds = hidden.map((kind) => `${kind}s`).join(", ")
  return `the agent may not list ${kinds} in it, so someone's may be there: look, and delete Namespace ${name} by hand; for others to go by themselves, allow the agent to list ${kinds} (it reads their metadata alone)`
}

const sameSpec = (one: ManifestWorkSpec, other: ManifestWorkSpec): boolean =>
  canonicalJson(one) === canonicalJson(other)
