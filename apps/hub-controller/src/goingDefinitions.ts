import { resources, type ResourceType } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"

/** The kinds of which a deletion ends a wish: whoever deletes the definition of one deletes all its objects. */
const kindsOfWishes: ReadonlyArray<ResourceType> = [
  resources.meshDeployments,
  resources.meshFederations,
  resources.meshes
]

/** Name of the definition of a kind. */
const definitionOf = ({ group, plural }: ResourceType): string => `${plural}.${group}`

/** The definitions that the hub controller looks at. */
export const watchedDefinitions: ReadonlyArray<string> = kindsOfWishes.map(definitionOf)

/**
 * The definitions of our wishes that are being deleted, or are gone.
 *
 * It asks the API server itself, and no copy: a definition is marked before the first of its objects is, so who has seen
 * a deleted object and asks afterwards hears of its definition, too.
 */
export const goingDefinitions = (hub: KubeApi): Effect.Effect<ReadonlyArray<string>, KubeError> =>
  Effect.map(
    Effect.forEach(
      watchedDefinitions,
      (name) =>
        hub.get(resources.customResourceDefinitions, { name }, { metadataOnly: true }).pipe(
          Effect.map(({ metadata }) => (metadata.deletionTimestamp === undefined ? [] : [name])),
          Effect.catchReason("KubeError", "NotFound", () => Effect.succeed([name]))
        ),
      { concurrency: "unbounded" }
    ),
    (names) => names.flat()
  )
