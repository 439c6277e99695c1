import { resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError, KubeObject, ObjectRef } from "@multicluster-mesh/ocm-transport"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type Again, runController, soonest } from "../runController.ts"
import { makeFederationStatuses } from "./federationStatuses.ts"
import type { Installed } from "./InstalledPlanes.ts"
import { exportTo, forgetPeers } from "./istiodMemory.ts"
import { type Mesh, meshKey } from "./Mesh.ts"
import { meshOf } from "./meshOf.ts"
import type { OssmWorld } from "./OssmWorld.ts"
import { makePeerConnections } from "./peerConnections.ts"
import { makePeerLoader } from "./peerLoader.ts"

export interface FederationDelays {
  /** From "the peer can be reached" to "connected". */
  readonly connect: Duration.Duration
  /** From a change of import rules to its effect (maistra/istio, pkg/servicemesh/federation/imports). */
  readonly importRules: Duration.Duration
  /** The informer resync: CA ConfigMaps are read again. */
  readonly resync: Duration.Duration
  readonly retry: Duration.Duration
}

interface Options {
  readonly cluster: string
  readonly api: KubeApi
  readonly world: OssmWorld
  readonly installed: ReadonlyMap<string, Installed>
  readonly members: ReadonlyMap<string, ReadonlyArray<string>>
  readonly delays: FederationDelays
}

const everything: ObjectRef = { name: "federation" }

/**
 * istiod's federation in the meshes of one cluster (maistra/istio, pkg/servicemesh/federation). Returns how to make it
 * look again.
 */
export const runFederation = Effect.fnUntraced(function* (options: Options) {
  const { cluster, api, world, installed, delays } = options
  const loader = makePeerLoader(api, delays)
  const connect = makePeerConnections(world, delays.connect)
  const statuses = makeFederationStatuses({ api, world, loader, importRules: delays.importRules })
  /** What other meshes may notice of a mesh, by its key, as it was announced last. */
  const announced = new Map<string, string>()

  const informers = yield* Effect.all({
    peers: api.informer(resources.serviceMeshPeers),
    exports: api.informer(resources.exportedServiceSets),
    imports: api.informer(resources.importedServiceSets),
    services: api.informer(resources.services),
    deployments: api.informer(resources.deployments)
  })

  const reconcile = Effect.fnUntraced(function* (): Effect.fn.Return<Again, KubeError> {
    const services = yield* informers.services.list
    const deployments = yield* informers.deployments.list
    const waits: Array<Again> = [delays.resync]
    const keys = new Set<string>()
    for (const [namespace, controlPlane] of installed) {
      const { name } = controlPlane.object.metadata
      const key = meshKey({ cluster, namespace, name })
      const members = [namespace, ...(options.members.get(namespace) ?? [])]
      const around = { cluster, nodeAddress: world.nodeAddress(cluster), services, deployments, members }
      const mesh = meshOf(controlPlane, around, world.meshes.get(key))
      world.meshes.set(key, mesh)
      keys.add(key)
      const own = services.filter(({ metadata }) => members.includes(metadata.namespace ?? ""))
      waits.push(yield* federate(mesh, own))
    }
    for (const [key, mesh] of world.meshes) {
      if (mesh.cluster !== cluster || keys.has(key)) continue
      world.meshes.delete(key)
      announced.delete(key)
      yield* world.announce
    }
    return soonest(...waits)
  })

  /** One look of a mesh's istiod: at its peers first, then at what they offer it. */
  const federate = Effect.fnUntraced(function* (mesh: Mesh, services: ReadonlyArray<KubeObject>) {
    const peers = ofMesh(yield* informers.peers.list, mesh)
    const exports = ofMesh(yield* informers.exports.list, mesh)
    const imports = ofMesh(yield* informers.imports.list, mesh)
    const waits: Array<Again> = []
    forgetPeers(mesh, peers)
    for (const peer of peers) {
      const { name } = peer.metadata
      waits.push(yield* loader.load(mesh, peer))
      exportTo(mesh, name, namedSet(exports, name), services)
      waits.push(yield* connect(mesh, peer, namedSet(imports, name)?.["spec"]))
    }
    for (const name of mesh.istiod.connectedAt.keys()) {
      if (!mesh.istiod.peers.has(name)) mesh.istiod.connectedAt.delete(name)
    }
    yield* announceChange(mesh)
    for (const peer of peers) yield* statuses.writePeer(mesh, peer)
    for (const set of exports) yield* statuses.writeExports(mesh, set)
    for (const set of imports) waits.push(yield* statuses.writeImports(mesh, set))
    return soonest(...waits)
  })

  const announceChange = (mesh: Mesh) =>
    Effect.suspend(() => {
      const before = announced.get(meshKey(mesh))
      const now = noticeable(mesh)
      announced.set(meshKey(mesh), now)
      return before === now ? Effect.void : world.announce
    })

  const changes = Object.values(informers).map((informer) => Stream.map(informer.changes, () => everything))
  const ask = yield* runController({
    keys: Stream.mergeAll([...changes, Stream.map(world.announcements, () => everything)], {
      concurrency: "unbounded"
    }),
    reconcile,
    retry: delays.retry
  })
  return ask(everything)
})

const ofMesh = (all: ReadonlyArray<KubeObject>, mesh: Mesh) =>
  all.filter(({ metadata }) => metadata.namespace === mesh.namespace && metadata.deletionTimestamp === undefined)

/** The set of exports or imports for a peer has the peer's name. */
const namedSet = (sets: ReadonlyArray<KubeObject>, peer: string): KubeObject | undefined =>
  sets.find(({ metadata }) => metadata.name === peer)

const noticeable = ({ gateways, root, trustDomain, istiod }: Mesh): string => {
  const memory = [istiod.peers, istiod.roots, istiod.exportPolicies, istiod.exported, istiod.connectedAt]
  return JSON.stringify([gateways, root, trustDomain, memory.map((map) => [...map])])
}
