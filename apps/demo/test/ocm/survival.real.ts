import { labels, resources } from "@multicluster-mesh/mesh-model"
import { agentIdentity } from "@multicluster-mesh/ocm-transport/addon"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import * as Scope from "effect/Scope"
import { afterAll, beforeAll, expect, it } from "vitest"
import { plantBookinfoOn, plantUsersMesh } from "../../src/plant.ts"
import { hubNamespaces } from "../../src/World.ts"
import { deploy, eventually, find, holds, listServed, oursOn, undeploy } from "../observing.ts"
import { makeOcmWorld } from "../realWorld.ts"
import { hook, installChart, uninstallRelease } from "./chart.ts"
import { hubController, installNamespace, startInstalled, untilAvailable } from "./installedProduct.ts"
import { federate, federated, heldOnHub, lookAt, namespaceGoes, workAgentRests } from "./leavingClusters.ts"
import { longest } from "./patiently.ts"
import { auditOf, linesOf } from "./rights.ts"
import { ofUninstall, unexplained } from "./unusedForAReason.ts"

const clusters = ["managedcluster1", "managedcluster2"] as const
const [cluster, other] = clusters

const startAll = Effect.gen(function* () {
  const world = yield* makeOcmWorld({ clusters, speed: 20 })
  const users = yield* plantUsersMesh(world, cluster)
  yield* plantBookinfoOn(world, cluster, other)
  yield* eventually("the user's mesh is ready", users.ready)
  const product = yield* startInstalled(world)
  return { world, users, product }
})

const scope = Scope.makeUnsafe()
let started: Effect.Success<typeof startAll>
beforeAll(async () => {
  started = await Effect.runPromise(Effect.provide(Scope.provide(startAll, scope), Logger.layer([])))
})
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

const addOn = { namespace: cluster, name: labels.addonName }

it(
  "a user's mesh and ours survive add-on removal and work deletion; a wished deletion leaves nothing of ours",
  () =>
    Effect.gen(function* () {
      const { product, users, world } = started
      const { hub, ocm } = world
      const klusterlet = ocm.klusterlets.get(cluster)
      if (klusterlet === undefined) throw new Error(`no klusterlet on ${cluster}`)
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

      const uidOfAddOn = Effect.map(find(hub, resources.managedClusterAddOns, addOn), (object) => object?.metadata.uid)
      const first = yield* uidOfAddOn
      yield* hub.delete(resources.managedClusterAddOns, addOn)
      yield* eventually(
        "the Placement brings another add-on",
        holds(Effect.map(uidOfAddOn, (uid) => uid !== undefined && uid !== first))
      )
      yield* workAgentRests(world, cluster)
      yield* nothingHasChanged("its removal from the cluster")
      yield* agent.ready

      yield* hub.delete(resources.clusterManagementAddOns, { name: labels.addonName })
      yield* eventually("the add-on is gone", holds(Effect.map(uidOfAddOn, (uid) => uid === undefined)))
      yield* workAgentRests(world, cluster)
      yield* nothingHasChanged("the deletion of the ClusterManagementAddOn")
      yield* installChart(world.hubSim)
      yield* eventually("it is installed again", holds(Effect.map(uidOfAddOn, (uid) => uid !== undefined)))
      yield* agent.ready

      const { exited } = yield* product.hub.running
      yield* hub.delete(resources.deployments, { namespace: hubNamespaces.addon, name: hubController })
      yield* exited
      const works = Effect.map(listServed(hub, resources.manifestWorks, { namespace: cluster }), (objects) =>
        objects.map(({ metadata }) => metadata.name).sort()
      )
      const carried = yield* works
      for (const name of carried) yield* hub.delete(resources.manifestWorks, { namespace: cluster, name })
      yield* workAgentRests(world, cluster)
      yield* nothingHasChanged("the deletion of all works, while the hub controller is away")

      yield* installChart(world.hubSim)
      yield* eventually(
        "the same works are there again",
        Effect.map(works, (names) => ({ done: names.join() === carried.join(), progress: names }))
      )
      yield* workAgentRests(world, cluster)
      yield* nothingHasChanged("the return of the hub controller")
      yield* agent.ready
      // an agent's rights go with its add-on, a moment before its process does
      const refusedOnTheWay = yield* refusedToAgent

      // a removal goes on only while OCM sees the agent alive
      yield* untilAvailable(hub, cluster)
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
    }).pipe(Effect.provide(Logger.layer([])), Effect.runPromise),
  longest
)

