import { identityOf, labels, type KubeObject, type Mark } from "@multicluster-mesh/mesh-model"
import type { UnitFacts } from "./UnitPlan.ts"
import type { Unit } from "./Unit.ts"
import { inWords, isOurs, type Carried } from "./works.ts"

/** What becomes of one wanted object. */
export type Decision =
  | { readonly _tag: "Carry"; readonly carried: Carried }
  /** It is there, nobody has a claim to it, and we only need it to be there. */
  | { readonly _tag: "UsedAsItIs" }
  | { readonly _tag: "Waits"; readonly why: string; readonly unknown: boolean }
  /** It is someone else's. `kept` is what the received work says of it. */
  | { readonly _tag: "Collides"; readonly why: string; readonly kept: Carried | undefined }

/** Kinds that we need and do not mind whose they are. */
const prerequisites: ReadonlySet<string> = new Set(["Namespace", "OperatorGroup", "Subscription"])

/**
 * Decides about one object by what the agent says of it.
 *
 * First delivery is without force, so that an object that appears in the meantime is not overwritten; once the agent
 * reports it with our mark, our fields win, for good.
 */
export const decideObject = (
  object: KubeObject,
  received: Carried | undefined,
  unit: Unit,
  facts: UnitFacts
): Decision => {
  const identity = identityOf(object)
  const what = inWords(identity)
  const known = facts.knowledge.object(identity)
  const carry = (force: boolean): Decision => ({ _tag: "Carry", carried: { object, force, orphaned: true } })

  if (isOurs(known, facts.fleetId, unit.key)) {
    if (received !== undefined) return carry(true)
    return known.deleting ? waits(`${what} to be gone: it is being deleted`) : carry(true)
  }
  if (known.state === "Unknown") return waits(`the agent to say whether ${what} is there`, true)
  if (known.state === "Absent") return carry(received?.force ?? false)
  if (known.state === "NotServed") {
    return received === undefined
      ? waits(`the cluster to serve ${identity.kind} (${identity.apiVersion})`)
      : carry(received.force)
  }
  const isNobodys = known.mark === undefined || isInherited(known.mark, unit, facts)
  if (received === undefined && isNobodys && prerequisites.has(identity.kind)) {
    return known.deleting ? waits(`${what} to be gone: it is being deleted`) : { _tag: "UsedAsItIs" }
  }
  return { _tag: "Collides", why: collision(what, known.mark, facts.fleetId), kept: received }
}

const isInherited = (mark: Mark, unit: Unit, facts: UnitFacts): boolean =>
  mark.fleetId === facts.fleetId && mark.unit === unit.inherits

const waits = (why: string, unknown = false): Decision => ({ _tag: "Waits", why, unknown })

const collision = (what: string, mark: Mark | undefined, fleetId: string): string => {
  if (mark === undefined) {
    return `${what} is there already and was not made by this add-on: delete it, or choose another name or namespace`
  }
  const whose = mark.fleetId === fleetId ? "another resource of this hub" : "another hub"
  return `${what} is there already and belongs to ${whose}: choose another name or namespace, or, if nothing needs it any more, delete it or its label ${labels.unitLabel}`
}
