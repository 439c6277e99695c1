import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { makePlanner, planHub, type HubState, type Plan } from "@multicluster-mesh/federation-planner"
import { carriedBy } from "../src/works.ts"
import { canonicalJson, isDeleting, keyOf, labels, type ManifestWork } from "@multicluster-mesh/mesh-model"
import {
  clusterOf,
  deploymentOf,
  federationOf,
  hubWith,
  meshRef,
  now
} from "@multicluster-mesh/federation-planner/testing"
import { Fleet } from "./Fleet.ts"
import { Seed, shuffledState } from "./shuffledState.ts"

const clusters = ["east", "north", "west"]

/** What may happen to a fleet; few names, so that the generated stories meet. */
const Happening = Schema.Union([
  Schema.Struct({ _tag: Schema.tag("Turn") }),
  Schema.Struct({ _tag: Schema.tag("List"), clusters: Schema.Array(Schema.Literals(["east", "north", "west"])) }),
  Schema.Struct({ _tag: Schema.tag("DeleteDeployment") }),
  Schema.Struct({ _tag: Schema.tag("LoseDeployment") }),
  Schema.Struct({ _tag: Schema.tag("LoseWorks"), cluster: Schema.Literals(["east", "north", "west"]) }),
  Schema.Struct({ _tag: Schema.tag("LoseMeshes") }),
  Schema.Struct({ _tag: Schema.tag("Away"), cluster: Schema.Literals(["east", "north", "west"]) }),
  Schema.Struct({ _tag: Schema.tag("Back"), cluster: Schema.Literals(["east", "north", "west"]) }),
  Schema.Struct({ _tag: Schema.tag("LoseKind"), kind: Schema.Literals(["ServiceMeshControlPlane", "Namespace"]) }),
  Schema.Struct({ _tag: Schema.tag("HourPasses") })
])
type Happening = typeof Happening.Type

const Story = Schema.Array(Happening).check(Schema.isMaxLength(24))
const runs = { arbitrary: { runs: 10 } }

const startOf = (): HubState =>
  hubWith({
    clusters: clusters.map((name) => clusterOf(name)),
    deployments: [
      deploymentOf("mesh", ["east", "west"]),
      deploymentOf("shop", ["east"], { controlPlane: { namespace: "shop-system" } })
    ],
    federations: [federationOf("all", [[meshRef("east"), meshRef("west")]])]
  })

const happen = (fleet: Fleet, happening: Happening): void => {
  const { state } = fleet
  const setAvailable = (cluster: string, available: boolean) =>
    state.clusters.map((facts) => (facts.name === cluster ? { ...facts, available } : facts))
  if (happening._tag === "Turn") fleet.turn()
  if (happening._tag === "HourPasses") {
    fleet.state = { ...state, now: new Date(Date.parse(state.now) + 3_600_000).toISOString().replace(".000Z", "Z") }
  }
  if (happening._tag === "List") {
    const list = (one: HubState["deployments"][number]) =>
      one.metadata.name === "mesh" ? deploymentOf("mesh", [...new Set(happening.clusters)], {}, one.metadata) : one
    fleet.state = { ...state, deployments: state.deployments.map(list) }
  }
  if (happening._tag === "DeleteDeployment") {
    const ended = { deletionTimestamp: now }
    const deployments = state.deployments
      .filter(({ metadata }) => metadata.name !== "mesh" || metadata.finalizers !== undefined)
      .map((one) => (one.metadata.name === "mesh" ? { ...one, metadata: { ...one.metadata, ...ended } } : one))
    fleet.state = { ...state, deployments }
  }
  if (happening._tag === "LoseDeployment") fleet.state = { ...state, deployments: [] }
  if (happening._tag === "LoseMeshes") fleet.state = { ...state, meshes: [] }
  if (happening._tag === "LoseWorks") {
    fleet.state = { ...state, works: state.works.filter(({ metadata }) => metadata.namespace !== happening.cluster) }
  }
  if (happening._tag === "Away") fleet.state = { ...state, clusters: setAvailable(happening.cluster, false) }
  if (happening._tag === "Back") {
    fleet.state = { ...state, clusters: setAvailable(happening.cluster, true) }
    fleet.look()
  }
  if (happening._tag === "LoseKind") {
    for (const cluster of clusters) {
      for (const what of fleet.on(cluster)) if (what.startsWith(happening.kind)) fleet.deleteByUser(cluster, what)
    }
  }
}

/** The states that a story passes through. */
const statesOf = (story: ReadonlyArray<Happening>): ReadonlyArray<HubState> => {
  const fleet = new Fleet(startOf())
  for (let turn = 0; turn < 4; turn++) fleet.turn()
  return story.map((happening) => {
    happen(fleet, happening)
    if (happening._tag !== "Turn") fleet.turn()
    return fleet.state
  })
}

/** Plans with a planner that remembers, and checks each of its plans against one from scratch. */
const remembering = () => {
  const planner = makePlanner()
  return (state: HubState): Plan => {
    const plan = planner(state)
    assert.strictEqual(canonicalJson(plan), canonicalJson(planHub({ ...state })))
    return plan
  }
}

const frozen = <A>(value: A): A => {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    Object.values(value).forEach(frozen)
  }
  return value
}

