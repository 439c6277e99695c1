import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { spawn } from "node:child_process"
import { BenchError } from "../BenchError.ts"

export interface ChildOptions {
  /** File to run, of this checkout or of another one. */
  readonly entry: string
  readonly args: ReadonlyArray<string>
  /** Folder for a CPU profile; none is taken when absent. */
  readonly profile?: string | undefined
}

/** Runs a file of ours in a process of its own, and returns the JSON that it prints. */
export const runChild = <A>(
  answer: Schema.Codec<A>,
  { args, entry, profile }: ChildOptions
): Effect.Effect<A, BenchError> =>
  Effect.callback<string, BenchError>((resume) => {
    const flags = ["--conditions=@multicluster-mesh/source", ...profileFlags(profile)]
    const child = spawn(process.execPath, [...flags, entry, ...args], { stdio: ["ignore", "pipe", "inherit"] })
    let printed = ""
    child.stdout.setEncoding("utf8")
    child.stdout.on("data", (chunk: string) => {
      printed += chunk
    })
    child.once("error", (cause) => resume(Effect.fail(new BenchError({ problem: `${entry}: ${cause.message}` }))))
    child.once("close", (code) =>
      resume(
        code === 0
          ? Effect.succeed(printed)
          : Effect.fail(new BenchError({ problem: `${entry} ended with ${String(code)}` }))
      )
    )
    return Effect.sync(() => child.kill("SIGKILL"))
  }).pipe(
    Effect.flatMap((printed) =>
      Effect.mapError(
        Schema.decodeUnknownEffect(Schema.fromJsonString(answer))(printed),
        (error) => new BenchError({ problem: `${entry} prints something else: ${error.message}` })
      )
    )
  )

/** What makes Node write a CPU profile into a folder when the process ends. */
export const profileFlags = (folder: string | undefined): ReadonlyArray<string> =>
  folder === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${folder}`]
