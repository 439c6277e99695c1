import { resources } from "@multicluster-mesh/mesh-model"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { KubeApi, KubeObject } from "./KubeApi.ts"
import type { KubeError } from "./KubeError.ts"
import { heldBy, type LeaseRecord, readLease, released } from "./leaseRecord.ts"

/** Who holds the lease after an attempt to have it. */
export type Holder = { readonly _tag: "Us" } | { readonly _tag: "Other"; readonly identity: string }

/** One Lease as one of those who want it sees it. */
export interface LeaseLock {
  /** Takes the lease when it is free, for the first time or again. */
  readonly take: Effect.Effect<Holder, KubeError>
  /** As `take`, but without a read first: nobody else writes a lease that is held. */
  readonly renew: Effect.Effect<Holder, KubeError>
  /** The next one need not wait until it is free. */
  readonly giveBack: Effect.Effect<void, KubeError>
}

const us: Holder = { _tag: "Us" }

/**
 * How: only what is seen of the Lease counts, by the monotonic clock of this machine; the times in it are for people.
 * It is free when it has not changed for its duration, or was given back. Each write goes over the version that was
 * read, so of two who take it at once one fails (`Conflict`).
 */
export const makeLeaseLock = (
  api: KubeApi,
  ref: { readonly namespace: string; readonly name: string },
  identity: string,
  duration: Duration.Duration
): LeaseLock => {
  let held: KubeObject | undefined
  let seenVersion = ""
  let seenAt = 0n

  const see = Effect.fnUntraced(function* (lease: KubeObject) {
    const version = `${lease.metadata.uid} ${lease.metadata.resourceVersion}`
    if (version === seenVersion) return
    seenVersion = version
    seenAt = yield* Clock.monotonicTimeNanos
  })

  const write = Effect.fnUntraced(function* (lease: KubeObject | undefined) {
    const before = lease === undefined ? undefined : readLease(lease)
    const spec = heldBy(identity, before, Duration.toSeconds(duration), yield* DateTime.now)
    const fresh = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: ref, spec }
    const written = yield* lease === undefined
      ? api.create(resources.leases, fresh)
      : api.replace(resources.leases, { ...lease, spec })
    yield* see(written)
    held = written
    return us
  })

  const isFree = Effect.fnUntraced(function* ({ holder, durationSeconds }: LeaseRecord) {
    const unchanged = (yield* Clock.monotonicTimeNanos) - seenAt
    return holder === "" || unchanged >= BigInt(Math.ceil(durationSeconds * 1e9))
  })

  const read = api.get(resources.leases, ref).pipe(Effect.catchReason("KubeError", "NotFound", () => Effect.undefined))

  const take = Effect.gen(function* () {
    held = undefined
    const lease = yield* read
    if (lease === undefined) return yield* write(undefined)
    yield* see(lease)
    const record = readLease(lease)
    if (record.holder === identity || (yield* isFree(record))) return yield* write(lease)
    const other: Holder = { _tag: "Other", identity: record.holder }
    return other
  })

  return {
    take,
    renew: Effect.suspend(() =>
      held === undefined ? take : Effect.catchReason(write(held), "KubeError", "Conflict", () => take)
    ),
    giveBack: Effect.gen(function* () {
      held = undefined
      // a renewal may have come through whose answer we did not wait for
      const lease = yield* read
      const record = lease && readLease(lease)
      if (lease === undefined || record?.holder !== identity) return
      yield* api.replace(resources.leases, { ...lease, spec: released(record, yield* DateTime.now) })
    })
  }
}
