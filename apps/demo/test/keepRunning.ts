import { type ProcessOptions, type RunningProcess, startProcess } from "@multicluster-mesh/testenv"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

/** One process of the product, which is started again whenever it has ended, as a kubelet does. */
export interface ProcessOfProduct {
  readonly name: string
  /** The one that runs now. */
  readonly running: Effect.Effect<RunningProcess>
  /** Kills it without a word; another one is started. */
  readonly kill: Effect.Effect<void>
  /** Asks it to end, and kills it when it does not heed that; no other one is started. Returns when it has ended. */
  readonly stop: Effect.Effect<void>
}

/** As long as a kubelet waits when nothing else is said. */
const gracePeriod = "30 seconds"

/** How one of the apps is run from its source; as another release than that of the source, if `release` is one. */
export const programOf = (app: string, args: ReadonlyArray<string>, release?: string) => ({
  command: process.execPath,
  args: [
    "--conditions=@multicluster-mesh/source",
    ...(release === undefined ? [] : [`--import=${new URL("asRelease.ts", import.meta.url).href}?${release}`]),
    fileURLToPath(new URL(`../../${app}/src/main.ts`, import.meta.url)),
    ...args
  ]
})

/** Runs a process for as long as the scope lives, and tells `onEnd` of ends that nobody asked for. */
export const keepRunning = Effect.fnUntraced(function* (
  name: string,
  onEnd: (what: string) => void,
  options: ProcessOptions
) {
  // made before the fiber below: when all ends, that one ends first and takes no end of a process for news
  const processes = yield* Effect.flatMap(Effect.scope, (scope) => Scope.fork(scope))
  let current: { readonly process: RunningProcess; readonly life: Scope.Closeable } | undefined
  let killed = false
  let stopped = false
  const start = Effect.gen(function* () {
    const life = yield* Scope.fork(processes)
    current = { life, process: yield* Scope.provide(startProcess(options), life) }
  })
  yield* start
  const running = Effect.suspend(() =>
    current === undefined ? Effect.die(new Error(`${name} does not run`)) : Effect.succeed(current.process)
  )
  yield* Effect.gen(function* () {
    const { exited, log } = yield* running
    const code = yield* exited
    if (stopped) yield* Effect.never
    if (!killed) onEnd(`${name} ended by itself with ${code}: ${readFileSync(log, "utf8").slice(-1000)}`)
    killed = false
    if (current !== undefined) yield* Scope.close(current.life, Exit.void)
    yield* Effect.sleep("300 millis")
    yield* start
  }).pipe(
    Effect.tapCause((cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.void
        : Effect.sync(() => onEnd(`${name} does not start: ${Cause.pretty(cause)}`))
    ),
    Effect.forever,
    Effect.forkScoped
  )
  const process: ProcessOfProduct = {
    name,
    running,
    kill: Effect.flatMap(running, ({ signal }) =>
      Effect.suspend(() => {
        killed = true
        return signal("SIGKILL")
      })
    ),
    stop: Effect.gen(function* () {
      stopped = true
      const { exited, signal } = yield* running
      yield* signal("SIGTERM")
      const insist = Effect.andThen(signal("SIGKILL"), exited)
      yield* Effect.timeoutOrElse(exited, { duration: gracePeriod, orElse: () => insist })
    })
  }
  return process
})
