import { assert, describe, it } from "@effect/vitest"
import {
  identityOf,
  type ClusterReport,
  type KubeObject,
  type ManifestWork,
  type Mark
} from "@multicluster-mesh/mesh-model"
import { knowledgeOf } from "../src/Knowledge.ts"
import { planUnit } from "../src/planUnit.ts"
import type { Unit } from "../src/Unit.ts"
import { carriedBy, unitHash } from "../src/works.ts"
import { clusterOf, fleetId, hubWith, now, reportOf } from "@multicluster-mesh/federation-planner/testing"

const key = "mesh/east/shop"
const ours: Mark = { fleetId, unit: unitHash(key) }

const configMap = (name: string, data: Readonly<Record<string, string>> = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "shop-system" },
  data
})
const [first, second] = [configMap("first"), configMap("second")]

const stage = (name: string, objects: ReadonlyArray<KubeObject>, waitsFor?: string): Unit["stages"][number] => ({
  name,
  identities: objects.map(identityOf),
  objects,
  waitsFor
})

const unitOf = (stages: Unit["stages"], given: Partial<Unit> = {}): Unit => ({
  key,
  cluster: "east",
  chain: ["Mesh east/shop"],
  stages,
  removal: undefined,
  heldBecause: undefined,
  ...given
})

type Answer = Omit<ClusterReport["objects"][number], "apiVersion" | "kind" | "name" | "namespace">

const absent: Answer = { state: "Absent" }
const presentAs = (mark?: Mark): Answer => ({ state: "Present", uid: "u1", ...(mark === undefined ? {} : { mark }) })

/** Plans `unit` on a cluster whose agent answers so; what it does not answer is unknown. */
const plan = (
  unit: Unit,
  answers: ReadonlyArray<readonly [KubeObject, Answer]>,
  works: ReadonlyArray<ManifestWork> = []
) => {
  const objects = answers.map(([object, answer]) => ({ ...identityOf(object), ...answer }))
  const state = hubWith({ clusters: [clusterOf("east", reportOf({ objects }))] })
  return planUnit(unit, { fleetId, now, knowledge: knowledgeOf(state, "east"), works })
}

/** The works of a plan as they are received back. */
const received = ({ works }: ReturnType<typeof plan>): ReadonlyArray<ManifestWork> =>
  works.flatMap((action) =>
    action._tag === "DeleteWork"
      ? []
      : [
          {
            apiVersion: "work.open-cluster-management.io/v1",
            kind: "ManifestWork" as const,
            metadata: {
              name: action.name,
              namespace: action.cluster,
              uid: action.name,
              generation: 1,
              labels: action.labels,
              annotations: action.annotations
            },
            spec: action.spec
          }
        ]
  )

const carried = (result: ReturnType<typeof plan>) =>
  received(result).flatMap((work) =>
    [...carriedBy(work).values()].map(({ force, object, orphaned }) => ({
      name: object.metadata.name,
      force,
      orphaned
    }))
  )

const one = unitOf([stage("namespace", [first])])

