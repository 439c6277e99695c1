import {
  canonicalJson,
  isDeleting,
  keyOf,
  labels,
  resources,
  byKey,
  type MeshFederation
} from "@multicluster-mesh/mesh-model"
import type { HubState } from "./HubState.ts"
import { recordedFederations } from "./peeringRemoval.ts"
import type { HubAction } from "./Plan.ts"
import type { WantedPeering } from "./WantedPeering.ts"

/**
 * What to change on the hub for the peerings to be as wanted, in the order in which it makes sense: a federation holds
 * on to its deletion before the first peering is made for it, and until the end of its wish is recorded on the hub.
 */
export const peeringActions = (
  state: HubState,
  peerings: ReadonlyArray<WantedPeering>,
  finished: ReadonlyArray<WantedPeering>
): ReadonlyArray<HubAction> => {
  const federations = state.federations.toSorted(byKey(keyOf))
  return [
    ...federations
      .filter((federation) => !isDeleting(federation) && !hasFinalizer(federation))
      .map((federation) => setFinalizer(federation, true)),
    ...peerings
      .filter(differs)
      .map(({ peering }): HubAction => ({ _tag: "ApplyObject", type: resources.meshPeerings, object: peering })),
    ...finished.flatMap(({ existing }): ReadonlyArray<HubAction> => {
      const uid = existing?.metadata.uid
      if (existing === undefined || uid === undefined || isDeleting(existing)) return []
      return [
        {
          _tag: "DeleteObject",
          type: resources.meshPeerings,
          namespace: existing.metadata.namespace ?? "",
          name: existing.metadata.name,
          uid
        }
      ]
    }),
    ...federations
      .filter((federation) => isDeleting(federation) && hasFinalizer(federation) && isRecorded(state, federation))
      .map((federation) => setFinalizer(federation, false))
  ]
}

/** Whether the hub's MeshPeering is not as it shall be, in the fields that we own. */
const differs = ({ existing, peering }: WantedPeering): boolean => {
  if (existing === undefined) return true
  const annotations = Object.entries(peering.metadata.annotations ?? {})
  return (
    canonicalJson(existing.spec) !== canonicalJson(peering.spec) ||
    annotations.some(([key, value]) => existing.metadata.annotations?.[key] !== value)
  )
}

const hasFinalizer = (federation: MeshFederation): boolean =>
  federation.metadata.finalizers?.includes(labels.recordFinalizer) ?? false

/** Whether every MeshPeering, as the hub has it, is either being removed or no longer wanted by `federation`. */
const isRecorded = (state: HubState, federation: MeshFederation): boolean =>
  state.peerings.every(
    (peering) => peering.spec.removal !== undefined || !recordedFederations(peering).includes(keyOf(federation))
  )

const setFinalizer = ({ metadata }: MeshFederation, present: boolean): HubAction => ({
  _tag: "SetFinalizer",
  type: resources.meshFederations,
  namespace: metadata.namespace ?? "",
  name: metadata.name,
  uid: metadata.uid ?? "",
  finalizer: labels.recordFinalizer,
  present
})
