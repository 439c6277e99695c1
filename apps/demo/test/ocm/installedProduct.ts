import { isTrue, labels, resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi } from "@multicluster-mesh/ocm-transport"
import { type ControlPlane, type Proxy } from "@multicluster-mesh/testenv"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { statusOf } from "../../src/until.ts"
import { hubNamespaces, type World } from "../../src/World.ts"
import { installChart } from "./chart.ts"
import { runDeployment } from "./runDeployment.ts"

export const hubController = "multicluster-mesh-hub-controller"
export const installNamespace = "open-cluster-management-agent-addon"
const agentName = `${labels.addonName}-agent`

/**
 * Installs the chart, and runs what its Deployment and those on the managed clusters say, as processes with their own
 * rights; returns once OCM says that the add-on is available on each cluster. They reach the hub by `toHub`, if given.
 */
export const startInstalled = Effect.fnUntraced(function* (world: World<ControlPlane, unknown>, toHub?: Proxy) {
  const misdeeds: Array<string> = []
  const onEnd = (what: string): void => void misdeeds.push(what)
  const { server } = world.hubSim
  const reroute = toHub === undefined ? undefined : { from: server, to: `https://127.0.0.1:${toHub.port}` }
  yield* installChart(world.hubSim)
  const hub = yield* runDeployment({
    plane: world.hubSim,
    namespace: hubNamespaces.addon,
    name: hubController,
    app: "hub-controller",
    reroute,
    onEnd
  })
  const agents = yield* Effect.forEach(
    world.clusters,
    ({ sim }) =>
      runDeployment({
        plane: sim,
        namespace: installNamespace,
        name: agentName,
        app: "agent",
        flags: ["--resync=1 second"],
        reroute,
        onEnd
      }),
    { concurrency: "unbounded" }
  )
  yield* Effect.forEach([hub, ...agents], ({ ready }) => ready, { concurrency: "unbounded", discard: true })
  yield* Effect.forEach(world.clusters, ({ name }) => untilAvailable(world.hub, name), { concurrency: "unbounded" })
  return { hub, agents, misdeeds: Effect.sync((): ReadonlyArray<string> => [...misdeeds]) }
})

export const untilAvailable = (hub: KubeApi, cluster: string, addOn: string = labels.addonName) =>
  hub.get(resources.managedClusterAddOns, { namespace: cluster, name: addOn }).pipe(
    Effect.filterOrFail(
      (found) => isTrue(statusOf(found).conditions, "Available"),
      (found) => new Error(`${addOn} on ${cluster} is not available: ${JSON.stringify(found["status"])}`)
    ),
    Effect.retry(Schedule.max([Schedule.spaced("500 millis"), Schedule.recurs(180)]))
  )
