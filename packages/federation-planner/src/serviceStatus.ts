import { names, type FederatedService, type ServiceReport } from "@multicluster-mesh/mesh-model"
import type { PeeringWorld } from "./peeringWorld.ts"
import { exportedName, importedHost } from "./providers/maistra/limitedPeering.ts"
import { sideFacts } from "./SideFacts.ts"
import { otherSide, serviceKey, type ResolvedPeerings, type ServiceName, type ServiceOffer } from "./WantedPeering.ts"

/** A Service of which the planner needs to know. */
export interface ServiceQuestion extends ServiceName {
  readonly cluster: string
}

/** The Services that the agents are to be asked for: what is exported, and what a local import would join. */
export const servicesToAsk = ({ offers }: ResolvedPeerings): ReadonlyArray<ServiceQuestion> => {
  const questions = offers.flatMap(
    ({ exported, exporter, importAs, importer, local }): ReadonlyArray<ServiceQuestion> => [
      { cluster: exporter.cluster, ...local },
      ...(importAs === "Local" ? [{ cluster: importer.cluster, ...exported }] : [])
    ]
  )
  const byKey = new Map(questions.map((question) => [`${question.cluster}/${serviceKey(question)}`, question]))
  return [...byKey.keys()].sort().flatMap((key) => byKey.get(key) ?? [])
}

/** Says how far the service of one offer is, and where the importer reaches it. */
export const federatedService = (world: PeeringWorld, offer: ServiceOffer): FederatedService => {
  const service = world.know(offer.exporter.cluster).service(offer.local.namespace, offer.local.name)
  return {
    name: offer.entry,
    service: serviceKey(offer.local),
    importer: names.meshKey(offer.importer),
    host: hostOf(offer),
    ...progressOf(world, offer, service)
  }
}

const hostOf = (offer: ServiceOffer): string => {
  const peering = offer.peering?.peering
  return peering === undefined || offer.refusal !== undefined
    ? ""
    : importedHost(offer, peering.spec[otherSide(offer.side)].peerName)
}

const progressOf = (
  world: PeeringWorld,
  offer: ServiceOffer,
  service: ServiceReport | undefined
): Pick<FederatedService, "state" | "message"> => {
  if (offer.refusal !== undefined) return { state: "Refused", message: offer.refusal.message }
  const pending = offer.unknown ?? pendingBecause(world, offer, service)
  const warning = portsWarning(offer, service)
  return pending === undefined
    ? { state: "Imported", message: warning }
    : { state: "Pending", message: [pending, warning].filter((text) => text !== "").join(" ") }
}

const pendingBecause = (
  world: PeeringWorld,
  offer: ServiceOffer,
  service: ServiceReport | undefined
): string | undefined => {
  const existing = offer.peering?.existing
  if (existing === undefined) return "The peering of the two meshes is being set up."
  if (existing.spec.removal !== undefined) return "The peering of the two meshes is being removed."
  const exporter = existing.spec[offer.side]
  const importer = existing.spec[otherSide(offer.side)]
  const from = sideFacts(world, exporter, importer)
  const to = sideFacts(world, importer, exporter)
  if (from._tag === "Unknown") return `Nothing is known now: ${from.because}.`
  if (to._tag === "Unknown") return `Nothing is known now: ${to.because}.`
  if (from._tag === "Missing") return `Waits for ${from.waitsFor}.`
  if (to._tag === "Missing") return `Waits for ${to.waitsFor}.`
  if (service?.present === false) {
    return `Service ${serviceKey(offer.local)} does not exist on ${offer.exporter.cluster}. Create it there.`
  }
  const offered = exportedName(offer.exported, exporter.peerName)
  const isExported = from.report.exports
    .filter(({ peer }) => peer === exporter.peerName)
    .some(({ services }) =>
      services.some(
        (entry) =>
          entry.namespace === offer.local.namespace && entry.name === offer.local.name && entry.exportedName === offered
      )
    )
  if (!isExported)
    return `Waits for ${names.meshKey(offer.exporter)} to export it; only Services of member namespaces are.`
  const isImported = to.report.imports
    .filter(({ peer }) => peer === importer.peerName)
    .some(({ services }) => services.some((entry) => entry.exportedName === offered && entry.localHost !== ""))
  return isImported
    ? undefined
    : `Exported; ${names.meshKey(offer.importer)} imports it with its next synchronisation, which takes up to ten minutes.`
}

/** All ports of an imported service end at one port of the gateway, and only one of them is reached. */
const portsWarning = (offer: ServiceOffer, service: ServiceReport | undefined): string =>
  service !== undefined && service.present && service.ports.length > 1
    ? `Service ${serviceKey(offer.local)} has ${service.ports.length} ports: Openshift Service Mesh 2 routes only services of one port correctly between meshes. Offer a Service with one port.`
    : ""
