import { resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError, KubeObject } from "@multicluster-mesh/ocm-transport"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { patchStatus } from "../calls.ts"
import { textAt } from "../fields.ts"
import type { Again } from "../runController.ts"
import type { Timers } from "../Timers.ts"
import { olmManager } from "./olmObjects.ts"
import { packageOf, type RunningOperators } from "./RunningOperators.ts"

interface Options {
  readonly api: KubeApi
  readonly timers: Timers
  readonly running: RunningOperators
  /** How long each phase takes. */
  readonly csvPhase: Duration.Duration
  readonly install: (packageName: string) => Effect.Effect<void, KubeError>
}

const nextPhase: Readonly<Record<string, string>> = {
  "": "Pending",
  Pending: "InstallReady",
  InstallReady: "Installing",
  Installing: "Succeeded"
}

/** Takes a ClusterServiceVersion one phase further; `groups` is the number of OperatorGroups in its namespace. */
export const makeServiceVersionStep = ({ api, timers, running, csvPhase, install }: Options) =>
  Effect.fnUntraced(function* (csv: KubeObject, groups: number): Effect.fn.Return<Again, KubeError> {
    const { name, uid, deletionTimestamp } = csv.metadata
    const phase = textAt(csv, "status", "phase") ?? ""
    const set = (next: string, reason: string, message = "") =>
      patchStatus(api, resources.clusterServiceVersions, csv, { phase: next, reason, message }, olmManager)
    if (deletionTimestamp !== undefined) return undefined
    if (groups > 1) {
      yield* set("Failed", "TooManyOperatorGroups", "csv created in namespace with multiple operatorgroups")
      return undefined
    }
    if (phase === "Succeeded" || phase === "Replacing") {
      yield* running.add(name)
      return undefined
    }
    const next = nextPhase[phase]
    if (next === undefined) return undefined
    if (phase !== "") {
      const left = yield* timers.left(`${uid}/${phase}`, csvPhase)
      if (left !== undefined) return left
    }
    if (next === "Installing") yield* install(packageOf(name))
    // the webhooks are in force before anyone reads that it has succeeded
    if (next === "Succeeded") yield* running.add(name)
    yield* set(next, next === "Succeeded" ? "InstallSucceeded" : "AllRequirementsMet")
    return csvPhase
  })
