import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"

/** Tells a story on the terminal: chapters, what is under way, and what came true after how long. */
export interface Narrator {
  readonly chapter: (title: string) => Effect.Effect<void>
  readonly say: (text: string) => Effect.Effect<void>
  /** A line that is said once, whatever happens how often. */
  readonly sayOnce: (text: string) => Effect.Effect<void>
  /** Text as it is, for tables and YAML. */
  readonly show: (text: string) => Effect.Effect<void>
  /** Runs `effect` and ticks `text` off, with the seconds that it took. */
  readonly done: <A, E, R>(text: string, effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

const indent = (text: string): string =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => (line === "" ? "" : `    ${line}`))
    .join("\n")

const say = (text: string) => Console.log(`  ${text}`)

export const makeNarrator = (): Narrator => {
  let chapters = 0
  const said = new Set<string>()
  return {
    chapter: (title) =>
      Effect.suspend(() => {
        chapters += 1
        return Console.log(`\n${chapters}. ${title}`)
      }),
    say,
    sayOnce: (text) =>
      Effect.suspend(() => {
        if (said.has(text)) return Effect.void
        said.add(text)
        return say(text)
      }),
    show: (text) => Console.log(`\n${indent(text)}\n`),
    done: (text, effect) =>
      Effect.gen(function* () {
        const started = yield* Clock.currentTimeMillis
        const result = yield* effect
        const seconds = ((yield* Clock.currentTimeMillis) - started) / 1000
        yield* say(`✓ ${text} (${seconds.toFixed(1)} s)`)
        return result
      })
  }
}
