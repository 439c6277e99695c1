import { names, type FederatedService, type ServiceReport } from "@multicluster-mesh/mesh-model"
import type { HubState } from "./HubState.ts"
import { knowledgeOf } from "./Knowledge.ts"
import { exportedName, importedHost } from "./providers/maistra/limitedPeering.ts"
import { sideFacts } from "./SideFacts.ts"
import { otherSide, serviceKey, type ServiceOffer } from "./WantedPeering.ts"

/** How far a service is at one importer. */
export interface ServiceOutcome {
  readonly service: FederatedService
  /** Of one that is pending: whether someone has to create it, or nothing is known now. */
  readonly lacks: "Service" | "Knowledge" | undefined
}

/** Says how far the service of one offer is, and where the importer reaches it. */
export const serviceOutcome = (state: HubState, offer: ServiceOffer): ServiceOutcome => {
  const service = knowledgeOf(state, offer.exporter.cluster).service(offer.local.namespace, offer.local.name)
  const { lacks, ...progress } = progressOf(state, offer, service)
  return {
    service: {
      name: offer.entry,
      service: serviceKey(offer.local),
      importer: names.meshKey(offer.importer),
      host: hostOf(offer),
      ...progress
    },
    lacks
  }
}

const hostOf = (offer: ServiceOffer): string => {
  const peering = offer.peering?.peering
  return peering === undefined || offer.refusal !== undefined
    ? ""
    : importedHost(offer, peering.spec[otherSide(offer.side)].peerName)
}

const progressOf = (
  state: HubState,
  offer: ServiceOffer,
  service: ServiceReport | undefined
): Pick<FederatedService, "state" | "message"> & Pick<ServiceOutcome, "lacks"> => {
  if (offer.refusal !== undefined) return { state: "Refused", message: offer.refusal.message, lacks: undefined }
  const pending =
    offer.unknown === undefined ? pendingBecause(state, offer, service) : lacking("Knowledge", offer.unknown)
  const warning = portsWarning(offer, service)
  return pending === undefined
    ? { state: "Imported", message: warning, lacks: undefined }
    : {
        state: "Pending",
        message: [pending.message, warning].filter((text) => text !== "").join(" "),
        lacks: pending.lacks
      }
}

interface Pending extends Pick<ServiceOutcome, "lacks"> {
  readonly message: string
}

const lacking = (lacks: ServiceOutcome["lacks"], message: string): Pending => ({ message, lacks })

const waits = (message: string): Pending => lacking(undefined, message)

const pendingBecause = (
  state: HubState,
  offer: ServiceOffer,
  service: ServiceReport | undefined
): Pending | undefined => {
  const existing = offer.peering?.existing
  if (existing === undefined) return waits("The peering of the two meshes is being set up.")
  if (existing.spec.removal !== undefined) return waits("The peering of the two meshes is being removed.")
  const exporter = existing.spec[offer.side]
  const importer = existing.spec[otherSide(offer.side)]
  const from = sideFacts(state, exporter, importer)
  const to = sideFacts(state, importer, exporter)
  if (from._tag === "Unknown") return lacking("Knowledge", `Nothing is known now: ${from.because}.`)
  if (to._tag === "Unknown") return lacking("Knowledge", `Nothing is known now: ${to.because}.`)
  if (from._tag === "Missing") return waits(`Waits for ${from.waitsFor}.`)
  if (to._tag === "Missing") return waits(`Waits for ${to.waitsFor}.`)
  if (service?.present === false) {
    return lacking(
      "Service",
      `Service ${serviceKey(offer.local)} does not exist on ${offer.exporter.cluster}. Create it there.`
    )
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
    return waits(`Waits for ${names.meshKey(offer.exporter)} to export it; only Services of member namespaces are.`)
  const isImported = to.report.imports
    .filter(({ peer }) => peer === importer.peerName)
    .some(({ services }) => services.some((entry) => entry.exportedName === offered && entry.localHost !== ""))
  return isImported
    ? undefined
    : waits(
        `Exported; ${names.meshKey(offer.importer)} imports it with its next synchronisation, which takes up to ten minutes.`
      )
}

/** All ports of an imported service end at one port of the gateway, and only one of them is reached. */
const portsWarning = (offer: ServiceOffer, service: ServiceReport | undefined): string =>
  service !== undefined && service.present && service.ports.length > 1
    ? `Service ${serviceKey(offer.local)} has ${service.ports.length} ports: Openshift Service Mesh 2 routes only services of one port correctly between meshes. Offer a Service with one port.`
    : ""
