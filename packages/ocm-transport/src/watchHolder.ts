import { resources } from "@multicluster-mesh/mesh-model"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { KubeApi } from "./KubeApi.ts"
import type { KubeError } from "./KubeError.ts"
import { readLease } from "./leaseRecord.ts"

/** What is seen of a Lease by one who does not want it. */
export interface HolderSight {
  /** Whom the Lease names; empty when it was given back, or is not there. */
  readonly holder: string
  /** How long no sign of a holder has been seen; zero at the first look. */
  readonly quietFor: Duration.Duration
}

/**
 * Makes a look at a Lease that others hold. As among those who want it, only what is seen of it counts, by the
 * monotonic clock of this machine: a holder shows itself by writing.
 */
export const makeHolderWatch = (
  api: KubeApi,
  ref: { readonly namespace: string; readonly name: string }
): Effect.Effect<HolderSight, KubeError> => {
  let seenVersion = ""
  let seenAt: bigint | undefined
  return Effect.gen(function* () {
    const lease = yield* api
      .get(resources.leases, ref)
      .pipe(Effect.catchReason("KubeError", "NotFound", () => Effect.undefined))
    const now = yield* Clock.monotonicTimeNanos
    const holder = lease === undefined ? "" : readLease(lease).holder
    const version = `${lease?.metadata.uid} ${lease?.metadata.resourceVersion}`
    if (seenAt === undefined || (holder !== "" && version !== seenVersion)) seenAt = now
    seenVersion = version
    return { holder, quietFor: Duration.nanos(now - seenAt) }
  })
}
