import { labels, resources } from "@multicluster-mesh/mesh-model"
import * as Effect from "effect/Effect"
import { applyExample } from "../../src/applyYaml.ts"
import { plantBookinfoOn, plantUsersMesh, type UsersMesh } from "../../src/plant.ts"
import { imported } from "../../src/story.ts"
import { allReady } from "../../src/until.ts"
import { makeWorld, type ProductOptions, type World } from "../../src/World.ts"
import { differences, type Picture, takePicture } from "../faults/Picture.ts"
import { deploy, eventually, listServed, rest } from "../observing.ts"

export const clusters = ["managedcluster1", "managedcluster2"] as const

/** A world without the product, with a mesh of a user on the first cluster, and bookinfo on both. */
export const plantedWorld = Effect.gen(function* () {
  const world = yield* makeWorld({ clusters, speed: 150 })
  const users = yield* plantUsersMesh(world, clusters[0])
  yield* plantBookinfoOn(world, ...clusters)
  yield* eventually("the user's mesh is ready", users.ready)
  return { world, users }
})

/** Deploys two meshes, federates them, offers two services, and waits until all of that is true and at rest. */
export const federateAll = Effect.fnUntraced(function* (world: World) {
  yield* deploy(world, ...clusters)
  yield* applyExample(world.hub, "mesh-federation-services.yaml")
  yield* federated(world)
})

/** Waits until the pair is proven, both services are imported, and nobody writes any more. */
export const federated = Effect.fnUntraced(function* (world: World) {
  yield* eventually("the pair is proven", allReady(world.hub, resources.meshPeerings, 1))
  yield* eventually("both services are imported", imported(world, 2))
  yield* rest(world)
})

/** A fleet at rest, the product running in the scope of the caller. */
export const settledFleet = Effect.fnUntraced(function* (options: ProductOptions = {}) {
  const { users, world } = yield* plantedWorld
  yield* world.startProduct(options)
  yield* federateAll(world)
  return { users, world, before: yield* lookAt(world, users) }
})

/** What there is on the clusters. */
export interface ClusterLook {
  /** Our objects with uid and generation: what was made anew, or changed and changed back, is not what it was. */
  readonly ours: ReadonlyArray<string>
  /** What a user has beside them. */
  readonly users: string
}

export interface Look extends ClusterLook {
  /** The content of all on hub and clusters. */
  readonly picture: Picture
}

export const lookAt = (world: World, users: UsersMesh) =>
  Effect.all({ picture: takePicture(world), ours: oursIn(world), users: users.everything })

export const lookAtClusters = (world: World, users: UsersMesh) =>
  Effect.all({ ours: oursIn(world), users: users.everything })

const oursIn = Effect.fnUntraced(function* (world: World) {
  const lines: Array<string> = []
  for (const { api, name } of world.clusters)
    for (const type of resources.delivered)
      for (const { kind, metadata } of yield* listServed(api, type, { labelSelector: labels.fleetLabel })) {
        const { generation, namespace = "", uid } = metadata
        lines.push(`${name}: ${kind} ${namespace}/${metadata.name} ${uid} generation ${generation}`)
      }
  return lines.sort()
})

/** What on the clusters is gone, another object than before, or was changed, if only for a while; a line each. */
export const touched = (before: ClusterLook, after: ClusterLook): ReadonlyArray<string> => [
  ...before.ours.filter((one) => !after.ours.includes(one)).map((one) => `${one} is not there any more`),
  ...(before.users === after.users ? [] : ["the user's own mesh has changed"])
]

/** The same, and what on hub or clusters has another content now. */
export const harm = (before: Look, after: Look): ReadonlyArray<string> => [
  ...differences(before.picture, after.picture),
  ...touched(before, after)
]
