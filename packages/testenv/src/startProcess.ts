import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { closeSync, openSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { TestenvError } from "./TestenvError.ts"

export interface ProcessOptions {
  /** Also the name of the log file. */
  readonly name: string
  readonly command: string
  readonly args: ReadonlyArray<string>
  /** Folder for the log. */
  readonly folder: string
  readonly env?: Readonly<Record<string, string>>
}

export interface RunningProcess {
  readonly pid: number
  /** Fails as soon as the process has ended, with the end of its log. */
  readonly ended: Effect.Effect<never, TestenvError>
  /** Its exit code, once it has ended. */
  readonly exited: Effect.Effect<number>
  /** Sends it a signal, unless it has ended. */
  readonly signal: (signal: NodeJS.Signals) => Effect.Effect<void>
  readonly log: string
}

/**
 * The shell holds the process by a pipe from us. When the pipe closes, because the scope ends or because we die
 * without a word, the shell kills the process: nothing is left behind by a test run that crashed.
 */
const guard = `exec 3<&0
"$@" </dev/null >&2 & pid=$!
echo $pid
(cat <&3 >/dev/null; kill -KILL $pid 2>/dev/null) & watcher=$!
wait $pid; code=$?
kill $watcher 2>/dev/null
exit $code`

/** Runs a process for as long as the scope lives; its output goes to \`<folder>/<name>.log\`. It is ended by SIGKILL. */
export const startProcess = Effect.fnUntraced(function* (options: ProcessOptions) {
  const log = join(options.folder, `${options.name}.log`)
  const started = yield* Effect.acquireRelease(
    Effect.callback<{ readonly pid: number; readonly exit: Promise<number>; readonly end: () => void }, TestenvError>(
      (resume) => {
        const file = openSync(log, "a")
        const child = spawn("/bin/sh", ["-c", guard, options.name, options.command, ...options.args], {
          stdio: ["pipe", "pipe", file],
          env: { ...process.env, TMPDIR: options.folder, ...options.env }
        })
        closeSync(file)
        const exit = new Promise<number>((resolve) => child.once("exit", (code) => resolve(code ?? -1)))
        child.once("error", (cause) =>
          resume(Effect.fail(new TestenvError({ part: options.name, problem: cause.message })))
        )
        child.stdout?.once("data", (line: Buffer) =>
          resume(Effect.succeed({ pid: Number.parseInt(line.toString(), 10), exit, end: () => child.stdin?.end() }))
        )
      }
    ),
    ({ end, exit }) =>
      Effect.promise(() => {
        end()
        return exit
      })
  )
  const ended = Effect.flatMap(
    Effect.promise(() => started.exit),
    (code) => Effect.fail(new TestenvError({ part: options.name, problem: `ended with ${code}\n${lastLines(log)}` }))
  )
  let running = true
  void started.exit.then(() => (running = false))
  const result: RunningProcess = {
    pid: started.pid,
    ended,
    exited: Effect.promise(() => started.exit),
    signal: (signal) => Effect.sync(() => running && process.kill(started.pid, signal)),
    log
  }
  return result
})

const lastLines = (file: string): string => readFileSync(file, "utf8").trimEnd().split("\n").slice(-15).join("\n")
