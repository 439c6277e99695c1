import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"

/** Tells an agent that works from one that only lives. */
export interface WorkWatch {
  /** To be run each time that work was done. */
  readonly onWork: Effect.Effect<void>
  /** Whether that was lately; it happens at least once in every resync. */
  readonly isWorking: Effect.Effect<boolean>
}

/** So many times in a row the work may fail or be late. */
const patience = 3

export const makeWorkWatch = Effect.fnUntraced(function* (resync: Duration.Input) {
  const last = yield* Ref.make(Number.NEGATIVE_INFINITY)
  const most = Duration.toMillis(Duration.fromInputUnsafe(resync)) * patience
  const watch: WorkWatch = {
    onWork: Effect.flatMap(Clock.currentTimeMillis, (now) => Ref.set(last, now)),
    isWorking: Effect.zipWith(Clock.currentTimeMillis, Ref.get(last), (now, last) => now - last <= most)
  }
  return watch
})
