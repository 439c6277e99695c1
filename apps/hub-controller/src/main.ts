import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { kubeConfigFile, makeKubeApi, type Readiness } from "@multicluster-mesh/ocm-transport"
import { serveHealth } from "@multicluster-mesh/ocm-transport/health"
import { clientNodeConnection } from "@multicluster-mesh/ocm-transport/client-node"
import { cleanStop, logged, podOrNamedFile, runProgram } from "@multicluster-mesh/ocm-transport/program"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import { flags, uninstallFlags } from "./config.ts"
import { leadHub } from "./leadHub.ts"
import { runHubController } from "./runHubController.ts"
import { uninstall } from "./uninstall/uninstall.ts"
import { hubVersion } from "./version.ts"

const hubController = Command.make("hub-controller", flags, (config) =>
  Effect.gen(function* () {
    const server = yield* serverOf(config)
    yield* Effect.logInfo(`hub controller ${hubVersion} for the hub at ${server.server}`)
    const rateLimit = { qps: config.qps, burst: config.burst }
    const hub = yield* makeKubeApi(server, { rateLimit })
    const readiness = yield* Ref.make<Readiness>({ ready: false, message: "starts" })
    if (config.healthPort !== 0) yield* serveHealth(config.healthPort, Ref.get(readiness))
    const { addonNamespace } = config
    const onReadiness = (value: Readiness) => Ref.set(readiness, value)
    const { addOnApiVersion, preDeleteLimit } = config
    const work = runHubController({ hub, addonNamespace, addOnApiVersion, preDeleteLimit, onReadiness })
    if (!config.leaderElect) return yield* work
    // sockets of its own: a renewal waits for no other call
    const leaseApi = yield* makeKubeApi(server)
    const { whileHeld } = yield* leadHub({ leaseApi, addonNamespace, onReadiness })
    return yield* whileHeld(work)
  }).pipe(
    Effect.tapError((error) => Effect.logFatal(`cannot start: ${error.message}`)),
    logged("the hub controller")
  )
).pipe(
  Command.withDescription(
    "Discovers, deploys and federates the service meshes of a fleet, from the hub of Open Cluster Management."
  )
)

const uninstallCommand = Command.make("uninstall", uninstallFlags, (config) =>
  Effect.gen(function* () {
    const hub = yield* makeKubeApi(yield* serverOf(config))
    const { addonNamespace, limit } = config
    yield* uninstall({ hub, addonNamespace, limit })
  }).pipe(
    Effect.tapError((error) => Effect.logFatal(error.message)),
    logged("the hub controller")
  )
).pipe(
  Command.withDescription(
    "Takes the add-on away: deletes its ClusterManagementAddOn, waits until the hub controller has undone the federations on all clusters, stops it, and takes our finalizers off what is left on the hub. Meshes stay, and so do MeshDeployments, MeshFederations and the definitions. Where no hub controller works, federations are left as they are, and named. Can be run again at any time; `helm uninstall` runs it first."
  )
)

interface Target {
  readonly kubeconfig: Option.Option<string>
  readonly context: Option.Option<string>
}

const serverOf = ({ context, kubeconfig }: Target) =>
  podOrNamedFile(kubeconfig, (file) => connectionOf(file, Option.getOrUndefined(context)))

/** What must run a program for its credentials, or sign in elsewhere, is left to client-node. */
const connectionOf = (file: string, context: string | undefined) =>
  Effect.catchIf(
    kubeConfigFile(file, context === undefined ? {} : { context }),
    (error) => error.unsupported === true,
    () => clientNodeConnection(file, context)
  )

runProgram(hubController.pipe(Command.withSubcommands([uninstallCommand])), hubVersion).pipe(
  Effect.provide(NodeServices.layer),
  NodeRuntime.runMain(cleanStop)
)
