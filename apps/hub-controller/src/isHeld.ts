import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { type Change, typeOf } from "./Change.ts"
import { type HubInformers, staleKinds } from "./HubInformers.ts"

/**
 * Whether a write waits because the plan behind it may rest on something out of date: unknown is not absent.
 *
 * A status says what was known, and is put right by the next one. An object that does not exist can be made, if its
 * own kind is known. All else may take something away that is still wished: a work loses a manifest, or the rule that
 * keeps it; a record begins a removal; a finalizer lets its object go.
 */
export const isHeld = (informers: HubInformers, change: Change, live: KubeObject | undefined): Effect.Effect<boolean> =>
  change._tag === "WriteStatus"
    ? Effect.succeed(false)
    : Effect.map(staleKinds(informers), (stale) =>
        live === undefined ? stale.includes(typeOf(change).plural) : stale.length > 0
      )
