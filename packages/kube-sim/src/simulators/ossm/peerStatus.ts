import { hashOf } from "@multicluster-mesh/mesh-model"
import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { timestamp } from "../calls.ts"
import { listAt, textAt } from "../fields.ts"
import type { Mesh } from "./Mesh.ts"
import type { Reached } from "./reach.ts"

interface Facts {
  /** When the watch was established; undefined while it is not. */
  readonly connectedAt: number | undefined
  /** When istiod began to try. */
  readonly since: number
  readonly reached: Reached
  readonly watchers: ReadonlyArray<Mesh>
}

/**
 * The discovery status of a peer (maistra/istio, pkg/servicemesh/federation/status/handler.go): one entry per istiod
 * pod. An empty list is null; of the second pod on, an entry that was inactive stays there after it has become active.
 */
export const discoveryStatus = (peer: KubeObject, pods: ReadonlyArray<string>, facts: Facts) => {
  const entries = pods.map((pod) => entryOf(pod, facts))
  const left = listAt(peer, "status", "discoveryStatus", "inactive").filter((entry) =>
    pods.slice(1).includes(textAt(entry, "pod") ?? "")
  )
  return facts.connectedAt === undefined
    ? { active: null, inactive: entries }
    : { active: entries, inactive: left.length > 0 ? left : null }
}

const entryOf = (pod: string, { connectedAt, since, reached, watchers }: Facts) => ({
  pod,
  watch:
    connectedAt === undefined
      ? {
          connected: false,
          // stamped when the watch starts, not when it succeeds
          lastConnected: timestamp(since),
          ...(reached._tag === "Failed" ? { lastDisconnectStatus: reached.status } : {})
        }
      : { connected: true, lastConnected: timestamp(connectedAt), lastFullSync: timestamp(connectedAt) },
  ...(watchers.length === 0 ? {} : { remotes: watchers.flatMap(remotesOf) })
})

const remotesOf = (watcher: Mesh) =>
  watcher.istiod.pods.map((pod) => ({ source: podAddress(watcher.cluster, pod), connected: true }))

const podAddress = (cluster: string, pod: string): string => {
  const digits = hashOf(`${cluster} ${pod}`, 4)
  return `10.128.${Number.parseInt(digits.slice(0, 2), 16)}.${Number.parseInt(digits.slice(2), 16)}`
}
