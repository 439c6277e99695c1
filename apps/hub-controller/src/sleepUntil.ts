import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

/** A clock may be corrected: what waits for a time looks at it so often. */
const longest = 10_000
/** The clock of a plan goes in whole seconds: more often cannot change it. */
const shortest = 1000

/** Waits until the wall clock says `time`, and a second at least; for ever when there is none. */
export const sleepUntil = (time: string | undefined): Effect.Effect<void> => {
  const at = time === undefined ? Option.none() : DateTime.make(time)
  if (Option.isNone(at)) return Effect.never
  const wait: Effect.Effect<void> = Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const left = DateTime.toEpochMillis(at.value) - now
    const nap = Effect.sleep(Duration.millis(Math.min(Math.max(left, shortest), longest)))
    return left <= longest ? nap : Effect.andThen(nap, wait)
  })
  return wait
}
