import { assert, describe, it } from "@effect/vitest"
import type { HubState } from "@multicluster-mesh/federation-planner"
import { clusterOf, hubWith } from "@multicluster-mesh/federation-planner/testing"
import type { ManagedCluster, ManagedClusterAddOn, MeshPeering } from "@multicluster-mesh/mesh-model"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { makeUnpicking } from "../../src/addon/unpicking.ts"
import { eastWestPeering } from "./eastWestPeering.ts"

const east: ManagedCluster = {
  apiVersion: "cluster.open-cluster-management.io/v1",
  kind: "ManagedCluster",
  metadata: { name: "east" }
}

const detached: ManagedCluster = {
  ...east,
  metadata: { name: "east", deletionTimestamp: "2026-01-05T08:00:00Z" }
}

const addOn: ManagedClusterAddOn = {
  apiVersion: "addon.open-cluster-management.io/v1alpha1",
  kind: "ManagedClusterAddOn",
  metadata: { name: "multicluster-mesh", namespace: "east" }
}

const peering = eastWestPeering("addon")

const hub = (peerings: ReadonlyArray<MeshPeering>): HubState =>
  hubWith({ clusters: [{ ...clusterOf("east"), addOn: "Leaving" }, clusterOf("west")], peerings })

const lastWork = {
  _tag: "ApplyWork",
  cluster: "east",
  name: "mesh-control-plane",
  labels: {},
  annotations: {},
  spec: { workload: { manifests: [] } }
} as const

describe("unpicking", () => {
  it.effect("is needed where there are peerings, and unknown before the first plan", () =>
    Effect.gen(function* () {
      const { changes, onPlan, preDelete } = yield* makeUnpicking
      const needed = (cluster: string) => preDelete.isNeeded?.(cluster) ?? Effect.undefined
      assert.isUndefined(yield* needed("east"))
      assert.isFalse((yield* preDelete.check({ addOn, cluster: east })).done)
      yield* onPlan(hub([peering]), [])
      assert.isTrue(yield* needed("east"))
      assert.isFalse(yield* needed("north"))
      yield* onPlan(hub([]), [])
      assert.isFalse(yield* needed("east"))
      assert.deepStrictEqual(yield* Stream.runCollect(Stream.take(changes, 4)), ["east", "west", "east", "west"])
    })
  )

  it.effect("is done when no peering is left, and the control plane is written without its gateways", () =>
    Effect.gen(function* () {
      const { onPlan, preDelete } = yield* makeUnpicking
      yield* onPlan(hub([peering]), [])
      const first = yield* preDelete.check({ addOn, cluster: east })
      assert.isFalse(first.done)
      assert.include(first.message, "MeshPeering east-west")
      yield* onPlan(hub([]), [lastWork])
      const second = yield* preDelete.check({ addOn, cluster: east })
      assert.isFalse(second.done)
      assert.include(second.message, "mesh-control-plane")
      yield* onPlan(hub([]), [])
      assert.isTrue((yield* preDelete.check({ addOn, cluster: east })).done)
    })
  )

  it.effect("does not hold a cluster that is being detached", () =>
    Effect.gen(function* () {
      const { onPlan, preDelete } = yield* makeUnpicking
      yield* onPlan(hub([peering]), [])
      assert.isTrue((yield* preDelete.check({ addOn, cluster: detached })).done)
      assert.isTrue((yield* preDelete.check({ addOn, cluster: undefined })).done)
    })
  )
})
