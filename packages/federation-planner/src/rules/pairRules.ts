import { labels, names, type MeshFederation, type MeshKey } from "@multicluster-mesh/mesh-model"
import { noManagedCluster, sentence } from "../conditions.ts"
import type { WantedMesh } from "../WantedMesh.ts"
import type { Refusal } from "../WantedPeering.ts"

/** All that decides whether two meshes may be federated. */
export interface PairFacts {
  readonly federation: MeshFederation
  readonly left: MeshKey
  readonly right: MeshKey
  /** Length of the shortest list of peers that names both. */
  readonly listed: number
  /** Whether the pair has a MeshPeering already: conflicts bind newcomers only. */
  readonly incumbent: boolean
  /** Whether that MeshPeering was made for this federation too: limits bind newcomers only. */
  readonly owned: boolean
  /** Whether that MeshPeering is being removed. */
  readonly removing: boolean
  readonly hasCluster: (cluster: string) => boolean
  /** Whether the add-on is not on the cluster, or leaves it; undefined where it is there to stay. */
  readonly withoutAddOn: (cluster: string) => "Leaving" | "Missing" | undefined
  readonly wanted: (mesh: MeshKey) => WantedMesh | undefined
  /** Whether a Mesh of that name is there that we did not deploy. */
  readonly isObserved: (mesh: MeshKey) => boolean
  /** Clusters that have a Mesh of that name. */
  readonly clustersWith: (mesh: string) => ReadonlyArray<string>
  /** The peers that a mesh has by peerings that are there, or were accepted before. */
  readonly peersOf: (mesh: MeshKey) => ReadonlyArray<KnownPeer>
}

/** A peer of a mesh and the trust domain for which the peering was made. */
export interface KnownPeer {
  readonly mesh: MeshKey
  readonly trustDomain: string
}

type PairRule = (pair: PairFacts) => Refusal | undefined

const refuse = (reason: string, message: string): Refusal => ({ reason, message })

/** The first of `meshes` for which `refusal` says something. */
const firstOf = (pair: PairFacts, refusal: (mesh: MeshKey, other: MeshKey) => Refusal | undefined) =>
  refusal(pair.left, pair.right) ?? refusal(pair.right, pair.left)

const trustTypeNotSupported: PairRule = ({ federation }) =>
  federation.spec.trustConfig?.trustType === "Complete"
    ? refuse(
        "TrustTypeNotSupported",
        "Openshift Service Mesh cannot share one root among meshes. Set trustConfig.trustType to Limited."
      )
    : undefined

const tooManyPeers: PairRule = ({ federation, listed, owned }) =>
  !owned && listed > federation.spec.maxPeers
    ? refuse(
        "TooManyPeers",
        `The list of peers has ${listed} meshes, which makes ${(listed * (listed - 1)) / 2} peerings; maxPeers allows ${federation.spec.maxPeers} meshes. Split the list, or raise maxPeers.`
      )
    : undefined

const clusterNotFound: PairRule = (pair) =>
  firstOf(pair, ({ cluster }) =>
    pair.hasCluster(cluster) ? undefined : refuse("ClusterNotFound", sentence(noManagedCluster(cluster)))
  )

const meshObserved: PairRule = (pair) =>
  firstOf(pair, (mesh) =>
    pair.isObserved(mesh)
      ? refuse(
          "MeshObserved",
          `Mesh ${names.meshKey(mesh)} was found, not wished; such a mesh is only observed and cannot be federated yet. Name meshes in meshPeers that a MeshDeployment wishes.`
        )
      : undefined
  )

const meshNotFound: PairRule = (pair) =>
  firstOf(pair, (mesh) => {
    if (pair.wanted(mesh) !== undefined) return undefined
    const elsewhere = pair.clustersWith(mesh.name)
    return refuse(
      "MeshNotFound",
      elsewhere.length === 0
        ? `There is no Mesh ${mesh.name} on cluster ${mesh.cluster}. Correct the name, or deploy the mesh with a MeshDeployment.`
        : `There is no Mesh ${mesh.name} on cluster ${mesh.cluster}, but on ${elsewhere.slice(0, 3).join(", ")}. Correct the cluster.`
    )
  })

