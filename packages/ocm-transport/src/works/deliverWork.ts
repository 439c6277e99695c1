import { labels, type ManifestWork, resources } from "@multicluster-mesh/mesh-model"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { KubeApi, KubeObject } from "../KubeApi.ts"
import type { KubeError } from "../KubeError.ts"
import type { WantedWork } from "./isSameWork.ts"

/** Field manager of what the hub controller writes on the hub. */
export const hubFieldManager = "multicluster-mesh-hub"

/** A work of the wanted name exists on the hub and is somebody else's. */
export class NotOurWork extends Schema.TaggedError<NotOurWork>()("NotOurWork", {
  cluster: Schema.String,
  name: Schema.String
}) {
  override get message() {
    return `ManifestWork ${this.cluster}/${this.name} exists without the label ${labels.fleetLabel} of this fleet: rename or delete it, or label it to hand it over`
  }
}

/**
 * Writes a work that differs from `received`, and returns it as the server has it now.
 *
 * A work that was received is only changed if it still is that very one (else `Conflict`); one that was not is only
 * made where nobody else has a work of that name.
 */
export const deliverWork = (
  api: KubeApi,
  received: ManifestWork | undefined,
  wanted: WantedWork
): Effect.Effect<KubeObject, KubeError | NotOurWork> =>
  received === undefined
    ? Effect.andThen(refuseForeign(api, wanted), applyWork(api, undefined, wanted))
    : applyWork(api, received.metadata.uid, wanted)

const applyWork = (api: KubeApi, uid: string | undefined, wanted: WantedWork) =>
  api.apply(
    resources.manifestWorks,
    {
      apiVersion: resources.apiVersionOf(resources.manifestWorks),
      kind: resources.manifestWorks.kind,
      metadata: {
        name: wanted.name,
        namespace: wanted.cluster,
        labels: wanted.labels,
        annotations: wanted.annotations,
        ...(uid === undefined ? {} : { uid })
      },
      spec: wanted.spec
    },
    { fieldManager: hubFieldManager, force: true }
  )

const refuseForeign = (api: KubeApi, wanted: WantedWork) =>
  api.get(resources.manifestWorks, { namespace: wanted.cluster, name: wanted.name }, { metadataOnly: true }).pipe(
    Effect.flatMap((live) =>
      live.metadata.labels?.[labels.fleetLabel] === wanted.labels[labels.fleetLabel]
        ? Effect.void
        : Effect.fail(new NotOurWork({ cluster: wanted.cluster, name: wanted.name }))
    ),
    Effect.catchReason("KubeError", "NotFound", () => Effect.void)
  )
