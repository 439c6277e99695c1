import { labels, resources } from "@multicluster-mesh/mesh-model"
import { agentIdentity } from "@multicluster-mesh/ocm-transport/addon"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { expect, it } from "vitest"
import { plantUsersMesh } from "../../src/plant.ts"
import { hubNamespaces } from "../../src/World.ts"
import { deploy, eventually, find, holds, listServed, oursOn, undeploy } from "../observing.ts"
import { makeOcmWorld } from "../realWorld.ts"
import { installChart } from "./chart.ts"
import { hubController, letAgentsSeeSecrets, startInstalled } from "./installedProduct.ts"
import { auditOf } from "./rights.ts"

const cluster = "managedcluster1"

/** Longer than the work agent takes to delete what a work has brought, where it deletes it. */
const agentsMove = Effect.sleep("12 seconds")

it("a user's mesh and ours survive add-on removal and work deletion; a wished deletion leaves nothing of ours", () =>
  Effect.gen(function* () {
    const world = yield* makeOcmWorld({ clusters: [cluster], speed: 20 })
    const { hub, ocm } = world
    const klusterlet = ocm.klusterlets.get(cluster)
    if (klusterlet === undefined) throw new Error(`no klusterlet on ${cluster}`)
    yield* letAgentsSeeSecrets(world)
    const users = yield* plantUsersMesh(world, cluster)
    yield* eventually("the user's mesh is ready", users.ready)
    const product = yield* startInstalled(world)
    const [agent] = product.agents
    if (agent === undefined) throw new Error("no agent runs")
    const { sim } = world.on(cluster)
    const ofHub = [{ plane: world.hubSim, who: { user: product.hub.user, groups: [] } }]
    const ofAgents = [
      { plane: sim, who: { user: agent.user, groups: [] } },
      { plane: world.hubSim, who: agentIdentity(cluster, labels.addonName) }
    ]
    const refusedToAgent = Effect.map(
      Effect.forEach(ofAgents, (one) => auditOf([one])),
      (audits) => audits.flatMap(({ refused }) => refused)
    )
    yield* deploy(world, cluster)
    expect(yield* refusedToAgent).toEqual([])
    const before = { users: yield* users.everything, ours: yield* oursOn(world, cluster) }
    expect(before.ours.filter((line) => line.startsWith("ServiceMeshControlPlane"))).toHaveLength(1)
    const nothingHasChanged = (after: string) =>
      Effect.gen(function* () {
        expect(yield* users.everything, `the user's, after ${after}`).toBe(before.users)
        expect(yield* oursOn(world, cluster), `ours, after ${after}`).toEqual(before.ours)
      })

    const addOn = { namespace: cluster, name: labels.addonName }
    const uidOfAddOn = Effect.map(find(hub, resources.managedClusterAddOns, addOn), (object) => object?.metadata.uid)
    const first = yield* uidOfAddOn
    yield* hub.delete(resources.managedClusterAddOns, addOn)
    yield* eventually(
      "the Placement brings another add-on",
      holds(Effect.map(uidOfAddOn, (uid) => uid !== undefined && uid !== first))
    )
    yield* agentsMove
    yield* nothingHasChanged("its removal from the cluster")
    yield* agent.ready

    yield* hub.delete(resources.clusterManagementAddOns, { name: labels.addonName })
    yield* eventually("the add-on is gone", holds(Effect.map(uidOfAddOn, (uid) => uid === undefined)))
    yield* agentsMove
    yield* nothingHasChanged("the deletion of the ClusterManagementAddOn")
    yield* installChart(world.hubSim)
    yield* eventually("it is installed again", holds(Effect.map(uidOfAddOn, (uid) => uid !== undefined)))
    yield* agent.ready

    const { exited } = yield* product.hub.running
    yield* hub.delete(resources.deployments, { namespace: hubNamespaces.addon, name: hubController })
    yield* exited
    for (const { metadata } of yield* listServed(hub, resources.manifestWorks, { namespace: cluster }))
      yield* hub.delete(resources.manifestWorks, { namespace: cluster, name: metadata.name })
    yield* agentsMove
    yield* nothingHasChanged("the deletion of all works, while the hub controller is away")

    yield* installChart(world.hubSim)
    const works = listServed(hub, resources.manifestWorks, { namespace: cluster })
    yield* eventually("there are works again", holds(Effect.map(works, (objects) => objects.length > 0)))
    yield* agentsMove
    yield* nothingHasChanged("the return of the hub controller")
    yield* agent.ready
    // an agent's rights go with its add-on, a moment before its process does
    const refusedOnTheWay = yield* refusedToAgent

    yield* undeploy(world)
    yield* Effect.sleep("1 second")
    yield* klusterlet.restartWork("3 seconds")
    yield* eventually(
      "a wished deletion leaves nothing of ours but operators, though the work agent is killed in its middle",
      Effect.map(oursOn(world, cluster), (left) => {
        const rest = left.filter((line) => !line.startsWith("Subscription "))
        return { done: rest.length === 0, progress: rest }
      })
    )
    expect(yield* product.misdeeds).toEqual([])

    const { isTelling, refused } = yield* auditOf(ofHub)
    expect({ isTelling, refused }).toEqual({ isTelling: true, refused: [] })
    expect(yield* refusedToAgent, "refused since the agent is back").toEqual(refusedOnTheWay)
  }).pipe(Effect.scoped, Effect.provide(Logger.layer([])), Effect.runPromise))