describe("the delivery of a unit", () => {
  it("begins without force, and wins once the object is reported as ours", () => {
    const begun = plan(one, [[first, absent]])
    assert.deepStrictEqual(carried(begun), [{ name: "first", force: false, orphaned: true }])
    const seen = plan(one, [[first, presentAs(ours)]], received(begun))
    assert.deepStrictEqual(carried(seen), [{ name: "first", force: true, orphaned: true }])
    assert.strictEqual(seen.phase, "Settled")
    const deleted = plan(one, [[first, absent]], received(seen))
    assert.deepStrictEqual(carried(deleted), [{ name: "first", force: true, orphaned: true }])
  })

  it("does not begin while one object is unknown, and then leaves the work as it is", () => {
    const both = unitOf([stage("namespace", [first, second])])
    const begun = plan(both, [
      [first, absent],
      [second, absent]
    ])
    assert.strictEqual(carried(begun).length, 2)
    assert.deepStrictEqual(plan(both, [[first, absent]]).works, [])
    assert.deepStrictEqual(plan(both, [[first, presentAs(ours)]], received(begun)).works, [])
  })

  it("waits for a kind that is not served, and names it", () => {
    const result = plan(one, [[first, { state: "NotServed" }]])
    assert.deepStrictEqual(result.works, [])
    assert.include(result.message, "ConfigMap (v1)")
  })

  for (const [whose, mark] of [
    ["nobody's", undefined],
    ["another unit's", { fleetId, unit: "another" }],
    ["another hub's", { fleetId: "fleet-2", unit: ours.unit }]
  ] as const) {
    it(`leaves alone what is ${whose}, and what comes after it`, () => {
      const both = unitOf([stage("namespace", [first]), stage("control-plane", [second])])
      const result = plan(both, [
        [first, presentAs(mark)],
        [second, absent]
      ])
      assert.deepStrictEqual(result.works, [])
      assert.strictEqual(result.problem?.reason, "Collision")
      assert.include(result.message, "ConfigMap shop-system/first")
    })
  }

  it("uses a Namespace as it is that a unit left which is gone, and none of a unit that is not", () => {
    const namespace: KubeObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop-system" } }
    const left = presentAs({ fleetId, unit: "gone" })
    const stages = [stage("namespace", [namespace])]
    const used = plan(unitOf(stages, { inherits: "gone" }), [[namespace, left]])
    assert.deepStrictEqual([used.phase, used.works], ["Settled", []])
    assert.strictEqual(plan(unitOf(stages), [[namespace, left]]).problem?.reason, "Collision")
    const ofOtherHub = presentAs({ fleetId: "fleet-2", unit: "gone" })
    assert.strictEqual(
      plan(unitOf(stages, { inherits: "gone" }), [[namespace, ofOtherHub]]).problem?.reason,
      "Collision"
    )
  })

  it("leaves what it carries as it is when the object is not ours any more", () => {
    const begun = plan(one, [[first, absent]])
    const changed = unitOf([stage("namespace", [configMap("first", { changed: "yes" })])])
    const result = plan(changed, [[first, presentAs()]], received(begun))
    assert.deepStrictEqual(received(result)[0]?.spec, received(begun)[0]?.spec)
    assert.strictEqual(result.problem?.reason, "Collision")
  })

  it("begins a stage once those before it are there and its own gate is open, and never takes it back", () => {
    const gated = (waitsFor?: string) =>
      unitOf([stage("namespace", [first]), stage("control-plane", [second], waitsFor)])
    const answers = [
      [first, presentAs(ours)],
      [second, absent]
    ] as const
    assert.deepStrictEqual(
      carried(plan(gated("the operator"), answers)).map(({ name }) => name),
      ["first"]
    )
    const open = plan(gated(), answers)
    assert.deepStrictEqual(
      carried(open).map(({ name }) => name),
      ["first", "second"]
    )
    const closed = plan(gated("the operator"), answers, received(open))
    assert.deepStrictEqual(
      carried(closed).map(({ name }) => name),
      ["first", "second"]
    )
  })

  it("keeps an object that its stage does not list any more", () => {
    const begun = plan(unitOf([stage("services", [first, second])]), [
      [first, absent],
      [second, absent]
    ])
    const fewer = plan(unitOf([stage("services", [first])]), [[first, presentAs(ours)]], received(begun))
    assert.deepStrictEqual(
      carried(fewer).map(({ name }) => name),
      ["first", "second"]
    )
  })

  it("refuses a work that is too large, and leaves the one that is there", () => {
    const large = unitOf([stage("namespace", [configMap("first", { text: "x".repeat(420 * 1024) })])])
    const result = plan(large, [[first, presentAs(ours)]], received(plan(one, [[first, absent]])))
    assert.deepStrictEqual(result.works, [])
    assert.strictEqual(result.problem?.reason, "TooLarge")
  })

  it("touches nothing while it is held", () => {
    const held = { ...one, heldBecause: "an input is unknown" }
    const result = plan(held, [[first, absent]])
    assert.deepStrictEqual(result.works, [])
    assert.strictEqual(result.phase, "Held")
    assert.strictEqual(result.explanations.length, 1)
  })

  it("takes no answer for one that was given before the newest question", () => {
    const objects = [{ ...identityOf(first), ...absent }]
    const cluster = clusterOf("east", reportOf({ objects }))
    const agent = cluster.agent
    const asked =
      agent === undefined
        ? cluster
        : { ...cluster, agent: { ...agent, metadata: { ...agent.metadata, generation: 2 } } }
    const knowledge = knowledgeOf(hubWith({ clusters: [asked] }), "east")
    assert.deepStrictEqual(planUnit(one, { fleetId, now, knowledge, works: [] }).works, [])
  })
})

