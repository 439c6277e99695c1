import { resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError, KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { find } from "../calls.ts"
import { textAt } from "../fields.ts"
import type { Again } from "../runController.ts"
import type { Istiod, Mesh } from "./Mesh.ts"
import { type PeerSpec, peerSpec } from "./peerSpec.ts"

/** What istiod knows of one ServiceMeshPeer object. */
interface Load {
  readonly resourceVersion: string | undefined
  readonly at: number
  readonly attempts: number
  readonly loaded: boolean
}

interface Delays {
  /** The informer resync: CA ConfigMaps are read again. */
  readonly resync: Duration.Duration
  readonly retry: Duration.Duration
}

export interface PeerLoader {
  /**
   * Reads a peer and its CA: on its own events and at the resync alone (maistra/istio,
   * pkg/servicemesh/federation/kube).
   */
  readonly load: (mesh: Mesh, peer: KubeObject) => Effect.Effect<Again, KubeError>
  /** When this istiod last read the peer, in milliseconds. */
  readonly readAt: (mesh: Mesh, peer: KubeObject) => number | undefined
}

const quickRetries = 5

/** istiod's reading of ServiceMeshPeers into its memory; a new istiod begins anew. */
export const makePeerLoader = (api: KubeApi, delays: Delays): PeerLoader => {
  const loads = new WeakMap<Istiod, Map<string, Load>>()

  const rootOf = (namespace: string, { certificateKind, certificateName }: PeerSpec) =>
    certificateKind !== "" && certificateKind !== "ConfigMap"
      ? Effect.succeed(undefined)
      : Effect.map(find(api, resources.configMaps, { namespace, name: certificateName }), (found) =>
          textAt(found, "data", "root-cert.pem")
        )

  return {
    load: Effect.fnUntraced(function* (mesh, peer) {
      const known = loads.get(mesh.istiod) ?? new Map<string, Load>()
      loads.set(mesh.istiod, known)
      const { uid = "", name, namespace = "", resourceVersion } = peer.metadata
      const now = yield* Clock.currentTimeMillis
      const before = known.get(uid)
      const isOld = before === undefined || before.resourceVersion !== resourceVersion
      const retries = before !== undefined && !before.loaded && before.attempts <= quickRetries
      if (!isOld && !retries && now < before.at + Duration.toMillis(delays.resync)) return undefined

      const spec = peerSpec(peer)
      const attempts = isOld ? 1 : before.attempts + 1
      // a registry of that name is there already
      const isClash = name === "Kubernetes" || name === mesh.clusterName
      const needsRoot = spec.trustDomain !== "" && spec.trustDomain !== mesh.trustDomain
      const root = needsRoot ? yield* rootOf(namespace, spec) : ""
      const loaded = !isClash && root !== undefined
      known.set(uid, { resourceVersion, at: now, attempts, loaded })
      if (!loaded) return attempts <= quickRetries ? delays.retry : undefined
      if (needsRoot) mesh.istiod.roots.set(spec.trustDomain, root)
      mesh.istiod.peers.set(name, { first: mesh.istiod.peers.get(name)?.first ?? spec, current: spec })
      return undefined
    }),
    readAt: (mesh, { metadata }) => loads.get(mesh.istiod)?.get(metadata.uid ?? "")?.at
  }
}
