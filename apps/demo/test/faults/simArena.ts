import { runAgent } from "@multicluster-mesh/agent"
import { runHub } from "@multicluster-mesh/hub-controller"
import { type Fault as ServerFault, type KubeSim, makeKubeSim, simulateOcm } from "@multicluster-mesh/kube-sim"
import { makeKubeApi } from "@multicluster-mesh/ocm-transport"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { hubNamespaces, makeWorldOn, type World } from "../../src/World.ts"
import { countWrites } from "../observing.ts"
import type { Arena, Fault } from "./Arena.ts"
import type { Dice } from "./Dice.ts"
import { plantUsers } from "./plantUsers.ts"
import { stageClusters } from "./stages.ts"

const speed = 180
/** OCM's own, faster; a conflict that a work agent meets is tried again after `reapply`, in OCM after 4 minutes. */
const delays = { statusSync: Duration.millis(55), retry: Duration.millis(166), reapply: Duration.seconds(10) }
const resync = Duration.millis(333)

/** The world on kube-sim, with the product in this process. */
export const makeSimArena = Effect.gen(function* () {
  const world = yield* makeWorldOn(
    (name) => makeKubeSim({ name }),
    { clusters: stageClusters, speed },
    ({ hub, clusters }) => simulateOcm({ hub, clusters, delays })
  )
  const users = yield* plantUsers(world)
  const misdeeds: Array<string> = []
  const clock = yield* movableClock
  const parts = yield* Effect.forEach(partsOf(world), ({ name, run }) =>
    makePart(name, run.pipe(Effect.provideService(Clock.Clock, clock.clock)), (what) => misdeeds.push(what))
  )
  const arena: Arena = {
    world,
    users,
    faults: [
      ...productFaults(parts),
      ...serverFaults(world),
      ...fleetFaults(world),
      {
        name: "clock wrong by hours, then corrected",
        strike: (dice) =>
          Effect.sync(() => clock.move(dice.between(-6, 6) * 3_600_000)).pipe(
            Effect.andThen(Effect.sleep(dice.between(500, 5000))),
            Effect.andThen(Effect.sync(() => clock.move(0)))
          )
      }
    ],
    misdeeds: Effect.sync(() => [...misdeeds]),
    countWrites: countWrites(world),
    quietMillis: 1000,
    patienceMillis: 60_000
  }
  return arena
})

/** One program of the product, in this process. */
interface Part {
  readonly name: string
  readonly stop: Effect.Effect<void>
  readonly start: Effect.Effect<void>
  readonly restart: (pauseMillis: number) => Effect.Effect<void>
}

/** Each part of the product has its own connections, as a process has. */
export const partsOf = (world: World) => [
  {
    name: "hub-controller",
    run: Effect.flatMap(makeKubeApi(world.hubSim.connection), (hub) =>
      runHub({ hub, addonNamespace: hubNamespaces.addon })
    )
  },
  ...world.clusters.map(({ name, sim }) => ({
    name: `agent of ${name}`,
    run: Effect.flatMap(
      Effect.all([makeKubeApi(world.hubSim.connection), makeKubeApi(sim.connection)]),
      ([hub, local]) => runAgent({ hub, local, cluster: name, resync })
    )
  }))
]

/** Runs a part of the product, until it is stopped or the scope ends; `onEnd` hears when it ends by itself. */
export const makePart = Effect.fnUntraced(function* <E>(
  name: string,
  run: Effect.Effect<never, E, Scope.Scope>,
  onEnd: (what: string) => void
) {
  const outer = yield* Effect.scope
  let life: Scope.Closeable | undefined
  const start = Effect.gen(function* () {
    life = yield* Scope.fork(outer)
    yield* Effect.forkScoped(
      Effect.onExit(run, (exit) =>
        Effect.sync(() => {
          if (!Exit.hasInterrupts(exit)) onEnd(`${name} ended by itself: ${String(exit)}`)
        })
      )
    ).pipe(Scope.provide(life))
  })
  const stop = Effect.suspend(() => (life === undefined ? Effect.void : Scope.close(life, Exit.void)))
  yield* start
  const part: Part = {
    name,
    stop,
    start,
    restart: (pauseMillis) => stop.pipe(Effect.andThen(Effect.sleep(pauseMillis)), Effect.andThen(start))
  }
  return part
})

