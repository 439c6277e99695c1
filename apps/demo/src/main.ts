import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { agentVersion } from "@multicluster-mesh/agent"
import { briefErrors } from "@multicluster-mesh/ocm-transport/program"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import { Command, Flag } from "effect/cli"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeNarrator } from "./Narrator.ts"
import { takeItAllAway, tellTheStory } from "./story.ts"
import { readTableFrom } from "./tables.ts"
import { makeWorld, type World } from "./World.ts"

/** A cloud needs half a minute for a load balancer's address, the demo half a second. */
const speed = 60

const demo = Effect.fnUntraced(function* (keep: boolean) {
  const started = yield* Clock.currentTimeMillis
  const narrator = makeNarrator()
  yield* Console.log("Multicluster Mesh: discover, deploy and federate service meshes, on a simulated fleet")
  yield* narrator.chapter("A fleet: one hub, three managed clusters")
  const clusters = ["managedcluster1", "managedcluster2", "managedcluster3"]
  const world = yield* narrator.done(
    "API servers, Open Cluster Management and mesh operators run, all in this process",
    makeWorld({ clusters, speed })
  )
  const users = yield* tellTheStory(world, narrator, readTableFrom(world.hubSim.url))
  if (keep) yield* keepRunning(world)
  yield* takeItAllAway(world, narrator, users)
  const seconds = ((yield* Clock.currentTimeMillis) - started) / 1000
  yield* Console.log(
    `\nAll of it in ${seconds.toFixed(0)} s. With \`npm run demo -- --keep\` it stays, for your own kubectl.`
  )
}, Effect.scoped)

/** Hands the fleet over to the user's own kubectl until Ctrl-C. */
const keepRunning = Effect.fnUntraced(function* (world: World) {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "multicluster-mesh-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  )
  const files = [{ name: "hub", sim: world.hubSim }, ...world.clusters].map(({ name, sim }) => {
    const file = join(folder, `${name}.kubeconfig`)
    writeFileSync(file, sim.kubeconfig, { mode: 0o600 })
    return file
  })
  yield* Console.log(
    [
      "\nThe fleet keeps running until Ctrl-C. In another terminal:\n",
      `  export KUBECONFIG=${files[0]}`,
      "  kubectl get mesh -A",
      "  kubectl get meshpeerings -A",
      "  kubectl describe mesh -n managedcluster1 managedcluster1-mesh",
      "  kubectl describe meshfederation -n open-cluster-management wrong      # refused: its status says why",
      "  kubectl delete meshfederation -n open-cluster-management mcsm         # undone, step by step: get meshpeerings -A -w",
      "  kubectl apply -f examples/quickstart/mesh-federation-services.yaml    # and back; more in examples/quickstart",
      "\nThe managed clusters:\n",
      ...files.slice(1).map((file) => `  kubectl --kubeconfig ${file} get smcp,smmr -A`),
      ""
    ].join("\n")
  )
  yield* Effect.onInterrupt(Effect.never, () => Console.log("\nStopped. The fleet and its kubeconfig files are gone."))
})

const command = Command.make(
  "demo",
  {
    keep: Flag.Boolean("keep").pipe(
      Flag.withDescription("Leave the fleet running at the end, and print how kubectl reaches it."),
      Flag.withDefault(false)
    ),
    verbose: Flag.Boolean("verbose").pipe(
      Flag.withDescription("Show the logs of the hub controller and the agents."),
      Flag.withDefault(false)
    )
  },
  (flags) => demo(flags.keep).pipe(Effect.provideService(References.MinimumLogLevel, flags.verbose ? "Info" : "Error"))
).pipe(Command.withDescription("Runs the whole main job on a simulated fleet, and tells what happens."))

Command.run(command, { version: agentVersion }).pipe(
  Effect.provide(NodeServices.layer),
  Effect.provide(briefErrors),
  Effect.provide(Logger.layer([Logger.consolePretty()])),
  NodeRuntime.runMain
)
