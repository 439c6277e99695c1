import { assert, it } from "@effect/vitest"
import { resources } from "@multicluster-mesh/mesh-model"
import type { Informer, KubeApi, KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { makeSnapshotReader } from "../src/readSnapshot.ts"

const die = () => Effect.die("not asked")

/** An API server that serves control planes. */
const api: KubeApi = {
  serves: () =>
    Effect.succeed([{ kind: "ServiceMeshControlPlane", plural: resources.controlPlanes.plural, namespaced: true }]),
  get: die,
  list: die,
  create: die,
  replace: die,
  apply: die,
  patch: die,
  delete: die,
  informer: die
}

const controlPlane: KubeObject = {
  apiVersion: "maistra.io/v2",
  kind: "ServiceMeshControlPlane",
  metadata: { name: "basic", namespace: "istio-system" }
}

const copy = (synced: boolean): Informer => ({
  list: synced ? Effect.succeed([controlPlane]) : Effect.never,
  get: () => Effect.undefined,
  changes: Stream.empty,
  synced: Effect.succeed(synced),
  upsert: () => Effect.void
})

it.live("waits for the copy that takes the place of one that was given up before it was in step", () =>
  Effect.gen(function* () {
    let asked = 0
    const informer = Effect.sync(() => copy((asked += 1) > 3))
    const kind = { type: resources.controlPlanes, informer }
    const snapshot = yield* makeSnapshotReader(api).read(
      { snapshot: new Map([["ControlPlanes", kind]]), marked: [kind] },
      { fleetId: "fleet" }
    )
    assert.deepStrictEqual(snapshot.kinds, { ControlPlanes: { _tag: "Known", objects: [controlPlane] } })
    assert.deepStrictEqual(snapshot.unseenMarks, [])
  })
)
