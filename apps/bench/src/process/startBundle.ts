import { freePort, type RunningProcess, startProcess } from "@multicluster-mesh/testenv"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { spawn } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { BenchError } from "../BenchError.ts"
import { profileFlags } from "./runChild.ts"

/** A program of ours, as it is in an image: one file without node_modules. */
export type Program = "hub-controller" | "agent"

export interface RunningProgram {
  /** Fails when the program ends. */
  readonly ended: RunningProcess["ended"]
  /** Waits until it says that it does its work. */
  readonly ready: Effect.Effect<void, BenchError>
  readonly usage: Effect.Effect<Usage>
  /** Asks it to end, and waits until it has: a CPU profile is only written then. */
  readonly stop: Effect.Effect<void>
}

export interface Usage {
  readonly rssMiB: number
  readonly peakMiB: number
  readonly cpuSeconds: number
}

/** Makes the bundle of a program anew in `folder`; `readable` for a profile that names functions. */
export const bundle = (program: Program, folder: string, readable: boolean): Effect.Effect<string, BenchError> =>
  Effect.callback((resume) => {
    const cwd = fileURLToPath(new URL(`../../../${program}/`, import.meta.url))
    const outDir = join(folder, program)
    const flags = readable ? ["--no-minify"] : []
    const child = spawn("tsup", ["--silent", "--out-dir", outDir, ...flags], {
      cwd,
      stdio: ["ignore", "ignore", "inherit"]
    })
    const file = join(outDir, "main.js")
    child.once("error", ({ message }) => resume(Effect.fail(new BenchError({ problem: `tsup: ${message}` }))))
    child.once("close", () =>
      resume(
        existsSync(file) ? Effect.succeed(file) : Effect.fail(new BenchError({ problem: `no bundle of ${program}` }))
      )
    )
  })

export interface BundleOptions {
  readonly name: string
  readonly program: Program
  readonly file: string
  readonly args: ReadonlyArray<string>
  /** Folder for its log. */
  readonly folder: string
  readonly profile?: string | undefined
}

/** Starts a bundle; it is ended with the scope. */
export const startBundle = Effect.fnUntraced(function* ({ args, file, folder, name, profile, program }: BundleOptions) {
  const { env, flags } = runtimeOf(program)
  const port = yield* freePort
  const running = yield* startProcess({
    name,
    command: process.execPath,
    env,
    args: [...flags, ...profileFlags(profile), file, ...args, "--health-port", String(port)],
    folder
  }).pipe(Effect.mapError(({ message }) => new BenchError({ problem: message })))
  const started: RunningProgram = {
    ended: running.ended,
    ready: Effect.tryPromise({
      try: async () => {
        const answer = await fetch(`http://127.0.0.1:${port}/readyz`)
        const message = await answer.text()
        // one that waits for the lease is ready too
        if (!answer.ok || message.startsWith("stands by")) throw new Error(message)
      },
      catch: () => new BenchError({ problem: `${name} is not ready; its log: ${lastLines(running.log)}` })
    }).pipe(Effect.retry({ schedule: Schedule.spaced("20 millis"), times: 1500 })),
    usage: Effect.sync(() => usageOf(running.pid)),
    stop: Effect.andThen(
      Effect.sync(() => process.kill(running.pid, "SIGTERM")),
      Effect.ignore(running.ended)
    )
  }
  return started
})

/** How the image of a program starts it. */
const runtimeOf = (program: Program) => {
  const file = new URL(`../../../../deploy/docker/${program}.Dockerfile`, import.meta.url)
  const lines = readFileSync(file, "utf8").split("\n")
  const entrypoint = lines.find((line) => line.startsWith("ENTRYPOINT ")) ?? ""
  const env = lines.flatMap((line) => (line.startsWith("ENV ") ? line.slice(4).split(" ") : []))
  return {
    flags: [...entrypoint.matchAll(/"(--[^"]+)"/gu)].map(([, flag = ""]) => flag),
    env: Object.fromEntries(env.map((one) => one.split("=", 2)))
  }
}

/** What a living process takes, as Linux has it. */
const usageOf = (pid: number): Usage => {
  const status = readFileSync(`/proc/${pid}/status`, "utf8")
  const mib = (field: string) =>
    Number(new RegExp(`${field}:\\s+(\\d+) kB`, "u").exec(status)?.[1] ?? Number.NaN) / 1024
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? []
  const ticks = Number(fields[11]) + Number(fields[12])
  return { rssMiB: mib("VmRSS"), peakMiB: mib("VmHWM"), cpuSeconds: ticks / 100 }
}

const lastLines = (file: string): string => readFileSync(file, "utf8").trimEnd().split("\n").slice(-5).join("\n")
