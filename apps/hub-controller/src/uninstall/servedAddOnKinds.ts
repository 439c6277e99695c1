import { resources, type ResourceType } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"

/** The kinds of OCM that say on which clusters an add-on is, in a version that the hub serves. */
export interface AddOnKinds {
  readonly definitions: ResourceType
  readonly addOns: ResourceType
}

const versions = ["v1alpha1", "v1beta1"]

/** Undefined where the hub serves them no more: then there are none. What we read and write is alike in all versions. */
export const servedAddOnKinds = Effect.fnUntraced(function* (
  hub: KubeApi
): Effect.fn.Return<AddOnKinds | undefined, KubeError> {
  for (const version of versions) {
    const addOns = { ...resources.managedClusterAddOns, version }
    const served = yield* hub.serves(resources.apiVersionOf(addOns))
    if (served.some(({ plural }) => plural === addOns.plural))
      return { addOns, definitions: { ...resources.clusterManagementAddOns, version } }
  }
  return undefined
})