const meshBeingRemoved: PairRule = (pair) =>
  firstOf(pair, (mesh) =>
    pair.wanted(mesh)?.removal === undefined
      ? undefined
      : refuse(
          "MeshBeingRemoved",
          `Mesh ${names.meshKey(mesh)} is being removed. Take it out of meshPeers, or wish for it again once it is gone.`
        )
  )

const meshRefused: PairRule = (pair) =>
  firstOf(pair, (mesh) => {
    const refused = pair.incumbent ? undefined : pair.wanted(mesh)?.refused
    return refused === undefined
      ? undefined
      : refuse("MeshRefused", `Mesh ${names.meshKey(mesh)} cannot be deployed: ${refused.message}`)
  })

const peeringBeingRemoved: PairRule = ({ removing }) =>
  removing
    ? refuse(
        "PeeringBeingRemoved",
        "An earlier peering of the two is still being removed; it is set up anew after that."
      )
    : undefined

/** A peering that is there stays when the add-on is lost; it goes only where the add-on leaves. */
const addOnMissing: PairRule = (pair) =>
  pair.incumbent
    ? undefined
    : firstOf(pair, ({ cluster }) => {
        const without = pair.withoutAddOn(cluster)
        if (without === undefined) return undefined
        return without === "Leaving"
          ? refuse("AddOnLeaving", `The add-on is being removed from cluster ${cluster}.`)
          : refuse(
              "AddOnMissing",
              `The add-on is not on cluster ${cluster}. Let a Placement of its ClusterManagementAddOn select the cluster, or make the ManagedClusterAddOn ${cluster}/${labels.addonName}; the pair is federated after that.`
            )
      })

const versionNotSupported: PairRule = (pair) =>
  firstOf(pair, (mesh) => {
    const version = pair.wanted(mesh)?.mesh.spec.controlPlane.version
    return version === undefined || !/^v(1\.|2\.0$)/u.test(version)
      ? undefined
      : refuse(
          "VersionNotSupported",
          `Mesh ${names.meshKey(mesh)} has version ${version}; federation came with v2.1. Upgrade the mesh.`
        )
  })

/** istiod keeps the roots of its peers by trust domain: a second peer with the same one replaces the root of the first. */
const trustDomainConflict: PairRule = (pair) =>
  pair.incumbent
    ? undefined
    : firstOf(pair, (mesh, other) => {
        const own = pair.wanted(mesh)?.trustDomain
        const its = pair.wanted(other)?.trustDomain
        if (own !== undefined && own === its) {
          return refuse(
            "TrustDomainConflict",
            `Meshes ${names.meshKey(mesh)} and ${names.meshKey(other)} have the same trust domain, ${own}. Give them different ones.`
          )
        }
        const holder = pair
          .peersOf(mesh)
          .find((peer) => peer.trustDomain === its && names.meshKey(peer.mesh) !== names.meshKey(other))
        return holder === undefined
          ? undefined
          : refuse(
              "TrustDomainConflict",
              `Mesh ${names.meshKey(mesh)} has a peer with trust domain ${holder.trustDomain} already, ${names.meshKey(holder.mesh)}. Give ${names.meshKey(other)} another one.`
            )
      })

const pairRules: ReadonlyArray<PairRule> = [
  tooManyPeers,
  clusterNotFound,
  meshObserved,
  meshNotFound,
  meshBeingRemoved,
  meshRefused,
  peeringBeingRemoved,
  addOnMissing,
  versionNotSupported,
  trustDomainConflict
]

/**
 * Why the pair cannot be federated; undefined when it can. The first rule that refuses it speaks; what is wrong with the
 * trust as well is said with it, so that nobody corrects the one and meets the other.
 */
export const refusalOf = (pair: PairFacts): Refusal | undefined => {
  const ofTrust = trustTypeNotSupported(pair)
  for (const rule of pairRules) {
    const refusal = rule(pair)
    if (refusal === undefined) continue
    return ofTrust === undefined ? refusal : { ...refusal, message: `${refusal.message} ${ofTrust.message}` }
  }
  return ofTrust
}
