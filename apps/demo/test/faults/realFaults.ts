import { type ControlPlane, makeRawClient, TestenvError } from "@multicluster-mesh/testenv"
import type { Connection, KubeApi, KubeObject, ResourceType } from "@multicluster-mesh/ocm-transport"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import type { World } from "../../src/World.ts"
import type { Fault } from "./Arena.ts"
import type { ProcessOfProduct } from "../keepRunning.ts"
import { productGroup, type RealProduct } from "./RealProduct.ts"

/** What can go wrong with real processes. */
export const realFaults = (world: World<ControlPlane>, product: RealProduct): ReadonlyArray<Fault> => {
  const { hubSim: plane } = world
  const { agents, hubControllers, hubProxy } = product
  return [
    {
      name: "leader killed",
      strike: () => Effect.flatMap(leaderOf(hubControllers), ({ kill }) => kill)
    },
    {
      name: "leader stopped until another leads, then two",
      strike: () =>
        Effect.flatMap(leaderOf(hubControllers), (leader) =>
          pausedWhile(leader, Effect.andThen(Effect.sleep("10 seconds"), untilLed(hubControllers, leader)))
        )
    },
    {
      name: "both hub-controllers killed",
      strike: () => Effect.forEach(hubControllers, ({ kill }) => kill, { discard: true })
    },
    { name: "agent killed", strike: (dice) => dice.one(agents).kill },
    {
      name: "agent killed again and again",
      strike: (dice) => {
        const { kill } = dice.one(agents)
        return Effect.forEach([1, 2, 3], () => Effect.andThen(kill, Effect.sleep(dice.between(600, 2500))), {
          discard: true
        })
      }
    },
    {
      name: "all of the product killed",
      strike: () => Effect.forEach([...hubControllers, ...agents], ({ kill }) => kill, { discard: true })
    },
    {
      name: "hub's API server killed",
      strike: (dice) => plane.restartApiServer(dice.between(0, 3000))
    },
    {
      name: "cluster's API server killed",
      strike: (dice) => dice.one(world.clusters).sim.restartApiServer(dice.between(0, 3000))
    },
    {
      name: "hub's etcd stopped for seconds",
      strike: (dice) => stopEtcd(plane, dice.between(1000, 8000))
    },
    {
      name: "cluster's etcd stopped for seconds",
      strike: (dice) => stopEtcd(dice.one(world.clusters).sim, dice.between(1000, 8000))
    },
    {
      name: "connections to the hub cut again and again",
      strike: (dice) =>
        Effect.forEach([1, 2, 3, 4, 5], () => Effect.andThen(hubProxy.cut, Effect.sleep(dice.between(50, 800))), {
          discard: true
        })
    },
    {
      name: "connections to the hub stall",
      strike: (dice) => hubProxy.stall.pipe(Effect.andThen(Effect.sleep(dice.between(1000, 12_000))), Effect.scoped)
    },
    {
      name: "hub turns the product away (429)",
      strike: (dice) => turnAway(world.hub, product, dice.between(1000, 6000))
    },
    {
      name: "credentials rotated, old ones refused",
      strike: (dice) => product.rotateCredentials(dice.between(0, 4000))
    }
  ]
}

/** By its own word: the last that its log says about the lease. */
const leads = ({ running }: ProcessOfProduct): Effect.Effect<boolean> =>
  Effect.map(running, ({ log }) => {
    const text = readFileSync(log, "utf8")
    return (
      text.lastIndexOf("leads, and starts") >
      Math.max(text.lastIndexOf("stands by"), text.lastIndexOf("waits for the lease"))
    )
  })

const leaderOf = Effect.fnUntraced(function* (controllers: ReadonlyArray<ProcessOfProduct>) {
  for (let tries = 0; tries < 300; tries += 1) {
    for (const controller of controllers) if (yield* leads(controller)) return controller
    yield* Effect.sleep("100 millis")
  }
  return yield* new TestenvError({ part: "hub-controller", problem: "nobody leads" })
})

const untilLed = (controllers: ReadonlyArray<ProcessOfProduct>, without: ProcessOfProduct) =>
  leaderOf(controllers.filter((controller) => controller !== without))

const pausedWhile = <A, E>({ running }: ProcessOfProduct, effect: Effect.Effect<A, E>) =>
  Effect.flatMap(running, ({ signal }) =>
    Effect.acquireUseRelease(
      signal("SIGSTOP"),
      () => effect,
      () => signal("SIGCONT")
    )
  )

const stopEtcd = ({ etcd }: ControlPlane, millis: number) =>
  Effect.acquireUseRelease(
    etcd.signal("SIGSTOP"),
    () => Effect.sleep(millis),
    () => etcd.signal("SIGCONT")
  )

const flowControl = (kind: string, plural: string): ResourceType => ({
  group: "flowcontrol.apiserver.k8s.io",
  version: "v1",
  kind,
  plural,
  namespaced: false
})
const levels = flowControl("PriorityLevelConfiguration", "prioritylevelconfigurations")
const schemas = flowControl("FlowSchema", "flowschemas")
const named = (type: ResourceType, spec: unknown): KubeObject => ({
  apiVersion: "flowcontrol.apiserver.k8s.io/v1",
  kind: type.kind,
  metadata: { name: "no-room" },
  spec
})

/**
 * Priority and fairness has no room for the product, and no queue either. A level without seats still lets in a
 * request that comes while no other is under way (`canAccommodateSeatsLocked` in the API server's queueset), so a crowd
 * keeps that place taken.
 */
const turnAway = (hub: KubeApi, { connection }: RealProduct, millis: number) =>
  Effect.acquireUseRelease(
    Effect.andThen(
      hub.create(
        levels,
        named(levels, {
          type: "Limited",
          limited: {
            nominalConcurrencyShares: 0,
            lendablePercent: 0,
            borrowingLimitPercent: 0,
            limitResponse: { type: "Reject" }
          }
        })
      ),
      hub.create(
        schemas,
        named(schemas, {
          matchingPrecedence: 10,
          priorityLevelConfiguration: { name: "no-room" },
          distinguisherMethod: { type: "ByUser" },
          rules: [
            {
              subjects: [{ kind: "Group", group: { name: productGroup } }],
              resourceRules: [
                { verbs: ["*"], apiGroups: ["*"], resources: ["*"], namespaces: ["*"], clusterScope: true }
              ]
            }
          ]
        })
      )
    ),
    () =>
      connection.pipe(
        Effect.flatMap((product) => crowdFor(product, millis)),
        Effect.scoped
      ),
    () =>
      Effect.orDie(Effect.andThen(hub.delete(schemas, { name: "no-room" }), hub.delete(levels, { name: "no-room" })))
  )

const crowd = 4

/** Requests of the product's, one after the other and several at once, from the first that is turned away. */
const crowdFor = Effect.fnUntraced(function* (connection: Connection, millis: number) {
  const raw = yield* makeRawClient(connection)
  const turnedAway = yield* Deferred.make<void>()
  const ask = Effect.flatMap(raw.request("GET", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"), (answer) =>
    answer.status === 429 ? Deferred.succeed(turnedAway, undefined) : Effect.void
  )
  const asking = Effect.forever(Effect.andThen(Effect.ignore(ask), Effect.sleep("10 millis")))
  yield* Effect.forEach(Array.from({ length: crowd }), () => Effect.forkScoped(asking), { discard: true })
  yield* Effect.timeoutOrElse(Deferred.await(turnedAway), {
    duration: "20 seconds",
    orElse: () => Effect.fail(new TestenvError({ part: connection.server, problem: "turns nobody away" }))
  })
  yield* Effect.sleep(millis)
})
