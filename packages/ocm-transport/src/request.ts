import * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import { growing } from "./backoff.ts"
import type { Connection } from "./Connection.ts"
import { type Call, exchange, type Failure, follow, type WatchCall } from "./exchange.ts"
import type { KubeConfigError } from "./KubeConfigError.ts"
import type { KubeError } from "./KubeError.ts"
import { measured, requestsOf } from "./measured.ts"
import { makeRateLimit, type RateLimit } from "./RateLimit.ts"
import { makeSockets, type Sockets } from "./Sockets.ts"
import { codeOf, noAnswer } from "./statusError.ts"

/** Calls to one API server over sockets that live as long as the scope in which they were made. */
export interface Requests {
  /**
   * The parsed answer. A call that the server turned away (429), and a repeatable one that got no usable answer, is
   * sent again a few times before the error is the caller's.
   */
  readonly json: (call: Call) => Effect.Effect<unknown, KubeError>
  /** Runs until the server ends the answer; interruption closes the connection. */
  readonly lines: (call: WatchCall) => Effect.Effect<void, KubeError>
}

const callTimeout = Duration.seconds(30)
const maxRepeats = 4
/** A call is not begun again after this time: its caller has better things to try. */
const patience = Duration.seconds(30)
const backoff = { first: Duration.millis(200), most: Duration.seconds(5) }

/** Fails when there are no credentials to begin with. Calls, not watches, wait for `rateLimit`. */
export const makeRequests = Effect.fnUntraced(function* (connection: Connection, rateLimit?: RateLimit) {
  const sockets = yield* makeSockets(connection)
  yield* sockets.current
  const { host } = new URL(connection.server)
  const turn = rateLimit === undefined ? Effect.void : yield* makeRateLimit(rateLimit, host)

  /** A file may have been replaced since we read it: a refusal is final only for the newest credentials. */
  const withSockets = <A>(call: Call, run: (sockets: Sockets) => Effect.Effect<A, Failure>) => {
    const once = Effect.flatMap(unreadable(call, sockets.current), run)
    return Effect.catch(once, (failure) =>
      failure.distrust || failure.error.reason._tag === "Unauthorized"
        ? Effect.flatMap(unreadable(call, sockets.reread), (changed) => (changed ? once : Effect.fail(failure)))
        : Effect.fail(failure)
    ).pipe(Effect.mapError(({ error }) => error))
  }

  const exchangeOnce = (call: Call) =>
    withSockets(call, (sockets) => {
      const once = exchange(connection, call, sockets)
      return Effect.catch(once, (failure) =>
        failure.staleSocket && call.repeatable === true ? once : Effect.fail(failure)
      )
    }).pipe(
      Effect.timeoutOrElse({
        duration: call.timeout ?? callTimeout,
        orElse: () => Effect.fail(noAnswer(call.call, "no answer in time"))
      }),
      measured(host, call),
      Effect.map(({ body }) => body)
    )

  const json = Effect.fnUntraced(function* (call: Call) {
    const begun = yield* Clock.currentTimeMillis
    const attempt = (repeats: number): Effect.Effect<unknown, KubeError> =>
      Effect.catch(
        Effect.andThen(turn, exchangeOnce(call)),
        Effect.fnUntraced(function* (error) {
          if (repeats === maxRepeats || !mayRepeat(call, error)) return yield* Effect.fail(error)
          const wait = yield* growing(backoff, repeats, retryAfterOf(error))
          const now = yield* Clock.currentTimeMillis
          if (now - begun + Duration.toMillis(wait) > Duration.toMillis(patience)) return yield* Effect.fail(error)
          yield* Effect.sleep(wait)
          return yield* attempt(repeats + 1)
        })
      )
    return yield* attempt(0)
  })

  const requests: Requests = {
    json,
    lines: (call) =>
      Effect.contextWith((context: Context.Context<never>) => {
        let open = false
        const onOpen = () => {
          open = true
          requestsOf(host, call, 200).updateUnsafe(1, context)
          call.onOpen()
        }
        return withSockets(call, (sockets) => follow(connection, { ...call, onOpen }, sockets)).pipe(
          Effect.tapError((error) => (open ? Effect.void : Metric.update(requestsOf(host, call, codeOf(error)), 1))),
          call.timeout === undefined
            ? (running) => running
            : Effect.timeoutOrElse({ duration: call.timeout, orElse: () => Effect.void })
        )
      })
  }
  return requests
})

const unreadable = <A>(call: Call, credentials: Effect.Effect<A, KubeConfigError>): Effect.Effect<A, Failure> =>
  Effect.mapError(credentials, ({ message }) => ({
    error: noAnswer(call.call, message),
    staleSocket: false,
    distrust: false
  }))

const mayRepeat = (call: Call, error: KubeError): boolean =>
  error.reason._tag === "TooManyRequests" || (error.reason._tag === "Unavailable" && call.repeatable === true)

/** How long the server asks us to stay away. */
export const retryAfterOf = ({ reason }: KubeError): Duration.Duration | undefined =>
  reason._tag === "TooManyRequests" || reason._tag === "Unavailable" ? reason.retryAfter : undefined
