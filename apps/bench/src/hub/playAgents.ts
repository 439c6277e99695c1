import {
  decodeManifestWork,
  decodeMeshAgent,
  labels,
  type ManifestWork,
  resources
} from "@multicluster-mesh/mesh-model"
import { type KubeApi, type KubeObject, reconcileByKey, writeStatus } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import { reportOf } from "../fleet/reportOf.ts"

/** The agents of a fleet, played. */
export interface PlayedAgents {
  /** How often they have written to the hub. */
  readonly writes: () => number
  /** From now on what works carry is on the cluster; before, everything is absent. */
  readonly letApply: (cluster: string) => Effect.Effect<void>
}

/**
 * Answers the MeshAgent of each cluster at once, while the scope lives. `roots` are the root certificates of the
 * clusters' meshes, by cluster; `alreadyApplied` are the clusters that have what works carry from the start.
 */
export const playAgents = Effect.fnUntraced(function* (
  api: KubeApi,
  roots: ReadonlyMap<string, string>,
  alreadyApplied: ReadonlyArray<string> = []
) {
  const agents = yield* api.informer(resources.meshAgents)
  const works = yield* api.informer(resources.manifestWorks)
  const keys = yield* Queue.unbounded<string>()
  const applied = new Set(alreadyApplied)
  let writes = 0
  for (const { changes } of [agents, works]) {
    yield* Effect.forkScoped(
      Stream.runForEach(changes, ({ namespace = "" }) =>
        roots.has(namespace) ? Queue.offer(keys, namespace) : Effect.void
      )
    )
  }
  const decoded = new WeakMap<KubeObject, ManifestWork>()
  const decodeOnce = (work: KubeObject) => {
    const known = decoded.get(work)
    if (known !== undefined) return Effect.succeed(known)
    return Effect.tap(decodeManifestWork(work), (one) => Effect.sync(() => decoded.set(work, one)))
  }
  const answer = Effect.fnUntraced(function* (cluster: string) {
    const received = yield* agents.get({ namespace: cluster, name: labels.addonName })
    if (received === undefined) return
    const agent = yield* decodeMeshAgent(received)
    const carried = applied.has(cluster)
      ? (yield* works.list).filter(({ metadata }) => metadata.namespace === cluster)
      : []
    const report = reportOf(
      { name: cluster, root: roots.get(cluster) ?? "" },
      agent.spec,
      yield* Effect.forEach(carried, decodeOnce)
    )
    const status = { observedGeneration: agent.metadata.generation ?? 0, report }
    const written = yield* writeStatus(api, resources.meshAgents, received, status, "played-agent")
    if (written !== received) writes += 1
    yield* agents.upsert(written)
  })
  yield* Effect.forkScoped(reconcileByKey(Stream.fromQueue(keys), answer, { name: "played agents", concurrency: 32 }))
  const played: PlayedAgents = {
    writes: () => writes,
    letApply: (cluster) =>
      Effect.suspend(() => {
        applied.add(cluster)
        return Effect.asVoid(Queue.offer(keys, cluster))
      })
  }
  return played
})
