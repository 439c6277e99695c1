import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Connection } from "../Connection.ts"
import { inCluster } from "../inCluster.ts"
import { KubeConfigError } from "../KubeConfigError.ts"

/** The connection of a file where one is named, read by `fromFile`; else that of the pod with its service account. */
export const podOrNamedFile = (
  kubeconfig: Option.Option<string>,
  fromFile: (file: string) => Effect.Effect<Connection, KubeConfigError>
): Effect.Effect<Connection, KubeConfigError> =>
  Option.match(kubeconfig, { onNone: () => Effect.mapError(inCluster(), () => noneNamed), onSome: fromFile })

const noneNamed = new KubeConfigError({
  file: "kubeconfig",
  problem: "none is named by --kubeconfig, and this is no pod with a service account"
})
