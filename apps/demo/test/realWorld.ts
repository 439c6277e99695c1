import {
  borrowControlPlane,
  type ControlPlane,
  makeRawClient,
  startControllers,
  startOcm,
  TestenvError
} from "@multicluster-mesh/testenv"
import * as Effect from "effect/Effect"
import { TableError } from "../src/tables.ts"
import { makeWorldOn, simulateOcmFor, type WorldOptions } from "../src/World.ts"

/** The demo's world on real etcds, kube-apiservers and kube-controller-managers. */
export const makeRealWorld = (options: WorldOptions) =>
  makeWorldOn(borrowControlPlane, options, (fleet) =>
    Effect.tap(simulateOcmFor(fleet), () =>
      Effect.forEach([fleet.hubSim, ...fleet.clusters.map(({ sim }) => sim)], (plane) => startControllers(plane), {
        concurrency: "unbounded"
      })
    )
  )

/** The same, joined by OCM's own programs. */
export const makeOcmWorld = (options: WorldOptions) =>
  makeWorldOn(borrowControlPlane, options, ({ hubSim, clusters }) =>
    startOcm({ hub: hubSim, clusters: clusters.map(({ name, sim }) => ({ name, plane: sim })) })
  )

/** Reads the API server's own tables, as the story shows them. */
export const realTables = (plane: ControlPlane) =>
  Effect.map(
    makeRawClient(plane.connection),
    (raw) => (path: string) =>
      raw.request("GET", path, { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" }).pipe(
        Effect.map(({ body }) => body),
        Effect.mapError((cause: TestenvError) => new TableError({ path, problem: cause.message }))
      )
  )
