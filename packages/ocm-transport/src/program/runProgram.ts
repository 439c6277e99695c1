import * as Cause from "effect/Cause"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { LogFormat, LogLevel } from "./logging.ts"

/** A wrong call is answered by one line that names the help, not by the help. */
export const briefErrors = CliOutput.layerPresenter({
  present: (event) => {
    if (event._tag !== "InvalidInvocation") return CliOutput.defaultPresenter.present(event)
    const command = event.commandPath.join(" ")
    const problems = event.errors.map(({ message }) => message.replaceAll(/\s+/gu, " ").trim())
    return Console.error(`${command}: ${problems.join("; ")} (see ${command} --help)`)
  }
})

/** Runs a command with the flags that every program of ours has and `briefErrors`. */
export const runProgram = <const Name extends string, Input, E, R, Context>(
  command: Command.Command<Name, Input, Context, E, R>,
  version: string
) =>
  Command.run(Command.withGlobalFlags(command, [LogLevel, LogFormat]), { version }).pipe(
    Effect.provide(Layer.merge(flags, briefErrors))
  )

/** For `NodeRuntime.runMain`: what went wrong has been said, and a stop that was asked for is no failure. */
export const cleanStop = {
  disableErrorReporting: true,
  teardown: (exit: Exit.Exit<unknown, unknown>, onExit: (code: number) => void) =>
    onExit(Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause) ? 0 : 1)
}

const flags = CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions] })
