import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { labels } from "@multicluster-mesh/mesh-model"
import {
  inCluster,
  KubeConfigError,
  kubeConfigFile,
  makeKubeApi,
  type Readiness
} from "@multicluster-mesh/ocm-transport"
import { keepLease } from "@multicluster-mesh/ocm-transport/addon"
import { serveHealth } from "@multicluster-mesh/ocm-transport/health"
import * as Cause from "effect/Cause"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import { flags } from "./config.ts"
import { runAgent } from "./runAgent.ts"
import { agentVersion } from "./version.ts"
import { makeWorkWatch } from "./WorkWatch.ts"

const agent = Command.make("agent", flags, (config) =>
  Effect.gen(function* () {
    const rateLimit = { qps: config.qps, burst: config.burst }
    const hub = yield* makeKubeApi(yield* kubeConfigFile(config.hubKubeconfig), { rateLimit })
    const ownCluster = Option.match(config.kubeconfig, {
      onNone: () => Effect.mapError(inCluster(), orNameAFile),
      onSome: (file) => kubeConfigFile(file)
    })
    const local = yield* makeKubeApi(yield* ownCluster, { rateLimit })
    const readiness = yield* Ref.make<Readiness>({ ready: false, message: "starts" })
    if (config.healthPort !== 0) yield* serveHealth(config.healthPort, Ref.get(readiness))
    const { onWork, isWorking } = yield* makeWorkWatch(config.resync)
    if (Option.isSome(config.leaseNamespace)) {
      const lease = { api: local, name: labels.addonName, namespace: config.leaseNamespace.value }
      yield* Effect.forkScoped(keepLease({ ...lease, isHealthy: isWorking }))
    }
    return yield* runAgent({
      hub,
      local,
      cluster: config.cluster,
      resync: config.resync,
      onReadiness: (value) => Ref.set(readiness, value),
      onWork
    })
  }).pipe(
    Effect.scoped,
    Effect.tapError((error) => Effect.logFatal(`cannot start: ${error.message}`)),
    Effect.tapDefect((defect) => Effect.logFatal("a bug ends the agent", Cause.die(defect))),
    Effect.provide(Logger.layer([config.logFormat === "json" ? Logger.consoleJson : Logger.consolePretty()]))
  )
).pipe(Command.withDescription("Reports what is on a managed cluster to the hub of the multicluster mesh add-on."))

const orNameAFile = ({ file }: KubeConfigError) =>
  new KubeConfigError({ file, problem: "not in a pod with a service account: name a kubeconfig file by --kubeconfig" })

Command.run(agent, { version: agentVersion }).pipe(
  Effect.provide(NodeServices.layer),
  NodeRuntime.runMain({
    // said above, in the format that was asked for
    disableErrorReporting: true,
    // a stop that was asked for is no failure
    teardown: (exit, onExit) => onExit(Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause) ? 0 : 1)
  })
)
