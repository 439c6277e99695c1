import { resources } from "@multicluster-mesh/mesh-model"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Random from "effect/Random"
import type { KubeApi, KubeObject } from "../KubeApi.ts"
import type { KubeError } from "../KubeError.ts"

/** The Lease by which OCM knows that an agent works. */
export interface LeaseOptions {
  /** The managed cluster. */
  readonly api: KubeApi
  /** Name of the add-on. */
  readonly name: string
  /** The install namespace. */
  readonly namespace: string
  /** Asked before each renewal: an agent that does not do its work must not say that it does. */
  readonly isHealthy: Effect.Effect<boolean>
}

const seconds = 60

/**
 * Renews the Lease of an add-on's agent while it does its work; a failed renewal is repeated. OCM takes the agent as
 * gone once the Lease is five times its duration old.
 */
export const keepLease = ({ api, name, namespace, isHealthy }: LeaseOptions): Effect.Effect<never> =>
  Effect.gen(function* () {
    const healthy = yield* isHealthy
    if (!healthy) return retry
    return yield* renew(api, { name, namespace }).pipe(
      Effect.as(Duration.seconds(seconds * (1 + (yield* Random.nextBetween(0, 0.25))))),
      Effect.catch((error) => Effect.as(Effect.logWarning(`the lease is not renewed: ${error.message}`), retry))
    )
  }).pipe(Effect.flatMap(Effect.sleep), Effect.forever)

/** Soon: the first renewal makes the add-on available, and so does the first one after a fault. */
const retry = Duration.seconds(2)

const renew = Effect.fnUntraced(function* (
  api: KubeApi,
  ref: { readonly name: string; readonly namespace: string }
): Effect.fn.Return<void, KubeError> {
  const renewTime = DateTime.formatIso(yield* DateTime.now).replace("Z", "000Z")
  const live = yield* Effect.catchReason(
    api.get(resources.leases, ref),
    "KubeError",
    "NotFound",
    () => Effect.undefined
  )
  if (live === undefined) {
    yield* api.create(resources.leases, leaseOf(ref, renewTime))
    return
  }
  const spec = Predicate.isReadonlyObject(live["spec"]) ? live["spec"] : {}
  yield* api.replace(resources.leases, { ...live, spec: { ...spec, leaseDurationSeconds: seconds, renewTime } })
})

const leaseOf = (ref: { readonly name: string; readonly namespace: string }, renewTime: string): KubeObject => ({
  apiVersion: resources.apiVersionOf(resources.leases),
  kind: "Lease",
  metadata: ref,
  spec: { leaseDurationSeconds: seconds, renewTime }
})
