import { identityOf, labels, type KubeObject } from "@multicluster-mesh/mesh-model"
import type { UnitFacts } from "./UnitPlan.ts"
import type { Unit } from "./Unit.ts"
import { inWords, isOurs, type Carried } from "./works.ts"

/** What becomes of one wanted object. */
export type Decision =
  | { readonly _tag: "Carry"; readonly carried: Carried }
  /** It is there, nobody marked it, and we only need it to be there. */
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
  const waits = (why: string, unknown = false): Decision => ({ _tag: "Waits", why, unknown })

  if (isOurs(known, facts.fleetId, unit.key)) {
    if (received !== undefined) return carry(true)
    return known.deleting ? waits(`${what} to be gone: it is being deleted`) : carry(true)
  }
  switch (known.state) {
    case "Unknown":
      return waits(`the agent to say whether ${what} is there`, true)
    case "Absent":
      return carry(received?.force ?? false)
    case "NotServed":
      return received === undefined
        ? waits(`the cluster to serve ${identity.kind} (${identity.apiVersion})`)
        : carry(received.force)
    case "Present": {
      if (received === undefined && known.mark === undefined && prerequisites.has(identity.kind)) {
        return known.deleting ? waits(`${what} to be gone: it is being deleted`) : { _tag: "UsedAsItIs" }
      }
      const whose =
        known.mark === undefined
          ? "was not made by this add-on"
          : known.mark.fleetId === facts.fleetId
            ? "belongs to another resource of this hub"
            : "belongs to another hub"
      const remedy =
        known.mark === undefined
          ? "delete it, or choose another name or namespace"
          : `choose another name or namespace, or, if nothing needs it any more, delete it or its label ${labels.unitLabel}`
      return { _tag: "Collides", why: `${what} is there already and ${whose}: ${remedy}`, kept: received }
    }
  }
}
