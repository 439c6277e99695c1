import { labels, resources } from "@multicluster-mesh/mesh-model"
import { startProcess } from "@multicluster-mesh/testenv"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as References from "effect/References"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it } from "vitest"
import { hubNamespaces, makeWorld } from "../src/World.ts"
import { programOf } from "./keepRunning.ts"
import { eventually, holds } from "./observing.ts"

const cluster = "managedcluster1"
const leaseName = "multicluster-mesh-hub-controller"

const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "stop-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

it("hub controller and agent end well when they are asked to, and the lease is given back", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const world = yield* makeWorld({ clusters: [cluster], speed: 150 })
    const kubeconfig = (name: string, text: string) => {
      const file = join(folder, `${name}.kubeconfig`)
      writeFileSync(file, text, { mode: 0o600 })
      return file
    }
    const hub = kubeconfig("hub", world.hubSim.kubeconfig)
    const local = kubeconfig(cluster, world.on(cluster).sim.kubeconfig)
    const start = (app: string, args: ReadonlyArray<string>) =>
      startProcess({ name: app, folder, ...programOf(app, ["--health-port=0", ...args]) })
    const processes = [
      yield* start("hub-controller", [`--kubeconfig=${hub}`]),
      yield* start("agent", [`--cluster=${cluster}`, `--hub-kubeconfig=${hub}`, `--kubeconfig=${local}`])
    ]
    const fails = Effect.raceAllFirst(processes.map(({ ended }) => ended))
    const reported = Effect.map(
      world.hub
        .get(resources.meshAgents, { namespace: cluster, name: labels.addonName })
        .pipe(Effect.catchReason("KubeError", "NotFound", () => Effect.undefined)),
      (agent) => Predicate.hasProperty(agent?.["status"], "report")
    )
    const leader = Effect.map(
      world.hub.get(resources.leases, { namespace: hubNamespaces.addon, name: leaseName }),
      ({ spec }) => Predicate.isReadonlyObject(spec) && spec["holderIdentity"]
    )
    yield* Effect.raceFirst(eventually("the agent reports to what the hub controller asks", holds(reported)), fails)
    expect(yield* leader).toMatch(/./u)

    for (const { signal } of processes) yield* signal("SIGTERM")
    for (const { exited, log } of processes) {
      expect({ code: yield* exited, fatal: readFileSync(log, "utf8").match(/.*FATAL.*/u) }).toEqual({
        code: 0,
        fatal: null
      })
    }
    expect(yield* leader).toBe("")
  }).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "Error"), Effect.runPromise))
