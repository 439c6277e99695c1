import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { makePlanner, planHub } from "@multicluster-mesh/federation-planner"
import {
  canonicalJson,
  keyOf,
  labels,
  type KubeObject,
  type MeshFederation,
  type MeshRef
} from "@multicluster-mesh/mesh-model"
import type { HubState } from "../src/HubState.ts"
import {
  carryOut,
  federationOf,
  imagineWorld,
  meshRef,
  objectsIn,
  settle,
  withState,
  writesOf,
  type ImaginedWorld
} from "@multicluster-mesh/federation-planner/testing"
import { hubDeploying } from "./hubDeploying.ts"
import { Seed, shuffledState } from "./shuffledState.ts"

/** Four meshes, so that generated federations meet. */
const clusters = ["east", "north", "south", "west"]

const Cluster = Schema.Literals(clusters)
const Lists = Schema.Array(Schema.Array(Cluster).check(Schema.isMinLength(2), Schema.isMaxLength(3))).check(
  Schema.isMinLength(1),
  Schema.isMaxLength(4)
)
const Rounds = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 20 }))
const runs = { arbitrary: { runs: 8 } }

type Lists = typeof Lists.Type

/** One federation per list; each offers a service of its first mesh. A list that names one mesh only lists nothing. */
const federationsOf = (
  lists: Lists,
  order: (peers: ReadonlyArray<MeshRef>) => ReadonlyArray<MeshRef> = (same) => same
) =>
  lists.map((list, index): MeshFederation => {
    const peers = [...new Set(list)].map((cluster) => meshRef(cluster))
    const from = peers[0] ?? meshRef("east")
    const services = [{ name: "ratings", from, namespace: "shop", names: ["ratings"], importAs: "Remote" as const }]
    return federationOf(`f${index}`, [order(peers)], { services }, { uid: `f${index}` })
  })

const worldOf = (federations: ReadonlyArray<MeshFederation>): ImaginedWorld =>
  imagineWorld(hubDeploying(clusters, { federations }), {
    services: clusters.map((cluster) => ({ cluster, namespace: "shop", name: "ratings" }))
  })

const after = (world: ImaginedWorld, rounds: number): ImaginedWorld => {
  let current = world
  for (let round = 0; round < rounds; round++) current = carryOut(current, planHub(current.state))
  return current
}

const namesIn = (state: HubState): ReadonlyMap<string, string> =>
  new Map(state.peerings.map(({ metadata, spec }) => [metadata.name, canonicalJson([spec.left, spec.right])]))

const pairsIn = ({ peerings }: HubState): ReadonlyArray<string> =>
  peerings.map(({ spec: { left, right } }) => `${left.cluster} ${right.cluster}`).sort()

const deleted = (federation: MeshFederation): MeshFederation => ({
  ...federation,
  metadata: { ...federation.metadata, deletionTimestamp: "2026-11-25T12:00:00Z" }
})

