import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Stream from "effect/Stream"
import type { ObjectRef } from "./KubeApi.ts"
import { keyOf } from "./objects.ts"

/** Hands changed keys to everyone who listens, each at their own pace. */
export interface Subscribers {
  readonly publish: (refs: Iterable<ObjectRef>) => void
  /** From the moment of subscription: what `initial` gives then, and all that is published after. */
  readonly changes: (initial: () => Iterable<ObjectRef>) => Stream.Stream<ObjectRef>
}

/** A key that a slow subscriber has not taken yet waits once, however often it changes: what waits stays bounded. */
export const makeSubscribers = (): Subscribers => {
  const all = new Set<(refs: Iterable<ObjectRef>) => void>()
  return {
    publish: (refs) => {
      for (const notify of all) notify(refs)
    },
    changes: (initial) =>
      Stream.unwrap(
        Effect.map(
          Effect.acquireRelease(
            Effect.sync(() => {
              const waiting = new Map<string, ObjectRef>()
              const latch = Latch.makeUnsafe(false)
              const notify = (refs: Iterable<ObjectRef>) => {
                for (const ref of refs) waiting.set(keyOf(ref), ref)
                if (waiting.size > 0) latch.openUnsafe()
              }
              all.add(notify)
              notify(initial())
              const take = Effect.map(latch.await, () => {
                const taken = [...waiting.values()]
                waiting.clear()
                latch.closeUnsafe()
                return taken
              })
              return { notify, take }
            }),
            ({ notify }) => Effect.sync(() => all.delete(notify))
          ),
          ({ take }) => Stream.fromIterableEffectRepeat(take)
        )
      )
  }
}