describe("the removal of a unit", () => {
  const there: Answer = { ...presentAs(ours), confirmed: true }
  const removed = (stages: Unit["stages"]): Unit =>
    unitOf(stages, { removal: { since: now, policy: "Delete", gracePeriod: "0s" } })
  const begun = plan(unitOf([stage("namespace", [first, second])]), [
    [first, absent],
    [second, absent]
  ])
  const unit = removed([stage("namespace", [first, second])])

  it("lifts what is there, drops what is confirmed to be gone, and keeps who is not ours from harm", () => {
    const result = plan(
      unit,
      [
        [first, there],
        [second, { state: "Absent", confirmed: true }]
      ],
      received(begun)
    )
    assert.deepStrictEqual(carried(result), [{ name: "first", force: false, orphaned: false }])
    const foreign = plan(
      unit,
      [
        [first, there],
        [second, presentAs()]
      ],
      received(begun)
    )
    const spared = received(foreign)[0]?.spec.deleteOption?.selectivelyOrphans?.orphaningRules
    assert.deepStrictEqual(
      spared?.map(({ name }) => name),
      ["second"]
    )
    assert.include(foreign.left.join(), "ConfigMap shop-system/second")
  })

  it("waits for an absence that was not looked at since it began", () => {
    const result = plan(
      unit,
      [
        [first, there],
        [second, absent]
      ],
      received(begun)
    )
    assert.deepStrictEqual(result.works, [])
    assert.include(result.message, "ConfigMap shop-system/second")
  })

  it("waits for a presence that was not looked at since it began: a lift would make again what is gone", () => {
    const result = plan(
      unit,
      [
        [first, presentAs(ours)],
        [second, there]
      ],
      received(begun)
    )
    assert.deepStrictEqual(result.works, [])
    assert.include(result.message, "ConfigMap shop-system/first")
  })

  it("deletes a work only when its lift is applied at the newest generation", () => {
    const present = [
      [first, there],
      [second, there]
    ] as const
    const lifted = received(plan(unit, present, received(begun)))
    const applied = (generation: number): ReadonlyArray<ManifestWork> =>
      lifted.map((work) => ({
        ...work,
        status: {
          conditions: [{ type: "Applied", status: "True", observedGeneration: generation }],
          resourceStatus: {
            manifests: ["first", "second"].map((name) => ({
              resourceMeta: { group: "", resource: "configmaps", namespace: "shop-system", name },
              conditions: [{ type: "Applied", status: "True" }]
            }))
          }
        }
      }))
    assert.deepStrictEqual(plan(unit, present, applied(0)).works, [])
    assert.deepStrictEqual(
      plan(unit, present, applied(1)).works.map(({ _tag }) => _tag),
      ["DeleteWork"]
    )
  })

  it("is gone when no work is left", () => {
    assert.strictEqual(plan(unit, []).phase, "Gone")
  })

  it("gets nothing new in its time of grace", () => {
    const later = unitOf([stage("namespace", [first])], {
      removal: { since: now, policy: "Delete", gracePeriod: "10m" }
    })
    const result = plan(later, [[first, absent]])
    assert.deepStrictEqual(result.works, [])
    assert.strictEqual(result.recheckAt, "2026-11-25T12:10:00Z")
  })

  it("never starts when its record cannot be read", () => {
    const odd = unitOf(unit.stages, { removal: { since: "some day", policy: "Delete", gracePeriod: "0s" } })
    const result = plan(
      odd,
      [
        [first, presentAs(ours)],
        [second, presentAs(ours)]
      ],
      received(begun)
    )
    assert.strictEqual(result.phase, "Removing")
    assert.isTrue(carried(result).every(({ orphaned }) => orphaned))
    assert.strictEqual(carried(result).length, 2)
  })
})
