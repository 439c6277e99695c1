import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type ControlPlane, kubeconfigOf } from "../ControlPlane.ts"
import { freePort } from "../freePort.ts"
import type { OcmTools } from "../OcmTools.ts"
import { type RunningProcess, startProcess } from "../startProcess.ts"
import type { TestenvError } from "../TestenvError.ts"
import { untilHealthy } from "../untilHealthy.ts"
import { adminKubeconfig, kubectlOn } from "./kubectlOn.ts"
import { bootstrapUser, klusterletNamespace, workAccount } from "./ocmObjects.ts"

export interface KlusterletOptions {
  readonly name: string
  readonly plane: ControlPlane
  readonly hub: ControlPlane
  readonly tools: OcmTools
  /** Waits until the hub has accepted the cluster: the work agent needs what it gets then. */
  readonly untilAvailable: Effect.Effect<void, TestenvError>
}

/** OCM's agents on one managed cluster. */
export interface Klusterlet {
  readonly registration: RunningProcess
  /** The one that runs now. */
  readonly work: RunningProcess
  /**
   * Kills the work agent, and after `pause` starts another one; returns when that is healthy.
   *
   * Errors: `TestenvError` with the end of its log when it does not come up again.
   */
  readonly restartWork: (pause: Duration.Input) => Effect.Effect<void, TestenvError>
  /** Folder with the kubeconfig by which the agents speak to the hub. */
  readonly hubKubeconfig: string
}

/**
 * Joins a cluster: the registration agent as an administrator of it, the work agent with no more rights than OCM's
 * operator gives it.
 */
export const startKlusterlet = Effect.fnUntraced(function* (options: KlusterletOptions) {
  const { name, plane, hub, tools } = options
  const { folder } = plane
  const hubKubeconfig = join(folder, "hub-kubeconfig")
  mkdirSync(hubKubeconfig, { recursive: true })
  const bootstrap = yield* Effect.promise(() => hub.authority.signClient(bootstrapUser, ["testenv-bootstrappers"]))
  const bootstrapFile = fileIn(
    folder,
    "bootstrap.kubeconfig",
    kubeconfigOf(hub.server, hub.authority.certificate, certificateUser(bootstrap))
  )
  const common = [
    `--namespace=${klusterletNamespace}`,
    "--disable-leader-election",
    `--spoke-cluster-name=${name}`,
    `--agent-id=${name}-agent`
  ]
  const registration = yield* startAgent(folder, "registration-agent", tools.registration, [
    ...common,
    `--kubeconfig=${adminKubeconfig(plane)}`,
    `--bootstrap-kubeconfig=${bootstrapFile}`,
    `--hub-kubeconfig-dir=${hubKubeconfig}`,
    "--cluster-healthcheck-period=10s"
  ])
  yield* Effect.raceFirst(options.untilAvailable, registration.running.ended)
  const token = yield* kubectlOn(plane, ["-n", klusterletNamespace, "create", "token", workAccount, "--duration=24h"])
  const workFile = fileIn(
    folder,
    "work.kubeconfig",
    kubeconfigOf(plane.server, plane.authority.certificate, { token: token.trim() })
  )
  const scope = yield* Effect.scope
  const startWork = startAgent(folder, "work-agent", tools.work, [
    ...common,
    `--kubeconfig=${workFile}`,
    "--workload-source-driver=kube",
    `--workload-source-config=${join(hubKubeconfig, "kubeconfig")}`,
    "--status-sync-interval=2s",
    "--appliedmanifestwork-eviction-grace-period=30s"
  ]).pipe(
    Effect.tap(({ port, running }) => Effect.raceFirst(untilHealthy("work-agent", port), running.ended)),
    Effect.map(({ running }) => running),
    Scope.provide(scope)
  )
  let work = yield* startWork
  const klusterlet: Klusterlet = {
    registration: registration.running,
    get work() {
      return work
    },
    restartWork: Effect.fnUntraced(function* (pause) {
      yield* work.signal("SIGKILL")
      yield* work.exited
      yield* Effect.sleep(pause)
      work = yield* startWork
    }),
    hubKubeconfig
  }
  return klusterlet
})

const startAgent = Effect.fnUntraced(function* (
  folder: string,
  name: string,
  command: string,
  args: ReadonlyArray<string>
) {
  const port = yield* freePort
  const running = yield* startProcess({
    name,
    command,
    folder,
    args: ["agent", ...args, `--listen=127.0.0.1:${port}`]
  })
  return { port, running }
})

const fileIn = (folder: string, name: string, text: string): string => {
  const file = join(folder, name)
  writeFileSync(file, text, { mode: 0o600 })
  return file
}

const certificateUser = ({ certificate, key }: { readonly certificate: string; readonly key: string }) => ({
  "client-certificate-data": Buffer.from(certificate).toString("base64"),
  "client-key-data": Buffer.from(key).toString("base64")
})
