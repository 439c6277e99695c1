import { type Condition, isTrue, resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError, KubeObject, ResourceType } from "@multicluster-mesh/ocm-transport"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Narrator } from "./Narrator.ts"

/**
 * What the demo waited for did not come true in time: the last that was seen of it.
 *
 * @public
 */
export class TooLate extends Schema.TaggedError<TooLate>()("TooLate", {
  waitedFor: Schema.String,
  seen: Schema.String
}) {
  override get message() {
    return `waited in vain: ${this.waitedFor}\nlast seen: ${this.seen}`
  }
}

const limit = Duration.minutes(2)
/** So long the rights of a work agent may take to reach it, once they are on the cluster. */
const rightsArrive = Duration.seconds(30)

/**
 * Looks again and again until `look` says that it is true; what it says until then is told as progress, once each.
 *
 * Errors: `TooLate` after two minutes.
 */
export const until = Effect.fnUntraced(function* <E, R>(
  narrator: Narrator,
  text: string,
  look: Effect.Effect<{ readonly done: boolean; readonly progress: ReadonlyArray<string> }, E, R>
) {
  yield* narrator.done(
    text,
    Effect.gen(function* () {
      const started = yield* Clock.currentTimeMillis
      for (;;) {
        const seen = yield* look
        if (seen.done) break
        const waited = (yield* Clock.currentTimeMillis) - started
        const isFresh = waited < Duration.toMillis(rightsArrive)
        for (const line of seen.progress) yield* narrator.sayOnce(`  … ${isFresh ? withoutEarlyRefusal(line) : line}`)
        if (waited > Duration.toMillis(limit)) yield* new TooLate({ waitedFor: text, seen: seen.progress.join("; ") })
        yield* Effect.sleep("100 millis")
      }
    })
  )
})

/** A work agent that has just got its rights is refused until they have reached it, and tries again. */
const withoutEarlyRefusal = (line: string): string =>
  line.replace(
    /; the cluster refuses it: .* cannot \w+ resource .*/u,
    "; the rights of OCM's work agent are still on their way, and it tries again."
  )

interface WithConditions {
  readonly conditions?: ReadonlyArray<Condition>
  readonly waitingFor?: string
}

/** The status of an object that came from an API server; empty when it has none yet. */
export const statusOf = (object: KubeObject): WithConditions => {
  const status = object["status"]
  return typeof status === "object" && status !== null ? status : {}
}

/** Whether all of `count` objects of a kind are Ready; progress is what the others wait for. */
export const allReady = (
  api: KubeApi,
  type: ResourceType,
  count: number,
  matches: (object: KubeObject) => boolean = () => true
): Effect.Effect<{ readonly done: boolean; readonly progress: ReadonlyArray<string> }, KubeError> =>
  Effect.map(api.list(type), ({ items }) => {
    const objects = items.filter(matches)
    const waiting = objects.filter((object) => !isTrue(statusOf(object).conditions, "Ready"))
    return {
      done: objects.length === count && waiting.length === 0,
      progress: waiting.flatMap(progressOf)
    }
  })

/** What an object waits for, in one line; none when it says nothing. */
export const progressOf = (object: KubeObject): ReadonlyArray<string> => {
  const { conditions, waitingFor } = statusOf(object)
  const text = waitingFor ?? conditions?.find(({ type }) => type === "Ready")?.message ?? ""
  if (text === "") return []
  const { name } = object.metadata
  // the name of a peering has those of both meshes in it, and its works have it in theirs
  return object.kind === resources.meshPeerings.kind
    ? [`the peering: ${text.replaceAll(name, "…")}`]
    : [`${name}: ${text}`]
}
