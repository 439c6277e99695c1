import { byKey } from "@multicluster-mesh/mesh-model"
import type { ExportRule, ImportRule } from "./providers/maistra/limitedPeering.ts"
import { serviceKey, type ServiceOffer, type SideName } from "./WantedPeering.ts"

/** The offers of each peering that hold, by its name: neither refused nor waiting for an answer. */
export const activeOffers = (offers: ReadonlyArray<ServiceOffer>): ReadonlyMap<string, ReadonlyArray<ServiceOffer>> =>
  Map.groupBy(
    offers.filter(({ peering, refusal, unknown }) => peering !== undefined && (refusal ?? unknown) === undefined),
    ({ peering }) => peering?.peering.metadata.name ?? ""
  )

/** What `side` exports to its peer, each service once, sorted by the name that the peer sees. */
export const exportRules = (active: ReadonlyArray<ServiceOffer>, side: SideName): ReadonlyArray<ExportRule> =>
  onePerName(active.filter((offer) => offer.side === side).map(({ exported, local }) => ({ exported, local })))

/** What `side` imports from its peer, each service once, sorted by the name that the peer offers. */
export const importRules = (active: ReadonlyArray<ServiceOffer>, side: SideName): ReadonlyArray<ImportRule> =>
  onePerName(active.filter((offer) => offer.side !== side).map(({ exported, importAs }) => ({ exported, importAs })))

/** Offers that hold and have one exported name are the same offer, made by several federations. */
const onePerName = <A extends { readonly exported: ServiceOffer["exported"] }>(rules: ReadonlyArray<A>) =>
  [...new Map(rules.map((rule) => [serviceKey(rule.exported), rule])).values()].sort(
    byKey((rule) => serviceKey(rule.exported))
  )
