import { assert, it } from "@effect/vitest"
import { resources } from "@multicluster-mesh/mesh-model"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import { formatUnsafe } from "effect/observability/PrometheusMetrics"
import type { Change } from "../src/Change.ts"
import { countServices, measuredWrite, peeringCounter } from "../src/metrics.ts"

/** The lines of `/metrics` about one metric, without its description. */
const shown = (name: string) =>
  Effect.contextWith((context: Context.Context<never>) =>
    Effect.sync(() =>
      formatUnsafe(context)
        .split("\n")
        .filter((line) => line.startsWith(name))
        .sort()
    )
  )

const isWritten = (result: string) => result === "new"

const alone = Effect.provideService(Metric.MetricRegistry, new Map())

const peering = (name: string, step: string, ready: "True" | "False") => ({
  type: resources.meshPeerings,
  namespace: "mesh",
  name,
  uid: name,
  generation: 1,
  verdicts: [{ type: "Ready", status: ready, reason: "Some", message: "" }],
  fields: { step }
})

it.effect("peerings are counted by step and readiness, down to none", () =>
  Effect.gen(function* () {
    const count = peeringCounter()
    yield* count([peering("a", "Peer", "False"), peering("b", "Peer", "False"), peering("c", "Ready", "True")])
    assert.deepStrictEqual(yield* shown("mesh_addon_peerings"), [
      'mesh_addon_peerings{step="Peer",ready="False"} 2',
      'mesh_addon_peerings{step="Ready",ready="True"} 1'
    ])
    yield* count([peering("a", "Ready", "True")])
    assert.deepStrictEqual(yield* shown("mesh_addon_peerings"), [
      'mesh_addon_peerings{step="Peer",ready="False"} 0',
      'mesh_addon_peerings{step="Ready",ready="True"} 1'
    ])
  }).pipe(alone)
)

const federation = (name: string, serviceCounts: Readonly<Record<string, number>>) => ({
  type: resources.meshFederations,
  namespace: "mesh",
  name,
  uid: name,
  generation: 1,
  verdicts: [],
  fields: { serviceCounts }
})

it.effect("services are counted over all federations by state, down to none", () =>
  Effect.gen(function* () {
    yield* countServices([
      federation("a", { desired: 3, imported: 2, pending: 1, refused: 0 }),
      federation("b", { desired: 4, imported: 1, pending: 0, refused: 3 }),
      peering("c", "Ready", "True")
    ])
    assert.deepStrictEqual(yield* shown("mesh_addon_services"), [
      'mesh_addon_services{state="imported"} 3',
      'mesh_addon_services{state="pending"} 1',
      'mesh_addon_services{state="refused"} 3'
    ])
    yield* countServices([])
    assert.deepStrictEqual(yield* shown("mesh_addon_services"), [
      'mesh_addon_services{state="imported"} 0',
      'mesh_addon_services{state="pending"} 0',
      'mesh_addon_services{state="refused"} 0'
    ])
  }).pipe(alone)
)

it.effect("writes are counted by kind, by what they do and by what came of them", () =>
  Effect.gen(function* () {
    const work: Change = { _tag: "DeleteWork", cluster: "east", name: "mesh", uid: "1" }
    const status: Change = { _tag: "WriteStatus", ...peering("a", "Ready", "True") }
    yield* Effect.succeed("new").pipe(measuredWrite(work, isWritten))
    yield* Effect.succeed("old").pipe(measuredWrite(status, isWritten))
    yield* Effect.ignore(Effect.fail("refused").pipe(measuredWrite(status, isWritten)))
    assert.deepStrictEqual(yield* shown("mesh_addon_hub_writes_total"), [
      'mesh_addon_hub_writes_total{kind="ManifestWork",action="delete",result="written"} 1',
      'mesh_addon_hub_writes_total{kind="MeshPeering",action="status",result="failed"} 1',
      'mesh_addon_hub_writes_total{kind="MeshPeering",action="status",result="unchanged"} 1'
    ])
    assert.deepStrictEqual(yield* shown("mesh_addon_hub_write_duration_seconds_count"), [
      'mesh_addon_hub_write_duration_seconds_count{kind="ManifestWork"} 1',
      'mesh_addon_hub_write_duration_seconds_count{kind="MeshPeering"} 2'
    ])
  }).pipe(alone)
)