describe("federations", () => {
  it.prop(
    "are planned by a planner that remembers as they are from scratch, byte for byte",
    [Lists, Lists, Rounds],
    ([before, later, rounds]) => {
      const planner = makePlanner()
      let world = worldOf(federationsOf(before))
      for (let round = 0; round < rounds + 12; round++) {
        if (round === rounds) {
          const federations = federationsOf(later)
          const gone = world.state.federations.filter(
            (one) => !federations.some((other) => keyOf(other) === keyOf(one))
          )
          world = withState(world, () => ({ federations: [...federations, ...gone.map(deleted)] }))
        }
        const plan = planner(world.state)
        assert.strictEqual(canonicalJson(plan), canonicalJson(planHub({ ...world.state })))
        world = carryOut(world, plan)
      }
    },
    runs
  )

  it.prop(
    "are planned alike in whatever order the state lists its objects",
    [Lists, Rounds, Seed],
    ([lists, rounds, seed]) => {
      const { state } = after(worldOf(federationsOf(lists)), rounds)
      assert.deepStrictEqual(planHub(shuffledState(state, seed)), planHub(state))
    },
    runs
  )

  it.prop(
    "are planned alike whichever mesh a list names first",
    [Lists, Rounds],
    ([lists, rounds]) => {
      const world = after(worldOf(federationsOf(lists)), rounds)
      const turned = federationsOf(lists, (peers) => peers.toReversed()).map((federation, index) => ({
        ...federation,
        ...world.state.federations[index],
        spec: federation.spec
      }))
      const plan = planHub({ ...world.state, federations: turned })
      assert.deepStrictEqual(plan, planHub(world.state))
    },
    runs
  )

  it.prop(
    "come to rest in a state in which nothing is left to do",
    [Lists],
    ([lists]) => {
      const { state } = settle(worldOf(federationsOf(lists)))
      assert.strictEqual(writesOf(state, planHub(state)), 0)
    },
    runs
  )

  it.prop(
    "never change the names of peerings that are there when one more comes",
    [Lists],
    ([lists]) => {
      const all = federationsOf(lists)
      let world = worldOf([])
      for (const federation of all) {
        const before = namesIn(world.state)
        world = settle(withState(world, ({ federations }) => ({ federations: [...federations, federation] })))
        const now = namesIn(world.state)
        for (const [name, sides] of before) assert.strictEqual(now.get(name), sides)
      }
      assert.deepStrictEqual(pairsIn(world.state), pairsIn(settle(worldOf(all)).state))
    },
    runs
  )

  it.prop(
    "leave a cluster and its peers' sides alone while it does not answer",
    [Lists, Rounds, Cluster],
    ([lists, rounds, away]) => {
      const { state } = after(worldOf(federationsOf(lists)), rounds)
      const sidesOf = new Set(
        state.peerings
          .filter(({ spec }) => spec.left.cluster === away || spec.right.cluster === away)
          .flatMap(({ metadata }) => [`peering/${metadata.name}/left`, `peering/${metadata.name}/right`])
      )
      const plan = planHub({
        ...state,
        clusters: state.clusters.map((cluster) =>
          cluster.name === away ? { ...cluster, addOnAvailable: false } : cluster
        )
      })
      const touched = plan.works.filter(
        (work) =>
          work.cluster === away ||
          (work._tag === "ApplyWork" && sidesOf.has(work.annotations[labels.unitAnnotation] ?? ""))
      )
      assert.deepStrictEqual(touched, [])
    },
    runs
  )

  it.prop(
    "that are lost, at whatever moment, take nothing with them",
    [Lists, Rounds, Seed],
    ([lists, rounds, seed]) => {
      const world = after(worldOf(federationsOf(lists)), rounds)
      const lost = world.state.federations.filter((_, index) => (seed >> index) % 2 === 0)
      const left = settle(
        withState(world, ({ federations }) => ({ federations: federations.filter((one) => !lost.includes(one)) }))
      )
      for (const cluster of clusters) {
        const still = new Set(objectsIn(left, cluster).map(inWords))
        for (const object of objectsIn(world, cluster)) assert.include([...still], inWords(object))
      }
    },
    runs
  )

  it.prop(
    "that are deleted, at whatever moment, leave what the others want and nothing else",
    [Lists, Rounds, Seed],
    ([lists, rounds, seed]) => {
      const world = after(worldOf(federationsOf(lists)), rounds)
      const isDeleted = (index: number) => (seed >> index) % 2 === 0
      const left = settle(
        withState(world, ({ federations }) => ({
          federations: federations
            .map((federation, index) => (isDeleted(index) ? deleted(federation) : federation))
            .filter(({ metadata }) => metadata.deletionTimestamp === undefined || metadata.finalizers !== undefined)
        }))
      )
      const wanted = settle(worldOf(federationsOf(lists).filter((_, index) => !isDeleted(index))))
      assert.deepStrictEqual(pairsIn(left.state), pairsIn(wanted.state))
      assert.deepStrictEqual(peersIn(left), peersIn(wanted))
    },
    runs
  )
})

const inWords = (object: KubeObject): string => `${object.kind} ${keyOf(object)}`

/** Peers and roots on all clusters; sets of services may stay behind empty. */
const peersIn = (world: ImaginedWorld): ReadonlyArray<string> =>
  clusters
    .flatMap((cluster) => objectsIn(world, cluster).map((object) => `${cluster} ${inWords(object)}`))
    .filter((text) => /ServiceMeshPeer|ConfigMap/u.test(text))
    .sort()
