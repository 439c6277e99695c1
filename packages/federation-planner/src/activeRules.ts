import { byKey, type MeshPeering } from "@multicluster-mesh/mesh-model"
import type { ExportRule, ImportRule } from "./providers/maistra/limitedPeering.ts"
import { serviceKey, type ServiceOffer, type SideName } from "./WantedPeering.ts"

/** The offers that hold: neither refused nor waiting for an answer. */
const active = (offers: ReadonlyArray<ServiceOffer>, peering: MeshPeering): ReadonlyArray<ServiceOffer> =>
  offers.filter(
    (offer) =>
      offer.peering?.peering.metadata.name === peering.metadata.name &&
      offer.refusal === undefined &&
      offer.unknown === undefined
  )

/** What `side` exports to its peer, each service once, sorted by the name that the peer sees. */
export const exportRules = (
  offers: ReadonlyArray<ServiceOffer>,
  peering: MeshPeering,
  side: SideName
): ReadonlyArray<ExportRule> =>
  onePerName(
    active(offers, peering)
      .filter((offer) => offer.side === side)
      .map(({ exported, local }) => ({ exported, local }))
  )

/** What `side` imports from its peer, each service once, sorted by the name that the peer offers. */
export const importRules = (
  offers: ReadonlyArray<ServiceOffer>,
  peering: MeshPeering,
  side: SideName
): ReadonlyArray<ImportRule> =>
  onePerName(
    active(offers, peering)
      .filter((offer) => offer.side !== side)
      .map(({ exported, importAs }) => ({ exported, importAs }))
  )

/** Offers that hold and have one exported name are the same offer, made by several federations. */
const onePerName = <A extends { readonly exported: ServiceOffer["exported"] }>(rules: ReadonlyArray<A>) =>
  [...new Map(rules.map((rule) => [serviceKey(rule.exported), rule])).values()].sort(
    byKey((rule) => serviceKey(rule.exported))
  )
