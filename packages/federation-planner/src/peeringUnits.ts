import { isSameJson, type KubeObject, type MeshPeering, type PeeringSide } from "@multicluster-mesh/mesh-model"
import type { HubState } from "./HubState.ts"
import { holdWhereUnreadable } from "./holdWhereUnreadable.ts"
import { makeMemo } from "./Memo.ts"
import { carriedObject } from "./sideObjects.ts"
import {
  caConfigMap,
  caIdentity,
  exportedServiceSet,
  exportsIdentity,
  importedServiceSet,
  importsIdentity,
  peerIdentity,
  serviceMeshPeer
} from "./providers/maistra/limitedPeering.ts"
import { activeOffers, exportRules, importRules } from "./activeRules.ts"
import { sideFacts, type SideFacts } from "./SideFacts.ts"
import { trustedRoot, type TrustedRoot } from "./trustedRoot.ts"
import type { Stage, Unit } from "./Unit.ts"
import {
  otherSide,
  sideNames,
  sideUnitKey,
  type ResolvedPeerings,
  type ServiceOffer,
  type SideName,
  type WantedPeering
} from "./WantedPeering.ts"

/**
 * Returns the units of all peerings: one per side, each with the stages trust, peer and services.
 *
 * A peering has units from the moment its names are fixed on the hub.
 */
export const peeringUnits = (state: HubState, resolved: ResolvedPeerings): ReadonlyArray<Unit> => {
  const active = grouped(state, "", [resolved.offers], () => activeOffers(resolved.offers))
  return resolved.peerings.flatMap((wanted) => {
    const { existing } = wanted
    if (existing === undefined) return []
    // Also a side that is gone: the agent is asked for it until the other one is gone too.
    const offers = active.get(existing.metadata.name) ?? []
    return sideNames.map((name) =>
      units(state, sideUnitKey(existing, name), [wanted, ...offers], () =>
        holdWhereUnreadable(state, sideUnit(state, offers, wanted, existing, name))
      )
    )
  })
}

const grouped = makeMemo<ReturnType<typeof activeOffers>>()
const units = makeMemo<Unit>(isSameJson)

const sideUnit = (
  state: HubState,
  offers: ReadonlyArray<ServiceOffer>,
  wanted: WantedPeering,
  existing: MeshPeering,
  name: SideName
): Unit => {
  const { removal } = existing.spec
  return {
    key: sideUnitKey(existing, name),
    cluster: existing.spec[name].cluster,
    chain: [
      `MeshFederation ${wanted.federations.join(", ")}`,
      `MeshPeering ${existing.metadata.namespace ?? ""}/${existing.metadata.name}`
    ],
    stages:
      removal === undefined
        ? [
            trustStage(state, existing, name),
            peerStage(state, existing, name),
            ...servicesStage(state, offers, existing, name)
          ]
        : stagesToRemove(existing.spec[name]),
    removal,
    heldBecause: removal === undefined ? heldBecause(state, wanted, existing, name) : undefined
  }
}

/** Names what may be there, so that the agent is asked for it; what to remove is what the works carry. */
const stagesToRemove = (side: PeeringSide): ReadonlyArray<Stage> => [
  { name: "trust", identities: [caIdentity(side)], objects: undefined, waitsFor: undefined },
  { name: "peer", identities: [peerIdentity(side)], objects: undefined, waitsFor: undefined },
  {
    name: "services",
    identities: [exportsIdentity(side), importsIdentity(side)],
    objects: undefined,
    waitsFor: undefined
  }
]

const heldBecause = (
  state: HubState,
  { ownerMissing, peering }: WantedPeering,
  { spec }: MeshPeering,
  name: SideName
): string | undefined => {
  if (peering.spec.removal !== undefined) return "the record of its removal is being written"
  if (ownerMissing !== undefined) return ownerMissing
  const own = sideFacts(state, spec[name], spec[otherSide(name)])
  if (own._tag === "Unknown") return own.because
  const peer = sideFacts(state, spec[otherSide(name)], spec[name])
  return peer._tag === "Unknown" ? peer.because : undefined
}

const trustStage = (state: HubState, peering: MeshPeering, name: SideName): Stage => {
  const side = peering.spec[name]
  const own = sideFacts(state, side, peering.spec[otherSide(name)])
  const root = trustedRoot(state, peering, name)
  return {
    name: "trust",
    identities: [caIdentity(side)],
    objects: root._tag === "Trusted" ? [caConfigMap(side, root.pem)] : undefined,
    waitsFor: missing(own) ?? rootWaitsFor(root)
  }
}

const peerStage = (state: HubState, peering: MeshPeering, name: SideName): Stage => {
  const side = peering.spec[name]
  const other = peering.spec[otherSide(name)]
  const root = trustedRoot(state, peering, name)
  const own = sideFacts(state, side, other)
  const peer = sideFacts(state, other, side)
  return {
    name: "peer",
    identities: [peerIdentity(side)],
    objects:
      root._tag === "Trusted" && peer._tag === "Found" && peer.addresses.length > 0
        ? [serviceMeshPeer(side, other, { addresses: peer.addresses, root: root.fingerprint })]
        : undefined,
    waitsFor:
      missing(own) ??
      missing(peer) ??
      (own._tag === "Found" ? (own.controlPlaneWaitsFor ?? own.gatewaysWaitFor) : undefined) ??
      (peer._tag === "Found" ? (peer.controlPlaneWaitsFor ?? peer.addressWaitsFor) : undefined) ??
      rootWaitsFor(root)
  }
}

const missing = (facts: SideFacts): string | undefined =>
  facts._tag === "Unknown" ? `news: ${facts.because}` : facts._tag === "Missing" ? facts.waitsFor : undefined

const rootWaitsFor = (root: TrustedRoot): string | undefined =>
  root._tag === "Trusted"
    ? undefined
    : root._tag === "Waiting"
      ? root.waitsFor
      : `a decision on a root: ${root.message}`

/**
 * What was delivered once stays, with empty rules when nothing is offered any more: an object that merely drops out of
 * its work would stay on the cluster and go on offering.
 */
const servicesStage = (
  state: HubState,
  offers: ReadonlyArray<ServiceOffer>,
  peering: MeshPeering,
  name: SideName
): ReadonlyArray<Stage> => {
  const side = peering.spec[name]
  const exports = exportRules(offers, name)
  const imports = importRules(offers, name)
  const objects: ReadonlyArray<KubeObject> = [
    ...(exports.length > 0 || carriedObject(state, peering, name, exportsIdentity(side)) !== undefined
      ? [exportedServiceSet(side, exports)]
      : []),
    ...(imports.length > 0 || carriedObject(state, peering, name, importsIdentity(side)) !== undefined
      ? [importedServiceSet(side, imports)]
      : [])
  ]
  const kinds = new Set(objects.map(({ kind }) => kind))
  return objects.length === 0
    ? []
    : [
        {
          name: "services",
          identities: [exportsIdentity(side), importsIdentity(side)].filter(({ kind }) => kinds.has(kind)),
          objects,
          waitsFor: undefined
        }
      ]
}