it(
  "what was federated is undone before the add-on leaves a cluster, or all by helm uninstall; meshes stay, and nothing is held",
  () =>
    Effect.gen(function* () {
      const { product, users, world } = started
      const { hub } = world
      yield* deploy(world, ...clusters)
      yield* federate(world)
      const before = yield* lookAt(world, users)
      expect(before.peerings.length).toBeGreaterThan(4)
      expect(before.gateways).toHaveLength(4)
      expect(yield* heldOnHub(world)).toContain(`ManagedClusterAddOn ${cluster}/${labels.addonName}`)

      const uidOfAddOn = Effect.map(find(hub, resources.managedClusterAddOns, addOn), (found) => found?.metadata.uid)
      const first = yield* uidOfAddOn
      yield* hub.delete(resources.managedClusterAddOns, addOn)
      yield* eventually("the first add-on is gone", holds(Effect.map(uidOfAddOn, (uid) => uid !== first)))
      const { items: events } = yield* hub.list(resources.events, { namespace: cluster })
      expect(events.filter((event) => event["reason"] === "PreDeleteGivenUp")).toEqual([])
      yield* federated(world)
      const again = yield* lookAt(world, users)
      expect({ ...again, peerings: [] }).toEqual({ ...before, peerings: [] })
      expect(again.peerings).toHaveLength(before.peerings.length)
      expect(
        again.peerings.filter((line) => before.peerings.includes(line)),
        "not taken away in between"
      ).toEqual([])

      let audit: Effect.Success<ReturnType<typeof auditOf>> | undefined
      const user = `system:serviceaccount:${hook.namespace}:${hook.name}`
      const look = Effect.map(auditOf([{ plane: world.hubSim, who: { user, groups: [] } }]), (seen) => (audit = seen))
      const ended = yield* uninstallRelease(world.hubSim, look)
      expect(ended).toMatchObject({ hook: { exitCode: 0 }, helm: { exitCode: 0 } })
      expect(ended.hook.log).not.toMatch(/"level":"(?:WARN|ERROR|FATAL)"/u)
      expect(yield* listServed(hub, resources.managedClusterAddOns)).toEqual([])
      expect(yield* listServed(hub, resources.meshPeerings)).toEqual([])
      expect(yield* listServed(hub, resources.deployments, { namespace: hubNamespaces.addon })).toEqual([])
      expect(yield* heldOnHub(world)).toEqual([])
      const agents = Effect.map(
        Effect.forEach(world.clusters, ({ api }) =>
          listServed(api, resources.deployments, { namespace: installNamespace })
        ),
        (lists) => lists.flat().length === 0
      )
      yield* eventually("the agents are gone", holds(agents))
      const after = { ...before, peerings: [], gateways: [] }
      expect(yield* lookAt(world, users)).toEqual(after)
      expect({ isTelling: audit?.isTelling, refused: audit?.refused }).toEqual({ isTelling: true, refused: [] })
      expect(audit && linesOf(unexplained(audit, ofUninstall))).toEqual([])
      expect(yield* product.misdeeds).toEqual([])

      for (const name of clusters) yield* hub.delete(resources.managedClusters, { name })
      for (const name of [...clusters, hubNamespaces.users, hubNamespaces.addon]) yield* namespaceGoes(world, name)
      for (const name of clusters) yield* workAgentRests(world, name)
      expect(yield* lookAt(world, users)).toEqual(after)
    }).pipe(Effect.provide(Logger.layer([])), Effect.runPromise),
  longest
)