/** The units, in words, whose removal is recorded on the hub. */
const recordedUnits = (state: HubState): ReadonlySet<string> =>
  new Set([
    ...state.meshes.filter(({ spec }) => spec.removal !== undefined).map((mesh) => `mesh/${keyOf(mesh)}`),
    ...state.peerings
      .filter(({ spec }) => spec.removal !== undefined)
      .flatMap(({ metadata }) => [`peering/${metadata.name}/left`, `peering/${metadata.name}/right`])
  ])

const unitOf = (work: ManifestWork): string => work.metadata.annotations?.[labels.unitAnnotation] ?? ""

/** What a plan takes away or lets go of, in words, without a record; the unit of a cluster needs none. */
const takenWithoutRecord = (state: HubState, plan: Plan): ReadonlyArray<string> => {
  const recorded = recordedUnits(state)
  return state.works
    .filter((work) => !recorded.has(unitOf(work)) && !isDeleting(work))
    .flatMap((work) => {
      const action = plan.works.find(
        ({ cluster, name }) => cluster === work.metadata.namespace && name === work.metadata.name
      )
      if (action === undefined) return []
      const isOfCluster = unitOf(work).startsWith("cluster/")
      const hasOthers = state.works.some(
        (other) => other.metadata.namespace === work.metadata.namespace && !unitOf(other).startsWith("cluster/")
      )
      if (isOfCluster && !hasOthers) return []
      if (action._tag === "DeleteWork") return [`deletes ${work.metadata.name}`]
      const after = carriedBy({ ...work, spec: action.spec })
      return [...carriedBy(work)].flatMap(([key, before]) => {
        const now = after.get(key)
        if (now === undefined) return [`drops ${key}`]
        return before.orphaned && !now.orphaned ? [`lifts ${key}`] : []
      })
    })
}

describe("plans over the stories of a fleet", () => {
  it.prop(
    "are planned by a planner that remembers as they are from scratch, byte for byte",
    [Story],
    ([story]) => {
      const fleet = new Fleet(startOf(), { plan: remembering() })
      for (let turn = 0; turn < 4; turn++) fleet.turn()
      for (const happening of story) {
        happen(fleet, happening)
        fleet.turn()
      }
    },
    runs
  )

  it.prop(
    "do not depend on the order of anything, and change nothing of what they read",
    [Story, Seed],
    ([story, seed]) => {
      const state = statesOf(story).at(-1) ?? startOf()
      const plan = planHub(frozen(state))
      assert.deepStrictEqual(planHub(shuffledState(state, seed)), plan)
    },
    runs
  )

  it.prop(
    "take nothing away without a record",
    [Story],
    ([story]) => {
      for (const state of statesOf(story)) assert.deepStrictEqual(takenWithoutRecord(state, planHub(state)), [])
    },
    runs
  )

  it.prop(
    "touch no work on a cluster of which nothing is known",
    [Story],
    ([story]) => {
      for (const state of statesOf(story)) {
        const away = new Set(state.clusters.filter(({ available }) => !available).map(({ name }) => name))
        const touched = planHub(state).works.filter(({ cluster }) => away.has(cluster))
        assert.deepStrictEqual(touched, [])
      }
    },
    runs
  )

  it.prop(
    "begin nothing with an object of which nothing is known",
    [Story],
    ([story]) => {
      const [last] = statesOf(story).slice(-1)
      if (last === undefined) return
      const silent = {
        ...last,
        clusters: last.clusters.map(({ agent, ...facts }) => ({
          ...facts,
          agent:
            agent?.status?.report === undefined
              ? agent
              : { ...agent, status: { ...agent.status, report: { ...agent.status.report, objects: [] } } }
        }))
      }
      const written = planHub(silent).works.filter((action) => {
        if (action._tag === "DeleteWork") return true
        const received = silent.works.find(
          ({ metadata }) => metadata.namespace === action.cluster && metadata.name === action.name
        )
        return canonicalJson(received?.spec) !== canonicalJson(action.spec)
      })
      const isOrphaned = (name: string) =>
        silent.works.some((work) => work.metadata.name === name && recordedUnits(silent).has(unitOf(work)))
      assert.deepStrictEqual(
        written.filter(({ name }) => !isOrphaned(name)),
        []
      )
    },
    runs
  )

  it.prop(
    "come to rest, and then write nothing",
    [Story],
    ([story]) => {
      const fleet = new Fleet(startOf())
      for (const happening of story) happen(fleet, happening)
      fleet.settle()
      assert.strictEqual(fleet.turn(), 0)
    },
    runs
  )

  it.prop(
    "harm nothing of a user",
    [Story],
    ([story]) => {
      const theirs = [
        { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop-system" } },
        { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "theirs", namespace: "shop-system" } },
        { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "theirs", namespace: "mesh-system" } },
        {
          apiVersion: "maistra.io/v1",
          kind: "ServiceMeshMemberRoll",
          metadata: { name: "default", namespace: "mesh-system" }
        }
      ]
      const fleet = new Fleet(startOf(), { planted: { east: theirs } })
      for (const happening of story) happen(fleet, happening)
      fleet.settle()
      assert.deepStrictEqual(fleet.cluster("east").harm, [])
    },
    runs
  )
})