const productFaults = (parts: ReadonlyArray<Part>): ReadonlyArray<Fault> => {
  const [hub, ...agents] = parts
  const restartAll = (some: ReadonlyArray<Part>, dice: Dice) =>
    Effect.forEach(some, (part) => part.restart(dice.between(0, 500)), { concurrency: "unbounded", discard: true })
  return [
    { name: "hub-controller ended", strike: (dice) => restartAll(hub === undefined ? [] : [hub], dice) },
    { name: "agent ended", strike: (dice) => restartAll([dice.one(agents)], dice) },
    { name: "all of the product ended", strike: (dice) => restartAll(parts, dice) },
    {
      name: "hub-controller ended again and again",
      strike: (dice) =>
        Effect.forEach(
          [1, 2, 3, 4],
          () => Effect.andThen(restartAll(parts.slice(0, 1), dice), Effect.sleep("150 millis")),
          {
            discard: true
          }
        )
    }
  ]
}

const always = Number.POSITIVE_INFINITY
const refuse = (status: number): ServerFault => ({ _tag: "Refuse", status, message: "on purpose", times: always })

const serverTroubles: ReadonlyArray<{ readonly name: string; readonly faults: ReadonlyArray<ServerFault> }> = [
  {
    name: "overloaded (429)",
    faults: [{ _tag: "Refuse", status: 429, message: "on purpose", times: always, retryAfterSeconds: 1 }]
  },
  { name: "errors (500)", faults: [refuse(500)] },
  { name: "down (503), watches cut", faults: [refuse(503), { _tag: "CutWatch", times: always }] },
  { name: "each write conflicts (409)", faults: [{ _tag: "Conflict", times: always }] },
  { name: "watches cut", faults: [{ _tag: "CutWatch", times: 5 }] },
  {
    name: "watches cut, versions too old (410)",
    faults: [
      { _tag: "Gone", times: 50 },
      { _tag: "CutWatch", times: 0 }
    ]
  }
]

/** On the hub or on one of the clusters; who reads and writes there, the simulators included, feels it. */
const serverFaults = ({ clusters, hubSim }: World): ReadonlyArray<Fault> =>
  serverTroubles.flatMap(({ name, faults }): ReadonlyArray<Fault> => [
    { name: `hub: ${name}`, strike: (dice) => hold(hubSim, faults, dice.between(50, 1500)) },
    { name: `cluster: ${name}`, strike: (dice) => hold(dice.one(clusters).sim, faults, dice.between(50, 1500)) }
  ])

const hold = (sim: KubeSim, faults: ReadonlyArray<ServerFault>, millis: number) =>
  Effect.forEach(faults, (fault) => sim.fail(fault), { discard: true }).pipe(
    Effect.andThen(Effect.sleep(millis)),
    Effect.scoped
  )

/** A cluster, or its add-on, that is away for a while. */
const fleetFaults = ({ clusters, ocm }: World): ReadonlyArray<Fault> => {
  const away =
    (set: (cluster: string, available: boolean) => Effect.Effect<void>): Fault["strike"] =>
    (dice) => {
      const { name } = dice.one(clusters)
      return set(name, false).pipe(
        Effect.andThen(Effect.sleep(dice.between(50, 2000))),
        Effect.andThen(set(name, true))
      )
    }
  return [
    { name: "cluster unreachable", strike: away(ocm.setAvailable) },
    { name: "add-on not available", strike: away(ocm.setAddOnAvailable) }
  ]
}

/** A wall clock that can be moved; what waits is not moved. */
export const movableClock = Effect.map(Clock.Clock, (real) => {
  let offset = 0
  const millis = () => real.currentTimeMillisUnsafe() + offset
  const nanos = () => real.currentTimeNanosUnsafe() + BigInt(Math.round(offset)) * 1_000_000n
  const clock: Clock.Clock = {
    currentTimeMillisUnsafe: millis,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: () => real.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: real.monotonicTimeNanos,
    sleep: (duration) => real.sleep(duration)
  }
  return { clock, move: (millis: number) => (offset = millis) }
})
