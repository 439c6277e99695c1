import type { KubeApi, Readiness } from "@multicluster-mesh/ocm-transport"
import { runAddOn } from "@multicluster-mesh/ocm-transport/addon"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import { meshAddOn } from "./addon/meshAddOn.ts"
import { makeUnpicking } from "./addon/unpicking.ts"
import type { HubNotPrepared } from "./fleetId.ts"
import { jointReadiness } from "./jointReadiness.ts"
import { runHub } from "./runHub.ts"

/** So long an agent that answers has always been enough to undo its federations. */
export const defaultPreDeleteLimit = Duration.minutes(2)

export interface HubControllerOptions {
  readonly hub: KubeApi
  readonly addonNamespace: string
  /** How long the removal of the add-on from a cluster waits until its federations are undone. */
  readonly preDeleteLimit?: Duration.Input
  /** Learns, whenever that changes, whether all of it does its work. */
  readonly onReadiness: (readiness: Readiness) => Effect.Effect<void>
}

/** All that the hub controller does: meshes and federations, and the agents on the clusters. */
export const runHubController = Effect.fnUntraced(function* (
  options: HubControllerOptions
): Effect.fn.Return<never, HubNotPrepared, Scope> {
  const { hub, addonNamespace, onReadiness, preDeleteLimit = defaultPreDeleteLimit } = options
  const [ofHub, ofAddOn] = jointReadiness(onReadiness)
  const { changes, onPlan, preDelete } = yield* makeUnpicking
  return yield* Effect.raceFirst(
    runHub({ hub, addonNamespace, onPlan, onReadiness: ofHub }),
    runAddOn({
      api: hub,
      addOn: { ...meshAddOn, preDelete },
      triggers: changes,
      preDeleteLimit,
      onReadiness: ofAddOn
    })
  )
})
