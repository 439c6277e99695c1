import {
  type ControlPlane,
  makeRawClient,
  startControllers,
  startControlPlane,
  TestenvError
} from "@multicluster-mesh/testenv"
import * as Effect from "effect/Effect"
import { TableError } from "../src/tables.ts"
import { makeWorldOn, type WorldOptions } from "../src/World.ts"

/** The demo's world on real etcds, kube-apiservers and kube-controller-managers. */
export const makeRealWorld = (options: WorldOptions) => makeWorldOn(startControlPlane, options, startControllers)

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
