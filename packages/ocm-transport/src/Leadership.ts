import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import type { KubeApi } from "./KubeApi.ts"
import { makeLeaseLock } from "./LeaseLock.ts"
import { leader } from "./metrics.ts"
import { noAnswer } from "./statusError.ts"

/** Whether this process may act, by a Lease that all its instances want. */
export interface Leadership {
  /**
   * Runs `work` while the lease is held: waits for it, interrupts `work` when it is lost, and starts again when it is
   * held again. Ends when `work` does.
   */
  readonly whileHeld: <A, E, R>(work: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  readonly held: Effect.Effect<boolean>
}

/** How it stands: who leads, or what keeps us from knowing. */
export type Standing =
  | { readonly _tag: "Leads" }
  | { readonly _tag: "StandsBy"; readonly leader: string }
  | { readonly _tag: "Unknown"; readonly problem: string }

export interface LeadershipOptions {
  /** One of its own: a renewal must wait behind neither the calls of the work nor their rate limit. */
  readonly api: KubeApi
  readonly namespace: string
  /** Of the Lease. */
  readonly name: string
  /** Differs between all instances, and between two runs of one. */
  readonly identity: string
  /** Learns how it stands, whenever that changes. */
  readonly onStanding?: (standing: Standing) => Effect.Effect<void>
}

// as in client-go
const leaseDuration = Duration.seconds(15)
/** So long after it began the last renewal the holder stops: 5 s before anyone else may take the lease. */
const renewDeadline = Duration.seconds(10)
const retryPeriod = Duration.seconds(2)

/**
 * Holds the Lease, or stands by to take it, while the scope lives; a graceful end gives it back.
 *
 * Errors: none; while the API server cannot be asked nobody here acts, and it is asked again and again. Needs the
 * rights to get, create and update leases in `namespace`.
 */
export const holdLeadership = Effect.fnUntraced(function* (options: LeadershipOptions) {
  const { api, namespace, name, identity, onStanding = () => Effect.void } = options
  const lock = makeLeaseLock(api, { namespace, name }, identity, leaseDuration)
  const gauge = Metric.withAttributes(leader, { lease: `${namespace}/${name}` })
  const gained = yield* Latch.make()
  const lost = yield* Latch.make(true)
  let last = ""

  const stand = (standing: Standing) =>
    Effect.suspend(() => {
      const text = JSON.stringify(standing)
      if (text === last) return Effect.void
      last = text
      return onStanding(standing)
    })

  const setHeld = (held: boolean) =>
    Effect.map(Metric.update(gauge, held ? 1 : 0), () => {
      const [opened, closed] = held ? [gained, lost] : [lost, gained]
      closed.closeUnsafe()
      opened.openUnsafe()
    })

  /** One attempt; when it began, if the lease is ours by it. */
  const acquireOnce = Effect.gen(function* () {
    const begun = yield* Clock.monotonicTimeNanos
    const timeout = { duration: renewDeadline, orElse: () => Effect.fail(noAnswer("take lease", "no answer in time")) }
    const holder = yield* Effect.timeoutOrElse(lock.take, timeout)
    if (holder._tag === "Us") return begun
    yield* stand({ _tag: "StandsBy", leader: holder.identity })
    return undefined
  }).pipe(Effect.catch(({ message }) => Effect.as(stand({ _tag: "Unknown", problem: message }), undefined)))

  const acquire = Effect.gen(function* () {
    let begun = yield* acquireOnce
    while (begun === undefined) {
      // those who stand by do not all ask at once
      yield* Effect.sleep(Duration.times(retryPeriod, yield* Random.nextBetween(1, 2.2)))
      begun = yield* acquireOnce
    }
    return begun
  })

  /** Tries until it is renewed, and returns when that began; or until another holds it. */
  const renew = Effect.gen(function* () {
    for (;;) {
      yield* Effect.sleep(retryPeriod)
      const begun = yield* Clock.monotonicTimeNanos
      const holder = yield* Effect.result(lock.renew)
      if (holder._tag === "Success") return holder.success._tag === "Us" ? Option.some(begun) : Option.none()
      yield* Effect.logDebug(`the lease is not renewed: ${holder.failure.message}`)
    }
  })

  /** Ends when the lease is another's, or could not be renewed in time. */
  const keep = Effect.fnUntraced(function* (acquiredAt: bigint) {
    let renewedAt: Option.Option<bigint> = Option.some(acquiredAt)
    while (Option.isSome(renewedAt)) {
      const spent = Duration.nanos((yield* Clock.monotonicTimeNanos) - renewedAt.value)
      const left = Duration.subtract(renewDeadline, Duration.min(spent, renewDeadline))
      renewedAt = Option.flatten(yield* Effect.timeoutOption(renew, left))
    }
  })

  const giveBack = Effect.suspend(() =>
    gained.isOpen()
      ? Effect.andThen(setHeld(false), lock.giveBack).pipe(
          Effect.timeout("5 seconds"),
          Effect.catch(({ message }) => Effect.logWarning(`the lease is not given back: ${message}`))
        )
      : Effect.void
  )

  yield* Metric.update(gauge, 0)
  yield* Effect.gen(function* () {
    const acquiredAt = yield* acquire
    yield* setHeld(true)
    yield* stand({ _tag: "Leads" })
    yield* keep(acquiredAt)
    yield* setHeld(false)
    yield* stand({ _tag: "Unknown", problem: "the lease was lost" })
  }).pipe(
    Effect.forever,
    Effect.onExit(() => giveBack),
    Effect.forkScoped
  )

  const leadership: Leadership = {
    whileHeld: <A, E, R>(work: Effect.Effect<A, E, R>) => {
      const once = Effect.andThen(
        gained.await,
        Effect.raceFirst(Effect.asSome(work), Effect.as(lost.await, Option.none()))
      )
      return Effect.gen(function* () {
        let done: Option.Option<A> = Option.none()
        while (Option.isNone(done)) done = yield* once
        return done.value
      })
    },
    held: Effect.sync(() => gained.isOpen())
  }
  return leadership
})
