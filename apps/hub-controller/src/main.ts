import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import {
  inCluster,
  KubeConfigError,
  kubeConfigFile,
  makeKubeApi,
  type Readiness
} from "@multicluster-mesh/ocm-transport"
import { serveHealth } from "@multicluster-mesh/ocm-transport/health"
import { clientNodeConnection } from "@multicluster-mesh/ocm-transport/client-node"
import * as Cause from "effect/Cause"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import { flags } from "./config.ts"
import { leadHub } from "./leadHub.ts"
import { runHubController } from "./runHubController.ts"
import { hubVersion } from "./version.ts"

const hubController = Command.make("hub-controller", flags, (config) =>
  Effect.gen(function* () {
    const connection = Option.match(config.kubeconfig, {
      onNone: () => Effect.mapError(inCluster(), orNameAFile),
      onSome: (file) => connectionOf(file, Option.getOrUndefined(config.context))
    })
    const server = yield* connection
    const rateLimit = { qps: config.qps, burst: config.burst }
    const hub = yield* makeKubeApi(server, { rateLimit })
    const readiness = yield* Ref.make<Readiness>({ ready: false, message: "starts" })
    if (config.healthPort !== 0) yield* serveHealth(config.healthPort, Ref.get(readiness))
    const { addonNamespace } = config
    const onReadiness = (value: Readiness) => Ref.set(readiness, value)
    const { preDeleteLimit } = config
    const work = Effect.scoped(runHubController({ hub, addonNamespace, preDeleteLimit, onReadiness }))
    if (!config.leaderElect) return yield* work
    // sockets of its own: a renewal waits for no other call
    const leaseApi = yield* makeKubeApi(server)
    const { whileHeld } = yield* leadHub({ leaseApi, addonNamespace, onReadiness })
    return yield* whileHeld(work)
  }).pipe(
    Effect.scoped,
    Effect.tapError((error) => Effect.logFatal(`cannot start: ${error.message}`)),
    Effect.tapDefect((defect) => Effect.logFatal("a bug ends the hub controller", Cause.die(defect))),
    Effect.provide(Logger.layer([config.logFormat === "json" ? Logger.consoleJson : Logger.consolePretty()]))
  )
).pipe(
  Command.withDescription(
    "Discovers, deploys and federates the service meshes of a fleet, from the hub of Open Cluster Management."
  )
)

/** What must run a program for its credentials, or sign in elsewhere, is left to client-node. */
const connectionOf = (file: string, context: string | undefined) =>
  Effect.catch(kubeConfigFile(file, context === undefined ? {} : { context }), () =>
    clientNodeConnection(file, context)
  )

const orNameAFile = ({ file }: KubeConfigError) =>
  new KubeConfigError({ file, problem: "not in a pod with a service account: name a kubeconfig file by --kubeconfig" })

Command.run(hubController, { version: hubVersion }).pipe(
  Effect.provide(NodeServices.layer),
  NodeRuntime.runMain({
    // said above, in the format that was asked for
    disableErrorReporting: true,
    // a stop that was asked for is no failure
    teardown: (exit, onExit) => onExit(Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause) ? 0 : 1)
  })
)
