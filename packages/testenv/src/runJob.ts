import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type ControlPlane, kubeconfigOf } from "./ControlPlane.ts"
import { kubectlOn } from "./ocm/kubectlOn.ts"
import { startProcess } from "./startProcess.ts"

const Text = Schema.optionalKey(Schema.String)

/** What of a Job is heeded here. */
const decodeJob = Schema.decodeUnknownEffect(
  Schema.fromJsonString(
    Schema.Struct({
      spec: Schema.Struct({
        template: Schema.Struct({
          spec: Schema.Struct({
            serviceAccountName: Schema.String,
            containers: Schema.Tuple([
              Schema.Struct({
                args: Schema.Array(Schema.String),
                env: Schema.Array(
                  Schema.Struct({
                    name: Schema.String,
                    value: Text,
                    valueFrom: Schema.optionalKey(
                      Schema.Struct({ fieldRef: Schema.Struct({ fieldPath: Schema.Literal("metadata.namespace") }) })
                    )
                  })
                )
              })
            ])
          })
        })
      })
    })
  )
)

export interface JobToRun {
  readonly plane: ControlPlane
  readonly namespace: string
  readonly name: string
  /** How the program of its image is run here. */
  readonly program: (args: ReadonlyArray<string>) => { readonly command: string; readonly args: ReadonlyArray<string> }
  /** Runs between the end of the process and the word of it: the Job and its rights are still there. */
  readonly beforeEnd?: Effect.Effect<unknown, unknown>
}

const often = Schedule.max([Schedule.spaced("200 millis"), Schedule.recurs(600)])

/**
 * Does for a Job what kubelet and job controller do: waits until it is there, runs its process once, with the arguments,
 * environment and rights that it says, and writes into its status how that ended. In place of the pod's own credentials
 * stands a kubeconfig with a token of its ServiceAccount, named by `MESH_KUBECONFIG`. Returns exit code and log.
 */
export const runJob = Effect.fnUntraced(function* (job: JobToRun) {
  const { beforeEnd = Effect.void, name, namespace, plane, program } = job
  const kubectl = (args: ReadonlyArray<string>) => kubectlOn(plane, ["-n", namespace, ...args])
  const { spec } = (yield* decodeJob(yield* Effect.retry(kubectl(["get", "job", name, "-o", "json"]), often))).spec
    .template
  const [container] = spec.containers
  const startTime = yield* now
  const token = yield* Effect.retry(kubectl(["create", "token", spec.serviceAccountName]), often)
  const run = `job-${name}-${yield* Clock.currentTimeMillis}`
  const kubeconfig = join(plane.folder, `${run}.kubeconfig`)
  const ownConfig = kubeconfigOf(plane.server, plane.authority.certificate, { token: token.trim() })
  writeFileSync(kubeconfig, ownConfig, { mode: 0o600 })
  const environment = container.env.map((one): [string, string] => [one.name, one.value ?? namespace])
  const { exited, log } = yield* startProcess({
    name: run,
    folder: plane.folder,
    env: { NODE_OPTIONS: "", ...Object.fromEntries(environment), MESH_KUBECONFIG: kubeconfig },
    ...program(container.args)
  })
  const exitCode = yield* exited
  yield* beforeEnd
  const status = { startTime, ...ended(exitCode === 0, yield* now) }
  yield* kubectl(["patch", "job", name, "--subresource=status", "--type=merge", `-p=${JSON.stringify({ status })}`])
  return { exitCode, log: readFileSync(log, "utf8") }
}, Effect.scoped)

const now = Effect.map(DateTime.now, (time) => DateTime.formatIso(time).replace(/\.\d+Z$/u, "Z"))

/** The API server accepts the last condition only beside the one that announces it. */
const ended = (succeeded: boolean, at: string) => {
  const condition = (type: string) => ({
    type,
    status: "True",
    reason: succeeded ? "CompletionsReached" : "BackoffLimitExceeded",
    message: succeeded ? "Reached expected number of succeeded pods" : "Job has reached the specified backoff limit",
    lastProbeTime: at,
    lastTransitionTime: at
  })
  return succeeded
    ? { succeeded: 1, completionTime: at, conditions: ["SuccessCriteriaMet", "Complete"].map(condition) }
    : { failed: 1, conditions: ["FailureTarget", "Failed"].map(condition) }
}
