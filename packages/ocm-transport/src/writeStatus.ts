import { isSameJson } from "@multicluster-mesh/mesh-model"
import * as Effect from "effect/Effect"
import type { KubeApi, KubeObject, ResourceType } from "./KubeApi.ts"
import type { KubeError } from "./KubeError.ts"

/**
 * Writes the status of an object as it was read: `status` is the whole of what `fieldManager` has to say.
 *
 * Shape: returns the object as it is now. A status equal to the one read writes nothing: no call, no event.
 * How: server-side apply on the status subresource, forced, with the uid. So fields that we say no more are removed,
 * fields of others stay, no version can be out of date, and neither a successor of the same name nor an object that
 * is gone gets a status that is not its own.
 * Errors: `NotFound` when the object is gone, `Conflict` when another one took its name.
 */
export const writeStatus = (
  api: KubeApi,
  type: ResourceType,
  object: KubeObject,
  status: unknown,
  fieldManager: string
): Effect.Effect<KubeObject, KubeError> => {
  if (isSameJson(object["status"], status)) return Effect.succeed(object)
  const { apiVersion, kind, metadata } = object
  const { name, namespace, uid } = metadata
  return api.apply(
    type,
    {
      apiVersion,
      kind,
      metadata: { name, ...(namespace !== undefined && { namespace }), ...(uid !== undefined && { uid }) },
      status
    },
    { fieldManager, force: true, subresource: "status" }
  )
}
