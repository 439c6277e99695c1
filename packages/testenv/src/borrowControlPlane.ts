import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import { type ControlPlane, startControlPlane } from "./ControlPlane.ts"
import { spawn } from "node:child_process"
import { makeRawClient } from "./RawClient.ts"
import { TestenvError } from "./TestenvError.ts"

interface Lent {
  readonly plane: ControlPlane
  readonly scope: Scope.Closeable
  /** API groups and versions that it serves by itself. */
  readonly serves: string
}

/**
 * Control planes that nobody uses at the moment. A start costs some seconds of both cores; what a suite leaves behind is
 * wiped in a fraction of one. They end with the process, whose end their guard sees.
 */
const idle: Array<Lent> = []

/**
 * A control plane with nothing in it, for as long as the scope lives: one that an earlier suite of this process has
 * given back, or else a new one. One whose suite failed is not used again, and its logs are kept.
 *
 * Errors: those of `startControlPlane`.
 */
export const borrowControlPlane = (name: string) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.suspend(() => {
        const free = idle.pop()
        return free === undefined ? startLent(name) : Effect.succeed(free)
      }),
      giveBack
    ),
    ({ plane }) => plane
  )

const startLent = Effect.fnUntraced(function* (name: string) {
  const scope = yield* Scope.make()
  const start = Effect.gen(function* () {
    const plane = yield* startControlPlane(name)
    yield* removeWithProcess(plane.folder)
    const lent: Lent = { plane, scope, serves: yield* servedBy(plane) }
    return lent
  }).pipe(Scope.provide(scope))
  return yield* Effect.onError(start, (cause) => Scope.close(scope, Exit.failCause(cause)))
})

/** A shell that hears of our end by the closing of a pipe, whatever that end is, and then removes the folder. */
const removeWithProcess = (folder: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const shell = spawn("/bin/sh", ["-c", 'cat >/dev/null; sleep 1; rm -rf "$0"', folder], {
        stdio: ["pipe", "ignore", "ignore"],
        detached: true
      })
      shell.unref()
      return shell
    }),
    (shell) => Effect.sync(() => shell.kill("SIGKILL"))
  )

const giveBack = (lent: Lent, exit: Exit.Exit<unknown, unknown>) =>
  Exit.isFailure(exit)
    ? Scope.close(lent.scope, exit)
    : wipe(lent).pipe(
        Effect.map(() => void idle.push(lent)),
        Effect.catch((error) => Scope.close(lent.scope, Exit.fail(error)))
      )

/** Brings it back to what it was, and waits until it serves none of the kinds that its suite defined. */
const wipe = ({ plane, serves }: Lent) =>
  Effect.andThen(
    plane.wipe,
    servedBy(plane).pipe(
      Effect.filterOrFail(
        (now) => now === serves,
        (now) => new TestenvError({ part: plane.server, problem: `it still serves ${now}` })
      ),
      Effect.retry(Schedule.max([Schedule.spaced("50 millis"), Schedule.recurs(400)]))
    )
  )

const servedBy = (plane: ControlPlane): Effect.Effect<string, TestenvError> =>
  Effect.scoped(
    Effect.gen(function* () {
      const raw = yield* makeRawClient(plane.connection)
      const { status, text } = yield* raw.request("GET", "/apis")
      if (status !== 200) return yield* new TestenvError({ part: plane.server, problem: `/apis says ${status}` })
      return text
    })
  )
