import { decodeMeshAgent, labels, resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError, Readiness } from "@multicluster-mesh/ocm-transport"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type { Scope } from "effect/Scope"
import * as ScopedRef from "effect/ScopedRef"
import * as Stream from "effect/Stream"
import type { ClusterSnapshot } from "@multicluster-mesh/discovery"
import { type ClusterWatch, watchCluster } from "./ClusterWatch.ts"
import { makeSnapshotReader } from "./readSnapshot.ts"
import { reportToHub, statusOf } from "./reportToHub.ts"
import { agentVersion } from "./version.ts"

export interface AgentOptions {
  readonly hub: KubeApi
  /** The cluster that the agent runs on. */
  readonly local: KubeApi
  /** Name of the cluster, and so of its namespace on the hub. */
  readonly cluster: string
  readonly version?: string
  /** How often it looks again at what no watch covers; 30 s when absent. */
  readonly resync?: Duration.Input
  /** Learns, whenever that changes, whether the agent does its work. */
  readonly onReadiness?: (readiness: Readiness) => Effect.Effect<void>
  /** Is run after each look at the cluster that came to its end on the hub. */
  readonly onWork?: Effect.Effect<void>
}

/** Changes of this long are taken together. */
const coalesce = Duration.millis(50)
const longestWait = Duration.seconds(30)

/**
 * Answers the MeshAgent of the cluster: looks at the cluster whenever something in it or in the question changes, and
 * writes what it found where that differs from what the hub has. Failed calls are repeated for as long as it runs.
 */
export const runAgent = Effect.fnUntraced(function* (options: AgentOptions): Effect.fn.Return<never, never, Scope> {
  const { hub, local, cluster, version = agentVersion, resync = Duration.seconds(30) } = options
  const { onReadiness = () => Effect.void, onWork = Effect.void } = options
  const wake = yield* Queue.sliding<void>(1)
  const look = Queue.offer(wake, undefined)
  const reader = makeSnapshotReader(local)

  const agents = yield* hub.informer(resources.meshAgents, {
    namespace: cluster,
    fieldSelector: `metadata.name=${labels.addonName}`
  })
  yield* Effect.forkScoped(Stream.runForEach(agents.changes, () => look))
  // a list without a MeshAgent changes nothing, and is an answer too
  yield* Effect.forkScoped(Effect.andThen(agents.list, look))
  yield* Effect.sleep(resync).pipe(
    Effect.andThen(Effect.andThen(reader.forget, look)),
    Effect.forever,
    Effect.forkScoped
  )

  const watches = yield* ScopedRef.make(
    (): { readonly fleetId: string; readonly watch: ClusterWatch } | undefined => undefined
  )
  const watchFor = Effect.fnUntraced(function* (fleetId: string) {
    const current = yield* ScopedRef.get(watches)
    if (current?.fleetId === fleetId) return current.watch
    const start = Effect.map(watchCluster(local, fleetId, look, reader.forgetKinds), (watch) => ({ fleetId, watch }))
    yield* ScopedRef.set(watches, start)
    yield* reader.forget
    return (yield* ScopedRef.get(watches))?.watch
  })

  const lookOnce = Effect.fnUntraced(function* (): Effect.fn.Return<Readiness, KubeError> {
    const received = yield* agents.get({ namespace: cluster, name: labels.addonName })
    if (received === undefined) {
      return waitsFor(
        `the MeshAgent ${cluster}/${labels.addonName} on the hub: the hub controller makes it for each cluster that has the ManagedClusterAddOn ${labels.addonName}; is ${cluster} the name of this cluster there (--cluster)?`
      )
    }
    const agent = yield* Effect.result(decodeMeshAgent(received))
    if (agent._tag === "Failure") {
      return waitsFor(`a MeshAgent that this version of the agent understands: ${agent.failure.message}`)
    }
    const watch = yield* watchFor(agent.success.spec.fleetId)
    if (watch === undefined) return waitsFor("its watches of the cluster")
    const snapshot = yield* reader.read(watch, agent.success.spec)
    const written = yield* reportToHub(hub, received, statusOf(agent.success, snapshot, version))
    if (written !== undefined) yield* agents.upsert(written)
    if (!(yield* agents.synced)) return waitsFor("the hub's API server")
    return readinessOf(snapshot)
  })

  let failures = 0
  let last = ""
  let hasLooked = false
  const say = Effect.fnUntraced(function* (readiness: Readiness) {
    if (readiness.message === last) return
    last = readiness.message
    yield* onReadiness(readiness)
    yield* readiness.ready ? Effect.logInfo(readiness.message) : Effect.logWarning(readiness.message)
  })
  yield* onReadiness(
    waitsFor(`the hub to say what it asks of cluster ${cluster}; the log tells when it refuses or is not reached`)
  )
  return yield* Queue.take(wake).pipe(
    // nothing is to come together before the first look
    Effect.andThen(Effect.suspend(() => (hasLooked ? Effect.sleep(coalesce) : Effect.void))),
    Effect.andThen(Queue.clear(wake)),
    Effect.tap(() => Effect.sync(() => (hasLooked = true))),
    Effect.andThen(lookOnce()),
    Effect.matchEffect({
      onSuccess: (readiness) => {
        failures = 0
        return Effect.andThen(readiness.ready ? onWork : Effect.void, say(readiness))
      },
      onFailure: (error) => {
        const wait = Duration.min(Duration.seconds(2 ** failures), longestWait)
        failures += 1
        return say(waitsFor(`the report to be written: ${error.message}`)).pipe(
          Effect.andThen(Effect.sleep(wait)),
          Effect.andThen(look)
        )
      }
    }),
    Effect.forever,
    Effect.annotateLogs({ cluster })
  )
})

const waitsFor = (what: string): Readiness => ({ ready: false, message: `waits for ${what}` })

const readinessOf = (snapshot: ClusterSnapshot): Readiness =>
  Object.values(snapshot.kinds).some(({ _tag }) => _tag === "Known")
    ? { ready: true, message: "reports to the hub" }
    : waitsFor("the API server of its own cluster")
