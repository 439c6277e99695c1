import { byKey, byText, isDeleting, maistra, PeerReport } from "@multicluster-mesh/mesh-model"
import type { KubeObject } from "@multicluster-mesh/mesh-model"
import type { ClusterSnapshot } from "../../ClusterSnapshot.ts"
import { present } from "../../present.ts"
import { cut, decodedOf, fitting, objectsOf, type Problems } from "../../Problems.ts"

/**
 * Returns, by control plane namespace, what is known of its peers, sorted by name.
 *
 * Each istiod writes its own entry into the peer's status, and writes it badly: one pod may stand in both lists, twice,
 * or not at all, and pods that are long gone stay. So: both lists together, the newest entry per pod, and only pods
 * that run. `lastConnected` is stamped when a watch starts, not when it succeeds; a full synchronisation proves it.
 */
export const readPeers = (
  snapshot: ClusterSnapshot,
  problems: Problems
): ((namespace: string) => ReadonlyArray<PeerReport>) => {
  const peers = decodedOf(snapshot, "Peers", maistra.ServiceMeshPeer, problems) ?? []
  if (peers.length === 0) return () => []
  const pods = objectsOf(snapshot, "IstiodPods", problems)
  // without the pods, what the status says may be the word of the dead
  if (pods === undefined) return () => []
  return (namespace) => {
    const running = new Set(
      pods.filter((pod) => pod.metadata.namespace === namespace && isRunning(pod)).map((pod) => pod.metadata.name)
    )
    const reports = peers
      .filter(({ metadata }) => metadata.namespace === namespace)
      .map((peer): PeerReport => {
        const entries = newestByPod(peer).filter(({ pod }) => running.has(pod ?? ""))
        const connected = entries.filter(({ watch }) => watch?.connected === true)
        const failure = connected.length > 0 ? undefined : entries.find(({ watch }) => watch?.lastDisconnectStatus)
        return {
          name: peer.metadata.name,
          connected: connected.length > 0,
          synced: connected.some(({ watch }) => Boolean(watch?.lastFullSync)),
          watched: entries.some(({ remotes }) => remotes?.some((remote) => remote.connected === true) ?? false),
          ...present({
            message: failure?.watch?.lastDisconnectStatus ? cut(failure.watch.lastDisconnectStatus, 1024) : undefined
          })
        }
      })
    return fitting(PeerReport, reports, ({ name }) => `ServiceMeshPeer ${namespace}/${name}`, problems).toSorted(
      byKey(({ name }) => name)
    )
  }
}

const isRunning = (pod: KubeObject): boolean => {
  const status = pod["status"]
  return (
    !isDeleting(pod) && typeof status === "object" && status !== null && "phase" in status && status.phase === "Running"
  )
}

/** The newest entry of each pod, sorted by pod; of two that are equally old the one that claims less. */
const newestByPod = ({ status }: maistra.ServiceMeshPeer): ReadonlyArray<maistra.PodStatus> => {
  const entries = [...(status?.discoveryStatus?.active ?? []), ...(status?.discoveryStatus?.inactive ?? [])]
  const sorted = entries.toSorted((a, b) => byText(ageOf(a), ageOf(b)) || claimsOf(b) - claimsOf(a))
  const newest = new Map(sorted.map((entry) => [entry.pod ?? "", entry]))
  return [...newest.values()].sort(byKey(({ pod }) => pod ?? ""))
}

/** The newest time stamp of an entry; all are RFC 3339 in UTC to the second, so their texts compare. */
const ageOf = ({ watch, remotes }: maistra.PodStatus): string =>
  [watch, ...(remotes ?? [])]
    .flatMap((entry) => [entry?.lastConnected, entry?.lastEvent, entry?.lastFullSync, entry?.lastDisconnect])
    .reduce((newest: string, time) => (time && time > newest ? time : newest), "")

const claimsOf = ({ watch, remotes }: maistra.PodStatus): number =>
  (watch?.connected ? 4 : 0) + (watch?.lastFullSync ? 2 : 0) + (remotes?.some((remote) => remote.connected) ? 1 : 0)
