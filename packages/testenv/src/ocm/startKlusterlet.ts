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
  /** The one that runs now. */
  readonly registration: RunningProcess
  /** The one that runs now. */
  readonly work: RunningProcess
  /**
   * Kills the registration agent and starts another one, as after a time without power; under `agentId`, if given, as
   * when the klusterlet was installed anew. Returns when it is healthy: it may have to join the hub again.
   *
   * Errors: `TestenvError` with the end of its log when it does not come up again.
   */
  readonly restartRegistration: (agentId?: string) => Effect.Effect<void, TestenvError>
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
  const commonFor = (agentId: string) => [
    `--namespace=${klusterletNamespace}`,
    "--disable-leader-election",
    `--spoke-cluster-name=${name}`,
    `--agent-id=${agentId}`
  ]
  const common = commonFor(`${name}-agent`)
  const scope = yield* Effect.scope
  const startRegistration = (agentId: string) =>
    startAgent(folder, "registration-agent", tools.registration, [
      ...commonFor(agentId),
      `--kubeconfig=${adminKubeconfig(plane)}`,
      `--bootstrap-kubeconfig=${bootstrapFile}`,
      `--hub-kubeconfig-dir=${hubKubeconfig}`,
      "--cluster-healthcheck-period=10s"
    ])
  let registration = (yield* startRegistration(`${name}-agent`)).running
  yield* Effect.raceFirst(options.untilAvailable, registration.ended)
  const token = yield* kubectlOn(plane, ["-n", klusterletNamespace, "create", "token", workAccount, "--duration=24h"])
  const workFile = fileIn(
    folder,
    "work.kubeconfig",
    kubeconfigOf(plane.server, plane.authority.certificate, { token: token.trim() })
  )
  const startWork = startAgent(folder, "work-agent", tools.work, [
    ...common,
    `--kubeconfig=${workFile}`,
    "--workload-source-driver=kube",
    `--workload-source-config=${join(hubKubeconfig, "kubeconfig")}`,
    "--status-sync-interval=2s",
    "--appliedmanifestwork-eviction-grace-period=10s"
  ]).pipe(
    Effect.tap(({ port, running }) => Effect.raceFirst(untilHealthy("work-agent", port), running.ended)),
    Effect.map(({ running }) => running),
    Scope.provide(scope)
  )
  let work = yield* startWork
  const klusterlet: Klusterlet = {
    get registration() {
      return registration
    },
    get work() {
      return work
    },
    restartRegistration: Effect.fnUntraced(function* (agentId = `${name}-agent`) {
      yield* registration.signal("SIGKILL")
      yield* registration.exited
      const { port, running } = yield* Scope.provide(startRegistration(agentId), scope)
      registration = running
      yield* Effect.raceFirst(untilHealthy("registration-agent", port), running.ended)
    }),
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
