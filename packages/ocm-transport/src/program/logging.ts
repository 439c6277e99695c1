import * as Cause from "effect/Cause"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import type { LogLevel as Level } from "effect/LogLevel"
import * as References from "effect/References"
import { setting } from "./setting.ts"
import { wordText } from "./texts.ts"

const levels = {
  all: "All",
  trace: "Trace",
  debug: "Debug",
  info: "Info",
  warn: "Warn",
  warning: "Warn",
  error: "Error",
  fatal: "Fatal",
  none: "None"
} as const
const words = ["all", "trace", "debug", "info", "warn", "warning", "error", "fatal", "none"] as const

/** What is not worth a line. */
export const LogLevel = GlobalFlag.Setting("log-level")({
  flag: setting({
    name: "log-level",
    description: `The least that is logged: ${words.join(", ")}; info when omitted`,
    text: { ...wordText(words), metavar: "level" }
  }).pipe(
    Flag.map((word): Level => levels[word]),
    Flag.withDefault("Info" satisfies Level)
  )
})

/** How a line looks. */
export const LogFormat = GlobalFlag.Setting("log-format")({
  flag: setting({
    name: "log-format",
    description: "json: one object a line; pretty: for people; json when omitted",
    text: { ...wordText(["json", "pretty"]), metavar: "format" }
  }).pipe(Flag.withDefault("json" as const))
})

/** Ends what `run` has opened, and logs as it was asked for, a bug of `program` included. */
export const logged =
  (program: string) =>
  <A, E, R>(run: Effect.Effect<A, E, R>) =>
    Effect.gen(function* () {
      const format = yield* LogFormat
      const level = yield* LogLevel
      return yield* run.pipe(
        Effect.scoped,
        Effect.tapDefect((defect) => Effect.logFatal(`a bug ends ${program}`, Cause.die(defect))),
        Effect.provide(Logger.layer([format === "json" ? Logger.consoleJson : Logger.consolePretty()])),
        Effect.provideService(References.MinimumLogLevel, level)
      )
    })
