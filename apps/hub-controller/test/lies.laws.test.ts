import { assert, describe, it } from "@effect/vitest"
import { meshesOf } from "@multicluster-mesh/discovery"
import { type HubState, type Plan, planHub } from "@multicluster-mesh/federation-planner"
import {
  carryOut,
  clusterOf,
  deploymentOf,
  federationOf,
  hubWith,
  imagineWorld,
  type ImaginedWorld,
  meshRef,
  settle,
  validRoot,
  withState
} from "@multicluster-mesh/federation-planner/testing"
import {
  canonicalJson,
  ClusterReport,
  identityKey,
  identityOf,
  labels,
  type ManifestWork,
  manifestsOf
} from "@multicluster-mesh/mesh-model"
import * as Schema from "effect/Schema"
import { lies, strangeAddresses } from "./lies.ts"

/** The agent of `liar` lies; `peer` is federated with it, `others` are not. */
const liar = "east"
const peer = "west"
const others = ["north", "south"]

const federated = settle(
  imagineWorld(
    hubWith({
      clusters: [liar, peer, ...others].map((name) => clusterOf(name)),
      deployments: [deploymentOf("mesh", [liar, peer, ...others])],
      federations: [
        federationOf("pair", [[meshRef(liar), meshRef(peer)]], {
          services: [
            { name: "ratings", from: meshRef(peer), namespace: "shop", names: ["ratings"], importAs: "Remote" }
          ]
        }),
        federationOf("others", [others.map((name) => meshRef(name))])
      ]
    }),
    { services: [{ cluster: peer, namespace: "shop", name: "ratings" }] }
  )
)

/** The world as the hub sees it when the agent of `liar` says all of `told` at once. */
const lied = (world: ImaginedWorld, told: ReadonlyArray<string>): ImaginedWorld =>
  withState(world, (state) => {
    const clusters = state.clusters.map((cluster) => {
      const { agent, name } = cluster
      const report = agent?.status?.report
      if (name !== liar || agent === undefined || report === undefined) return cluster
      const said = told.reduce((one, lie) => lies[lie]?.(one, state) ?? one, report)
      // what does not fit the schema is never read, and tells nothing
      if (!Schema.is(ClusterReport)(said)) return { ...cluster, agent: undefined }
      return { ...cluster, agent: { ...agent, status: { ...agent.status, report: said } } }
    })
    const agent = clusters.find(({ name }) => name === liar)?.agent
    const report = agent?.status?.report
    const read = report === undefined ? undefined : meshesOf(liar, report, (pem) => validRoot(pem))
    const found = [...state.found.filter(({ cluster }) => cluster !== liar), ...(read?.found ?? [])]
    const roots = found.flatMap(({ report: { rootCertificate } }) => rootCertificate ?? [])
    const certificates = new Map(roots.map((pem) => [pem, { _tag: "Facts" as const, facts: validRoot(pem) }]))
    return { clusters, found, certificates }
  })

const Told = Schema.Array(Schema.Literals(Object.keys(lies))).check(Schema.isMinLength(1), Schema.isMaxLength(4))

const workText = ({ metadata, spec }: ManifestWork): string =>
  canonicalJson([metadata.labels, metadata.annotations, spec])

const worksOn = ({ state }: ImaginedWorld, clusters: ReadonlyArray<string>) =>
  new Map(
    state.works
      .filter(({ metadata }) => clusters.includes(metadata.namespace ?? ""))
      .map((work) => [`${work.metadata.namespace}/${work.metadata.name}`, work])
  )

const identitiesIn = (work: ManifestWork | undefined): ReadonlyArray<string> =>
  work === undefined
    ? []
    : manifestsOf(work)
        .map((object) => identityKey(identityOf(object)))
        .sort()

const rulesIn = (work: ManifestWork | undefined): ReadonlyArray<string> =>
  (work?.spec.deleteOption?.selectivelyOrphans?.orphaningRules ?? []).map((rule) => canonicalJson(rule)).sort()

/** What a plan takes away, or begins to. */
const endsIn = ({ objects, works }: Plan): ReadonlyArray<string> => [
  ...works.flatMap((action) => (action._tag === "DeleteWork" ? [`work ${action.cluster}/${action.name}`] : [])),
  ...objects.flatMap((action) => {
    if (action._tag === "DeleteObject") {
      // a Mesh that stands for what was found on the cluster itself
      return action.type.kind === "Mesh" && action.namespace === liar ? [] : [`${action.type.kind} ${action.name}`]
    }
    return action._tag === "ApplyObject" && JSON.stringify(action.object["spec"]).includes('"removal"')
      ? [`removal of ${action.object.kind} ${action.object.metadata.name}`]
      : []
  })
]

const meshesElsewhere = (state: HubState): ReadonlyArray<string> =>
  state.meshes.filter(({ metadata }) => metadata.namespace !== liar).map(({ metadata }) => metadata.name)

describe("an agent that lies", () => {
  it.prop(
    "changes nothing on clusters that are not its peers, takes nothing away anywhere, and ends no wish",
    { told: Told },
    ({ told }) => {
      let world = federated
      for (let round = 0; round < 6; round++) {
        world = lied(world, told)
        const plan = planHub(world.state)
        assert.deepStrictEqual(endsIn(plan), [])
        world = carryOut(world, plan)
      }
      const [before, after] = [worksOn(federated, others), worksOn(world, others)]
      assert.deepStrictEqual([...after.keys()].sort(), [...before.keys()].sort())
      for (const [name, work] of before) assert.strictEqual(workText(after.get(name)!), workText(work), name)

      const [beforePeer, afterPeer] = [worksOn(federated, [peer]), worksOn(world, [peer])]
      assert.deepStrictEqual([...afterPeer.keys()].sort(), [...beforePeer.keys()].sort())
      for (const [name, work] of beforePeer) {
        const now = afterPeer.get(name)
        assert.deepStrictEqual(identitiesIn(now), identitiesIn(work), name)
        assert.deepStrictEqual(rulesIn(now), rulesIn(work), name)
        if (!(work.metadata.annotations?.[labels.unitAnnotation] ?? "").startsWith("peering/"))
          assert.strictEqual(workText(now!), workText(work), name)
      }
      const text = [...afterPeer.values()].map(workText).join("\n")
      for (const address of strangeAddresses) assert.notInclude(text, `"${address}"`)
      assert.notInclude(text, "RVZJTA==")
      assert.deepStrictEqual(meshesElsewhere(world.state), meshesElsewhere(federated.state))
    },
    { arbitrary: { runs: 60 } }
  )

  it("can tell each of these lies to a hub that then plans", () => {
    for (const lie of Object.keys(lies)) {
      const world = lied(federated, [lie])
      assert.notStrictEqual(canonicalJson(world.state.clusters), canonicalJson(federated.state.clusters), lie)
      planHub(world.state)
    }
  })
})
