import {
  byKey,
  isSameJson,
  keyOf,
  names,
  type FederatedService,
  type MeshFederation,
  type MeshKey,
  type MeshPeering,
  type ServiceExport
} from "@multicluster-mesh/mesh-model"
import type { HubState } from "./HubState.ts"
import { isSameList, isSameSet } from "./isSame.ts"
import { makeMemo } from "./Memo.ts"
import { carriedObject } from "./sideObjects.ts"
import {
  exportedServiceSet,
  exportsIdentity,
  importedServiceSet,
  importsIdentity,
  rulesOf
} from "./providers/maistra/limitedPeering.ts"
import { refuseOffers } from "./rules/offerRules.ts"
import {
  otherSide,
  serviceKey,
  type Pair,
  type ResolvedPeerings,
  type ServiceOffer,
  type SideName
} from "./WantedPeering.ts"

/**
 * Resolves the services of all federations to offers from one mesh to another.
 *
 * Offers that cannot be are refused before anything is written: istiod would freeze or drop them without a word. Of two
 * that exclude each other the one that is delivered wins, then the first by federation and entry.
 */
export const resolveServices = (
  state: HubState,
  pairs: ReadonlyMap<string, ReadonlyArray<Pair>>
): Pick<ResolvedPeerings, "offers" | "strayServices"> => {
  const resolved = allResolved(state, "", [pairs], () => resolveAll(state, pairs))
  return { offers: allJudged(state, "", [resolved], () => judgeOffers(state, resolved)), strayServices: resolved.stray }
}

/** What all federations offer. */
interface ResolvedServices {
  /** Sorted by federation and entry. */
  readonly offers: ReadonlyArray<ServiceOffer>
  readonly stray: ResolvedPeerings["strayServices"]
}

const allResolved = makeMemo<ResolvedServices>()
const allJudged = makeMemo<ReadonlyArray<ServiceOffer>>(isSameList)

const resolveAll = (state: HubState, pairs: ReadonlyMap<string, ReadonlyArray<Pair>>): ResolvedServices => {
  const offers: Array<ServiceOffer> = []
  const stray = new Map<string, ReadonlyArray<FederatedService>>()
  for (const federation of state.federations.toSorted(byKey(keyOf))) {
    const ofFederation = pairs.get(keyOf(federation)) ?? []
    const resolved = resolvedOnce(state, keyOf(federation), [federation, ...ofFederation], () =>
      servicesOf(federation, ofFederation)
    )
    offers.push(...resolved.offers)
    if (resolved.stray.length > 0) stray.set(keyOf(federation), resolved.stray)
  }
  return { offers, stray }
}

/** Offers exclude each other only where they are of one mesh to the same other one. */
const judgeOffers = (state: HubState, { offers }: ResolvedServices): ReadonlyArray<ServiceOffer> =>
  [...Map.groupBy(offers, wayOf)].flatMap(([way, ofWay]) =>
    judgedOnce(state, way, ofWay, () => {
      const incumbents = new Set(ofWay.filter((offer) => isDelivered(state, offer)))
      const incumbentsFirst = [...incumbents, ...ofWay.filter((offer) => !incumbents.has(offer))]
      return refuseOffers(state, incumbentsFirst, (offer) => incumbents.has(offer))
    })
  )

const isSameOffer = ({ peering, ...one }: ServiceOffer, { peering: its, ...other }: ServiceOffer): boolean =>
  peering === its && isSameJson(one, other)

const judgedOnce = makeMemo<ReadonlyArray<ServiceOffer>>(
  (one, other) =>
    one.length === other.length &&
    one.every((offer, index) => {
      const also = other[index]
      return offer === also || (also !== undefined && isSameOffer(offer, also))
    })
)

const wayOf = ({ exporter, importer }: ServiceOffer): string => `${names.meshKey(exporter)} ${names.meshKey(importer)}`

interface ServicesOfFederation {
  readonly offers: ReadonlyArray<ServiceOffer>
  readonly stray: ReadonlyArray<FederatedService>
}

const resolvedOnce = makeMemo<ServicesOfFederation>()

