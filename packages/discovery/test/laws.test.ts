import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import {
  meshesOf,
  reportCluster,
  snapshotKinds,
  type ClusterSnapshot,
  type KindState,
  type SnapshotKindName
} from "@multicluster-mesh/discovery"
import { ClusterReport, decodeMesh, type KubeObject, type MeshAgentSpec } from "@multicluster-mesh/mesh-model"
import { caseNames, certificateFacts, readCase } from "./readCase.ts"

const Seed = Schema.Int
const fits = Schema.is(ClusterReport)

/** `list` in an order that depends on `seed` alone. */
const shuffled = <A>(list: ReadonlyArray<A>, seed: number): ReadonlyArray<A> =>
  Effect.runSync(Random.withSeed(Random.shuffle(list), seed))

const mapKinds = (
  snapshot: ClusterSnapshot,
  change: (state: KindState, name: SnapshotKindName) => KindState
): ClusterSnapshot => ({
  ...snapshot,
  kinds: Object.fromEntries(
    snapshotKinds.map(({ name }) => [name, change(snapshot.kinds[name] ?? { _tag: "NotServed" }, name)])
  )
})

const shuffledState = <S extends { readonly _tag: string }>(
  state: S | Extract<KindState, { readonly _tag: "Known" }>,
  seed: number
) => ("objects" in state ? { ...state, objects: shuffled(state.objects, seed) } : state)

const shuffledSnapshot = (snapshot: ClusterSnapshot, seed: number): ClusterSnapshot => ({
  ...mapKinds(snapshot, (state) => shuffledState(state, seed)),
  objects: shuffled(snapshot.objects, seed),
  namespaces: shuffled(snapshot.namespaces, seed).map(({ namespace, kinds }) => ({
    namespace,
    kinds: Object.fromEntries(Object.entries(kinds).map(([kind, state]) => [kind, shuffledState(state, seed)]))
  }))
})

const shuffledAsks = (asked: MeshAgentSpec, seed: number): MeshAgentSpec => ({
  ...asked,
  ...(asked.objects === undefined ? {} : { objects: shuffled(asked.objects, seed) }),
  ...(asked.services === undefined ? {} : { services: shuffled(asked.services, seed) }),
  ...(asked.namespaces === undefined ? {} : { namespaces: shuffled(asked.namespaces, seed) })
})

const frozen = <A>(value: A): A => {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    Object.values(value).forEach(frozen)
  }
  return value
}

/** The case `basic` and, beside it on the same cluster, the same mesh in another namespace. */
const twoMeshes = (): { readonly snapshot: ClusterSnapshot; readonly asked: MeshAgentSpec } => {
  const { snapshot, asked } = readCase("basic")
  const second: ClusterSnapshot = JSON.parse(
    JSON.stringify(snapshot).replaceAll("istio-system", "second-system").replaceAll("u-basic", "u-second")
  )
  return {
    asked,
    snapshot: mapKinds(snapshot, (state, name) => {
      const other = second.kinds[name]
      return state._tag === "Known" && other?._tag === "Known"
        ? { _tag: "Known", objects: [...state.objects, ...other.objects] }
        : state
    })
  }
}

const second = ({ controlPlanes }: ClusterReport) =>
  controlPlanes.filter(({ namespace }) => namespace === "second-system")

const corruptions: ReadonlyArray<(object: KubeObject) => KubeObject> = [
  (object) => ({ ...object, spec: 7, status: "broken", data: [] }),
  (object) => ({ ...object, spec: null, status: null, data: null }),
  (object) => ({ ...object, spec: { version: "v".repeat(100) }, status: { conditions: "x", discoveryStatus: 1 } }),
  ({ apiVersion, kind, metadata }) => ({ apiVersion, kind, metadata }),
  (object) => ({ ...object, metadata: { ...object.metadata, name: "Not A Name".repeat(40) } }),
  (object) => ({ ...object, metadata: { ...object.metadata, uid: "u".repeat(100), labels: {} } })
]

describe("reportCluster", () => {
  for (const name of caseNames) {
    const { snapshot, asked } = readCase(name)
    it.prop(`does not depend on the order of what was read: ${name}`, [Seed], ([seed]) => {
      assert.deepStrictEqual(
        reportCluster(shuffledSnapshot(snapshot, seed), shuffledAsks(asked, seed)),
        reportCluster(snapshot, asked)
      )
    })

    it(`changes nothing of its input, fits its schema and says the same again: ${name}`, () => {
      const again = readCase(name)
      const report = reportCluster(frozen(again.snapshot), frozen(again.asked))
      assert.deepStrictEqual(reportCluster(again.snapshot, again.asked), report)
      assert.isTrue(fits(report))
    })

    it(`reads nothing of an object but what agents keep of it: ${name}`, () => {
      const kept = mapKinds(snapshot, (state, kindName) => {
        const project = snapshotKinds.find((kind) => kind.name === kindName)?.project
        return state._tag === "Known" && project !== undefined
          ? { ...state, objects: state.objects.map((object) => project(object)) }
          : state
      })
      assert.deepStrictEqual(reportCluster(kept, asked), reportCluster(snapshot, asked))
    })
  }

  const Index = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9999 }))
  it.prop("hides no other mesh behind an object that is malformed", [Index, Index], ([which, how]) => {
    const { snapshot, asked } = twoMeshes()
    const victims = snapshotKinds.flatMap(({ name }) => {
      const state = snapshot.kinds[name]
      return state?._tag === "Known"
        ? state.objects.filter(({ metadata }) => metadata.namespace === "istio-system")
        : []
    })
    const victim = victims[which % victims.length]
    const corrupt = corruptions[how % corruptions.length]
    const broken = mapKinds(snapshot, (state) =>
      state._tag === "Known"
        ? { ...state, objects: state.objects.map((object) => (object === victim ? corrupt!(object) : object)) }
        : state
    )
    const report = reportCluster(broken, asked)
    assert.isTrue(fits(report))
    assert.lengthOf(second(report), 1)
    assert.deepStrictEqual(second(report), second(reportCluster(snapshot, asked)))
  })

  it.each(snapshotKinds.map(({ name }) => name))("says that a part is incomplete when %s are unknown", (unknown) => {
    const { snapshot, asked } = readCase("basic")
    const message = "the server answered 403"
    const { parts } = reportCluster(
      mapKinds(snapshot, (state, name) => (name === unknown ? { _tag: "Unknown", message } : state)),
      asked
    )
    const incomplete = parts.filter(({ complete }) => !complete)
    assert.isAbove(incomplete.length, 0)
    for (const part of incomplete) assert.include(part.message, message)
    const neverRead = reportCluster({ ...snapshot, kinds: { ...snapshot.kinds, [unknown]: undefined } }, asked)
    assert.deepStrictEqual(
      neverRead.parts.map(({ complete }) => complete),
      parts.map(({ complete }) => complete)
    )
  })
})

describe("meshesOf", () => {
  it.effect.each(caseNames)("makes Meshes that the API server takes: %s", (name) =>
    Effect.gen(function* () {
      const { cluster, snapshot, asked } = readCase(name)
      for (const { discovered } of meshesOf(cluster, reportCluster(snapshot, asked), certificateFacts).found) {
        assert.deepStrictEqual(yield* decodeMesh(discovered), discovered)
      }
    })
  )
})
