import { resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError, KubeObject } from "@multicluster-mesh/ocm-transport"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { contains, patchStatus } from "../calls.ts"
import type { Again } from "../runController.ts"
import { makeTimers } from "../Timers.ts"
import { exportStatus, hasDuplicates } from "./exportRules.ts"
import { importStatus } from "./importRules.ts"
import type { Mesh } from "./Mesh.ts"
import type { OssmWorld } from "./OssmWorld.ts"
import type { PeerLoader } from "./peerLoader.ts"
import { discoveryStatus } from "./peerStatus.ts"
import { reachDiscovery, watchersOf } from "./reach.ts"

const istiodManager = "pilot-discovery"

/** Writes what istiod says on the three kinds of federation. */
export interface FederationStatuses {
  readonly writePeer: (mesh: Mesh, peer: KubeObject) => Effect.Effect<void, KubeError>
  readonly writeExports: (mesh: Mesh, set: KubeObject) => Effect.Effect<void, KubeError>
  /** Takes changed rules over when their time has come; returns what is left of it. */
  readonly writeImports: (mesh: Mesh, set: KubeObject) => Effect.Effect<Again, KubeError>
}

interface Options {
  readonly api: KubeApi
  readonly world: OssmWorld
  readonly loader: PeerLoader
  /** From a change of import rules to its effect. */
  readonly importRules: Duration.Duration
}

export const makeFederationStatuses = ({ api, world, loader, importRules }: Options): FederationStatuses => {
  const timers = makeTimers()
  /** When istiod began to try, by the uid of a peer. */
  const firstTries = new Map<string, number>()

  return {
    writePeer: Effect.fnUntraced(function* (mesh, peer) {
      const { name, uid = "" } = peer.metadata
      const readAt = loader.readAt(mesh, peer)
      if (readAt === undefined || !mesh.istiod.peers.has(name)) return
      const since = firstTries.get(uid) ?? readAt
      firstTries.set(uid, since)
      const status = {
        discoveryStatus: discoveryStatus(peer, mesh.istiod.pods, {
          connectedAt: mesh.istiod.connectedAt.get(name),
          since,
          reached: reachDiscovery(world, mesh, name),
          watchers: watchersOf(world, mesh, name)
        })
      }
      if (contains(peer["status"], status) && contains(status, peer["status"])) return
      // a replace, because a merge patch cannot write null
      yield* api.replace(
        resources.serviceMeshPeers,
        { ...peer, status },
        { subresource: "status", fieldManager: istiodManager }
      )
    }),

    writeExports: Effect.fnUntraced(function* (mesh, set) {
      const exported = mesh.istiod.exported.get(set.metadata.name)
      // under one name twice: the API server refuses the status, and it stays as it is
      if (exported === undefined || hasDuplicates(exported)) return
      yield* patchStatus(api, resources.exportedServiceSets, set, exportStatus(exported), istiodManager)
    }),

    writeImports: Effect.fnUntraced(function* (mesh, set) {
      const { name, uid, generation } = set.metadata
      const reached = reachDiscovery(world, mesh, name)
      if (reached._tag === "Failed" || !mesh.istiod.connectedAt.has(name)) return undefined
      const isLoaded = contains(mesh.istiod.importRules.get(name), set["spec"])
      const left = isLoaded ? undefined : yield* timers.left(`${uid}/${generation}/rules`, importRules)
      if (!isLoaded && left === undefined) mesh.istiod.importRules.set(name, set["spec"])
      const offered = reached.mesh.istiod.exported.get(reached.peer) ?? []
      const status = importStatus(mesh.istiod.importRules.get(name), name, offered)
      yield* patchStatus(api, resources.importedServiceSets, set, status, istiodManager)
      return left
    })
  }
}
