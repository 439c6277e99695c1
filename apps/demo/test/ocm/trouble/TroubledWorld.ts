import { startProxy } from "@multicluster-mesh/testenv"
import * as Effect from "effect/Effect"
import { plantUsers } from "../../faults/plantUsers.ts"
import { type Stage, stages } from "../../faults/stages.ts"
import { makeOcmWorld } from "../../realWorld.ts"
import { startInstalled } from "../installedProduct.ts"

/** One world for all that can go wrong in it: its start takes longer than a test. */
export type TroubledWorld = Effect.Success<typeof startTroubledWorld>

/** The third name begins with the second; the first two get meshes. */
export const clusters = ["managedcluster1", "managedcluster2", "managedcluster22"] as const

/** OCM's own programs, and the product by its chart, which reaches the hub through a proxy. */
export const startTroubledWorld = Effect.gen(function* () {
  const world = yield* makeOcmWorld({ clusters, speed: 60 })
  const users = yield* plantUsers(world)
  const proxy = yield* startProxy(Number(new URL(world.hubSim.server).port))
  const product = yield* startInstalled(world, proxy)
  return { world, users, proxy, product }
})

export const stageNamed = (name: string): Stage => {
  const stage = stages.find((one) => one.name === name)
  if (stage === undefined) throw new Error(`no stage ${name}`)
  return stage
}

/** The agents of OCM on a cluster. */
export const klusterletOn = ({ world }: TroubledWorld, cluster: string) => {
  const klusterlet = world.ocm.klusterlets.get(cluster)
  if (klusterlet === undefined) throw new Error(`no klusterlet on ${cluster}`)
  return klusterlet
}

/** The process of our agent on a cluster. */
export const agentOn = ({ product, world }: TroubledWorld, cluster: string) => {
  const agent = product.agents[world.clusters.findIndex(({ name }) => name === cluster)]
  if (agent === undefined) throw new Error(`no agent on ${cluster}`)
  return agent
}
