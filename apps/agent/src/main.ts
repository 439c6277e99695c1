import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { labels } from "@multicluster-mesh/mesh-model"
import { kubeConfigFile, makeKubeApi, type Readiness } from "@multicluster-mesh/ocm-transport"
import { keepLease } from "@multicluster-mesh/ocm-transport/addon"
import { serveHealth } from "@multicluster-mesh/ocm-transport/health"
import { cleanStop, logged, podOrNamedFile, runProgram } from "@multicluster-mesh/ocm-transport/program"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import { flags } from "./config.ts"
import { runAgent } from "./runAgent.ts"
import { agentVersion } from "./version.ts"
import { makeWorkWatch } from "./WorkWatch.ts"

const agent = Command.make("agent", flags, (config) =>
  Effect.gen(function* () {
    const rateLimit = { qps: config.qps, burst: config.burst }
    const hubServer = yield* kubeConfigFile(config.hubKubeconfig)
    const localServer = yield* podOrNamedFile(config.kubeconfig, kubeConfigFile)
    yield* Effect.logInfo(
      `agent ${agentVersion} of the managed cluster ${config.cluster} at ${localServer.server}, for the hub at ${hubServer.server}`
    )
    const hub = yield* makeKubeApi(hubServer, { rateLimit })
    const local = yield* makeKubeApi(localServer, { rateLimit })
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
    Effect.tapError((error) => Effect.logFatal(`cannot start: ${error.message}`)),
    logged("the agent")
  )
).pipe(Command.withDescription("Reports what is on a managed cluster to the hub of the multicluster mesh add-on."))

runProgram(agent, agentVersion).pipe(Effect.provide(NodeServices.layer), NodeRuntime.runMain(cleanStop))
