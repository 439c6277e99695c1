import type { KubeApi, KubeError, ResourceType, ServedKind } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"

/** The kind of a group version that fits, as the cluster serves it now. */
export const servedType = (
  api: KubeApi,
  apiVersion: string,
  fits: (kind: ServedKind) => boolean
): Effect.Effect<ResourceType | undefined, KubeError> =>
  Effect.map(api.serves(apiVersion), (kinds) => {
    const kind = kinds.find(fits)
    if (kind === undefined) return undefined
    const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion]
    return { ...kind, group: group ?? "", version: version ?? "" }
  })
