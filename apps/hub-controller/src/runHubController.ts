import type { KubeApi, Readiness } from "@multicluster-mesh/ocm-transport"
import { type AddOnApiChoice, runAddOn, whileServed } from "@multicluster-mesh/ocm-transport/addon"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
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
  /** The version of OCM's add-on API to speak; by default what the hub serves, v1alpha1 first. */
  readonly addOnApiVersion?: AddOnApiChoice
  /** How long the removal of the add-on from a cluster waits until its federations are undone. */
  readonly preDeleteLimit?: Duration.Input
  /** Learns, whenever that changes, whether all of it does its work. */
  readonly onReadiness: (readiness: Readiness) => Effect.Effect<void>
}

/** All that the hub controller does: meshes and federations, and the agents on the clusters. */
export const runHubController = (options: HubControllerOptions): Effect.Effect<never, HubNotPrepared> => {
  const { hub, addonNamespace, addOnApiVersion = "auto", preDeleteLimit = defaultPreDeleteLimit } = options
  const [ofHub, ofAddOn] = jointReadiness(options.onReadiness)
  return whileServed({
    api: hub,
    version: addOnApiVersion,
    onReadiness: ofHub,
    run: Effect.fnUntraced(function* (addOnApi) {
      const { changes, onPlan, preDelete } = yield* makeUnpicking
      return yield* Effect.raceFirst(
        runHub({ hub, addOnApi, addonNamespace, onPlan, onReadiness: ofHub }),
        runAddOn({
          api: hub,
          addOn: { ...meshAddOn, preDelete },
          apiVersion: addOnApi.version,
          triggers: changes,
          preDeleteLimit,
          onReadiness: ofAddOn
        })
      )
    })
  })
}
