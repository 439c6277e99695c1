import { resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError, KubeObject, ObjectRef, ResourceType } from "@multicluster-mesh/ocm-transport"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { contains, find, patchStatus } from "../calls.ts"
import { textAt } from "../fields.ts"
import { type Again, runController, soonest } from "../runController.ts"
import { makeTimers } from "../Timers.ts"
import { exportStatus, hasDuplicates } from "./exportRules.ts"
import { importStatus } from "./importRules.ts"
import { exportTo, forgetPeers } from "./istiodMemory.ts"
import { type Istiod, type Mesh, meshKey } from "./Mesh.ts"
import { meshOf } from "./meshOf.ts"
import type { OssmWorld } from "./OssmWorld.ts"
import { peerSpec } from "./peerSpec.ts"
import { discoveryStatus } from "./peerStatus.ts"
import { reachDiscovery, watchersOf } from "./reach.ts"
import type { Installed } from "./runControlPlanes.ts"

export interface FederationDelays {
  /** From "the peer can be reached" to "connected". */
  readonly connect: Duration.Duration
  /** From a change of import rules to its effect (ossm2.md 3.8). */
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

/** What istiod knows of one ServiceMeshPeer object. */
interface Load {
  readonly resourceVersion: string | undefined
  readonly at: number
  readonly attempts: number
  readonly loaded: boolean
}

const quickRetries = 5
const everything: ObjectRef = { name: "federation" }

/** istiod's federation in the meshes of one cluster (ossm2.md 3). Returns how to make it look again. */
export const runFederation = Effect.fnUntraced(function* (options: Options) {
  const { cluster, api, world, installed, delays } = options
  const timers = makeTimers()
  const loads = new WeakMap<Istiod, Map<string, Load>>()
  const facts = new Map<string, string>()

  const informers = yield* Effect.all({
    peers: api.informer(resources.serviceMeshPeers),
    exports: api.informer(resources.exportedServiceSets),
    imports: api.informer(resources.importedServiceSets),
    services: api.informer(resources.services),
    deployments: api.informer(resources.deployments)
  })
  /** Reads a peer and its CA: on its own events and at the resync alone (3.4, point 6). */
  const loadPeer = Effect.fnUntraced(function* (mesh: Mesh, peer: KubeObject): Effect.fn.Return<Again, KubeError> {
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
    // a registry of that name is there already (3.2)
    const isClash = name === "Kubernetes" || name === mesh.clusterName
    const needsRoot = spec.trustDomain !== "" && spec.trustDomain !== mesh.trustDomain
    const root = needsRoot ? yield* rootOf(namespace, spec.certificateKind, spec.certificateName) : ""
    const loaded = !isClash && root !== undefined
    known.set(uid, { resourceVersion, at: now, attempts, loaded })
    if (!loaded) return attempts <= quickRetries ? delays.retry : undefined
    if (needsRoot) mesh.istiod.roots.set(spec.trustDomain, root)
    mesh.istiod.peers.set(name, { first: mesh.istiod.peers.get(name)?.first ?? spec, current: spec })
    return undefined
  })

  const rootOf = (namespace: string, kind: string, name: string) =>
    kind !== "" && kind !== "ConfigMap"
      ? Effect.succeed(undefined)
      : Effect.map(find(api, resources.configMaps, { namespace, name }), (found) =>
          textAt(found, "data", "root-cert.pem")
        )

  const connect = Effect.fnUntraced(function* (mesh: Mesh, peer: KubeObject, rules: unknown): Effect.fn.Return<Again> {
    const { name, uid } = peer.metadata
    const key = `${uid}/connect`
    if (reachDiscovery(world, mesh, name)._tag === "Failed") {
      mesh.istiod.connectedAt.delete(name)
      timers.forget(key)
      return undefined
    }
    if (mesh.istiod.connectedAt.has(name)) return undefined
    const left = yield* timers.left(key, delays.connect)
    if (left !== undefined) return left
    mesh.istiod.connectedAt.set(name, yield* Clock.currentTimeMillis)
    mesh.istiod.importRules.set(name, rules)
    return undefined
  })

  const writePeer = Effect.fnUntraced(function* (mesh: Mesh, peer: KubeObject) {
    const { name, uid = "" } = peer.metadata
    const since = loads.get(mesh.istiod)?.get(uid)
    if (since === undefined || !mesh.istiod.peers.has(name)) return
    const first = firstTries.get(uid) ?? since.at
    firstTries.set(uid, first)
    const status = {
      discoveryStatus: discoveryStatus(peer, mesh.istiod.pods, {
        connectedAt: mesh.istiod.connectedAt.get(name),
        since: first,
        reached: reachDiscovery(world, mesh, name),
        watchers: watchersOf(world, mesh, name)
      })
    }
    if (contains(peer["status"], status) && contains(status, peer["status"])) return
    // a replace, because a merge patch cannot write null
    yield* api.replace(
      resources.serviceMeshPeers,
      { ...peer, status },
      { subresource: "status", fieldManager: "pilot-discovery" }
    )
  })
  const firstTries = new Map<string, number>()

  const write = (type: ResourceType, object: KubeObject, status: Readonly<Record<string, unknown>>) =>
    patchStatus(api, type, object, status, "pilot-discovery")

  const writeImports = Effect.fnUntraced(function* (mesh: Mesh, set: KubeObject): Effect.fn.Return<Again, KubeError> {
    const { name, uid, generation } = set.metadata
    const reached = reachDiscovery(world, mesh, name)
    if (reached._tag === "Failed" || !mesh.istiod.connectedAt.has(name)) return undefined
    const isLoaded = contains(mesh.istiod.importRules.get(name), set["spec"])
    const left = isLoaded ? undefined : yield* timers.left(`${uid}/${generation}/rules`, delays.importRules)
    if (!isLoaded && left === undefined) mesh.istiod.importRules.set(name, set["spec"])
    const offered = reached.mesh.istiod.exported.get(reached.peer) ?? []
    const rules = mesh.istiod.importRules.get(name)
    yield* write(resources.importedServiceSets, set, importStatus(rules, name, offered))
    return left
  })

  const lookAt = Effect.fnUntraced(function* (mesh: Mesh, services: ReadonlyArray<KubeObject>) {
    const peers = ofMesh(yield* informers.peers.list, mesh)
    const exports = ofMesh(yield* informers.exports.list, mesh)
    const imports = ofMesh(yield* informers.imports.list, mesh)
    const waits: Array<Again> = []
    forgetPeers(mesh, peers)
    for (const peer of peers) {
      const { name } = peer.metadata
      waits.push(yield* loadPeer(mesh, peer))
      exportTo(
        mesh,
        name,
        exports.find(({ metadata }) => metadata.name === name),
        services
      )
      const rules = imports.find(({ metadata }) => metadata.name === name)
      waits.push(yield* connect(mesh, peer, rules?.["spec"]))
    }
    for (const name of mesh.istiod.connectedAt.keys()) {
      if (!mesh.istiod.peers.has(name)) mesh.istiod.connectedAt.delete(name)
    }
    yield* announceChange(mesh)
    for (const peer of peers) yield* writePeer(mesh, peer)
    for (const set of exports) {
      const exported = mesh.istiod.exported.get(set.metadata.name)
      // under one name twice: the API server refuses the status, and it stays as it is (3.7)
      if (exported === undefined || hasDuplicates(exported)) continue
      yield* write(resources.exportedServiceSets, set, exportStatus(exported))
    }
    for (const set of imports) waits.push(yield* writeImports(mesh, set))
    return soonest(...waits)
  })

  const announceChange = (mesh: Mesh) =>
    Effect.suspend(() => {
      const { gateways, root, trustDomain, istiod } = mesh
      const memory = [istiod.peers, istiod.roots, istiod.exportPolicies, istiod.exported, istiod.connectedAt].map(
        (map) => [...map]
      )
      const now = JSON.stringify([gateways, root, trustDomain, memory])
      const before = facts.get(meshKey(mesh))
      facts.set(meshKey(mesh), now)
      return before === now ? Effect.void : world.announce
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
      waits.push(yield* lookAt(mesh, own))
    }
    for (const [key, mesh] of world.meshes) {
      if (mesh.cluster !== cluster || keys.has(key)) continue
      world.meshes.delete(key)
      facts.delete(key)
      yield* world.announce
    }
    return soonest(...waits)
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
