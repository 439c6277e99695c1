import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import type { Text } from "./setting.ts"

/** Any text that is not empty. */
export const plainText = (expected: string, metavar: string): Text<string> => ({
  schema: Schema.NonEmptyString,
  expected,
  metavar
})

/** One of `words`. */
export const wordText = <const Words extends ReadonlyArray<string>>(words: Words): Text<Words[number]> => ({
  schema: Schema.Literals(words),
  expected: `${words.slice(0, -1).join(", ")} or ${words.at(-1) ?? ""}`,
  metavar: words.join("|")
})

const wholeNumber = (minimum: number, maximum: number): Text<number> => ({
  schema: Schema.NumberFromString.pipe(Schema.decodeTo(Schema.Int.check(Schema.isBetween({ minimum, maximum })))),
  expected: `a whole number from ${minimum} to ${maximum}`,
  metavar: "number"
})

/** Calls with one credential; watches do not count. */
export const rateText = wholeNumber(1, 100_000)

/** A port to listen on; 0 is for none. */
export const portText = wholeNumber(0, 65_535)

const time = (least: string, holds: (time: Duration.Duration) => boolean): Text<Duration.Duration> => ({
  schema: Schema.DurationFromString.check(Schema.makeFilter((time) => Duration.isFinite(time) && holds(time))),
  expected: `a time ${least}, such as "90 seconds" or "2 minutes"`,
  metavar: "time"
})

/** How often something happens. */
export const intervalText = time("above 0", (time) => Duration.isGreaterThan(time, Duration.zero))

/** How long something may take; 0 is for not at all. */
export const limitText = time("that ends", (time) => Duration.isGreaterThanOrEqualTo(time, Duration.zero))
