import type { HubState } from "@multicluster-mesh/federation-planner"
import { isDeleting } from "@multicluster-mesh/mesh-model"
import type { PreDelete } from "@multicluster-mesh/ocm-transport/addon"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import type { Change } from "../Change.ts"

/** What federations have put on a cluster is undone by its agent's help, so before the add-on leaves it. */
export interface Unpicking {
  /** Takes in what is there, and what is on its way to the clusters. */
  readonly onPlan: (state: HubState, due: Iterable<Change>) => Effect.Effect<void>
  readonly preDelete: PreDelete
  /** The clusters that get their first peering, or lose their last one. */
  readonly changes: Stream.Stream<string>
}

/**
 * Makes what the add-on's removal and the planner know of each other. The planner does the work, for it sees which
 * add-on leaves; here the removal learns whether that is done.
 */
export const makeUnpicking: Effect.Effect<Unpicking> = Effect.gen(function* () {
  const changed = yield* Queue.unbounded<string>()
  let left: ReadonlyMap<string, ReadonlyArray<string>> = new Map()
  // undefined before the first plan
  let federated: ReadonlySet<string> | undefined

  const onPlan: Unpicking["onPlan"] = (state, due) =>
    Effect.suspend(() => {
      const before = federated ?? new Set<string>()
      const now = federatedClusters(state)
      left = leftOn(state, due)
      federated = now
      return Queue.offerAll(changed, [
        ...[...now].filter((cluster) => !before.has(cluster)),
        ...[...before].filter((cluster) => !now.has(cluster))
      ])
    })

  return {
    onPlan,
    changes: Stream.fromQueue(changed),
    preDelete: {
      isNeeded: (cluster) => Effect.sync(() => federated?.has(cluster)),
      check: ({ addOn, cluster }) =>
        Effect.sync(() => {
          // of a cluster that is being detached OCM deletes the works: there is nothing to undo them with
          if (cluster === undefined || isDeleting(cluster)) return { done: true, message: "" }
          if (federated === undefined) return { done: false, message: "waits for the first plan" }
          const { namespace = "" } = addOn.metadata
          const waits = left.get(namespace) ?? (federated.has(namespace) ? ["waits for the next plan"] : [])
          return { done: waits.length === 0, message: `undoes federations: ${waits.join("; ")}` }
        })
    }
  }
})

const federatedClusters = ({ peerings }: HubState): ReadonlySet<string> =>
  new Set(peerings.flatMap(({ spec }) => [spec.left.cluster, spec.right.cluster]))

/** What is still to be undone on each cluster that the add-on leaves, and what keeps it. */
const leftOn = (
  { clusters, peerings }: HubState,
  due: Iterable<Change>
): ReadonlyMap<string, ReadonlyArray<string>> => {
  const left = new Map(
    clusters.filter(({ addOn }) => addOn === "Leaving").map(({ name }): [string, Array<string>] => [name, []])
  )
  if (left.size === 0) return left
  for (const peering of peerings) {
    const { left: one, removal, right: other } = peering.spec
    const waitsFor = removal === undefined ? "" : (peering.status?.waitingFor ?? "")
    const message = `MeshPeering ${peering.metadata.name}${waitsFor === "" ? "" : ` waits for ${waitsFor}`}`
    for (const cluster of new Set([one.cluster, other.cluster])) left.get(cluster)?.push(message)
  }
  // the gateways go from the control plane once the last of a peering is gone
  for (const change of due) {
    if (change._tag === "ApplyWork") left.get(change.cluster)?.push(`ManifestWork ${change.name} is to be written`)
  }
  return left
}
