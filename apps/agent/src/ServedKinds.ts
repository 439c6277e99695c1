import { resources, type ResourceType } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError, ServedKind } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"

/** What the API server of the cluster serves, asked once per API version until something may have changed. */
export interface ServedKinds {
  readonly of: (apiVersion: string) => Effect.Effect<ReadonlyArray<ServedKind>, KubeError>
  /** Asks again, whatever is remembered. */
  readonly ask: (apiVersion: string) => Effect.Effect<ReadonlyArray<ServedKind>, KubeError>
  readonly forget: Effect.Effect<void>
}

export const makeServedKinds = (api: KubeApi): ServedKinds => {
  const known = new Map<string, ReadonlyArray<ServedKind>>()
  const ask = (apiVersion: string) =>
    Effect.tap(api.serves(apiVersion), (kinds) => Effect.sync(() => known.set(apiVersion, kinds)))
  return {
    ask,
    of: (apiVersion) =>
      Effect.suspend(() => {
        const kinds = known.get(apiVersion)
        return kinds === undefined ? ask(apiVersion) : Effect.succeed(kinds)
      }),
    forget: Effect.sync(() => known.clear())
  }
}

/** Whether `kinds` has `type`. */
export const hasKind = (kinds: ReadonlyArray<ServedKind>, type: { readonly kind: string }): boolean =>
  kinds.some((served) => served.kind === type.kind)

/** Where the objects of a kind are, by what the API server says; undefined when it does not serve the kind. */
export const typeOfServed = (
  kinds: ReadonlyArray<ServedKind>,
  object: { readonly apiVersion: string; readonly kind: string }
): ResourceType | undefined => {
  const delivered = resources.delivered.find(
    (type) => type.kind === object.kind && resources.apiVersionOf(type) === object.apiVersion
  )
  if (delivered !== undefined) return delivered
  const served = kinds.find((served) => served.kind === object.kind)
  if (served === undefined) return undefined
  const [version = "", group = ""] = object.apiVersion.split("/").toReversed()
  return { ...served, group, version }
}