const servicesOf = (federation: MeshFederation, pairs: ReadonlyArray<Pair>): ServicesOfFederation => {
  const offers: Array<ServiceOffer> = []
  const stray: Array<FederatedService> = []
  for (const entry of (federation.spec.services ?? []).toSorted(byKey(({ name }) => name))) {
    const ofExporter = pairs.filter((pair) => exporterSide(pair, entry.from) !== undefined)
    const importers = entry.to ?? ofExporter.map((pair) => peerOf(pair, entry.from))
    for (const name of entry.names.toSorted()) {
      const local = { namespace: entry.namespace, name }
      if (ofExporter.length === 0) {
        stray.push(strayService(entry, serviceKey(local), undefined, fromUnknown(entry.from)))
        continue
      }
      for (const importer of importers.toSorted(byKey(names.meshKey))) {
        const pair = ofExporter.find(
          (candidate) => names.meshKey(peerOf(candidate, entry.from)) === names.meshKey(importer)
        )
        if (pair === undefined)
          stray.push(strayService(entry, serviceKey(local), importer, toUnknown(entry.from, importer)))
        else offers.push(offerOf(keyOf(federation), entry, local, pair))
      }
    }
  }
  return { offers, stray }
}

const exporterSide = (pair: Pair, mesh: MeshKey) =>
  names.meshKey(pair.left) === names.meshKey(mesh)
    ? "left"
    : names.meshKey(pair.right) === names.meshKey(mesh)
      ? "right"
      : undefined

const peerOf = (pair: Pair, mesh: MeshKey): MeshKey => (exporterSide(pair, mesh) === "left" ? pair.right : pair.left)

const offerOf = (federation: string, entry: ServiceExport, local: ServiceOffer["local"], pair: Pair): ServiceOffer => ({
  federation,
  entry: entry.name,
  exporter: { cluster: entry.from.cluster, name: entry.from.name },
  importer: peerOf(pair, entry.from),
  local,
  exported: { namespace: entry.alias?.namespace ?? local.namespace, name: entry.alias?.name ?? local.name },
  importAs: entry.importAs,
  peering: pair.peering,
  side: exporterSide(pair, entry.from) ?? "left",
  // A federation whose pair was refused offers nothing over a peering that others made.
  refusal: pair.peering?.federations.includes(federation) ? undefined : pair.refusal,
  unknown: undefined
})

const strayService = (
  entry: ServiceExport,
  service: string,
  importer: MeshKey | undefined,
  message: string
): FederatedService => ({
  name: entry.name,
  service,
  importer: importer === undefined ? "" : names.meshKey(importer),
  host: "",
  state: "Refused",
  message
})

const fromUnknown = (from: MeshKey): string =>
  `Mesh ${names.meshKey(from)} is in no list of meshPeers of this MeshFederation. Add it, or correct \`from\`.`

const toUnknown = (from: MeshKey, to: MeshKey): string =>
  `Mesh ${names.meshKey(to)} is no peer of ${names.meshKey(from)} in this MeshFederation. Add the pair to meshPeers, or correct \`to\`.`

/** Whether the works of both sides carry an offer as it is wished now. */
const isDelivered = (state: HubState, offer: ServiceOffer): boolean => {
  const { peering, side } = offer
  const existing = peering?.existing
  if (existing === undefined) return false
  const exportsOn = rulesOn(state, existing, side, "exportRules")
  const importsOn = rulesOn(state, existing, otherSide(side), "importRules")
  return isCarried(offer, existing, exportsOn, importsOn)
}

const isCarried = (
  { exported, importAs, local, side }: ServiceOffer,
  { spec }: MeshPeering,
  exportsOn: ReadonlySet<string>,
  importsOn: ReadonlySet<string>
): boolean =>
  rulesOf(exportedServiceSet(spec[side], [{ exported, local }]), "exportRules").every((rule) => exportsOn.has(rule)) &&
  rulesOf(importedServiceSet(spec[otherSide(side)], [{ exported, importAs }]), "importRules").every((rule) =>
    importsOn.has(rule)
  )

/** The rules that the works of one side carry. */
const rulesOn = (
  state: HubState,
  peering: MeshPeering,
  name: SideName,
  rules: "exportRules" | "importRules"
): ReadonlySet<string> => {
  const side = peering.spec[name]
  return rulesOnce(state, `${peering.metadata.name} ${name} ${rules}`, [side], () => {
    const identity = rules === "exportRules" ? exportsIdentity(side) : importsIdentity(side)
    return new Set(rulesOf(carriedObject(state, peering, name, identity), rules))
  })
}

const rulesOnce = makeMemo<ReadonlySet<string>>(isSameSet)
