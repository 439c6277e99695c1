import { names } from "@multicluster-mesh/mesh-model"
import type { HubState } from "../HubState.ts"
import { knowledgeOf } from "../Knowledge.ts"
import { serviceKey, type Refusal, type ServiceOffer } from "../WantedPeering.ts"

/** All that decides on one offer; `before` are the offers of the same exporter to the same importer that hold. */
interface OfferFacts {
  readonly offer: ServiceOffer
  readonly before: ReadonlyArray<ServiceOffer>
  readonly state: HubState
}

type OfferRule = (facts: OfferFacts) => Refusal | undefined

const exportNameConflict: OfferRule = ({ before, offer }) => {
  const exported = serviceKey(offer.exported)
  const holder = before.find(
    (other) => serviceKey(other.exported) === exported && serviceKey(other.local) !== serviceKey(offer.local)
  )
  return holder === undefined
    ? undefined
    : {
        reason: "ExportNameConflict",
        message: `Service ${serviceKey(holder.local)} is offered as ${exported} already, by entry ${holder.entry} of MeshFederation ${holder.federation}. Give one of them an alias.`
      }
}

/** istiod takes the first rule that matches a service: a second name for it would never come into effect. */
const secondName: OfferRule = ({ before, offer }) => {
  const holder = before.find(
    (other) =>
      serviceKey(other.local) === serviceKey(offer.local) && serviceKey(other.exported) !== serviceKey(offer.exported)
  )
  return holder === undefined
    ? undefined
    : {
        reason: "ExportNameConflict",
        message: `Service ${serviceKey(offer.local)} is offered to ${names.meshKey(offer.importer)} already as ${serviceKey(holder.exported)}, by entry ${holder.entry} of MeshFederation ${holder.federation}. A service has one name per peer.`
      }
}

const importConflict: OfferRule = ({ before, offer }) => {
  const holder = before.find(
    (other) => serviceKey(other.exported) === serviceKey(offer.exported) && other.importAs !== offer.importAs
  )
  return holder === undefined
    ? undefined
    : {
        reason: "ImportConflict",
        message: `Mesh ${names.meshKey(offer.importer)} imports ${serviceKey(offer.exported)} as ${holder.importAs} already, by entry ${holder.entry} of MeshFederation ${holder.federation}. Use one importAs in both.`
      }
}

const importNotConsented: OfferRule = ({ offer, state }) => {
  if (offer.importAs !== "Local") return undefined
  const service = knowledgeOf(state, offer.importer.cluster).service(offer.exported.namespace, offer.exported.name)
  return service?.present === true && !service.importConsent
    ? {
        reason: "ImportNotAllowed",
        message: `Service ${serviceKey(offer.exported)} exists on ${offer.importer.cluster}, and its owner has not consented to endpoints of peers: label it or its namespace mesh.open-cluster-management.io/import=allowed, or use importAs: Remote.`
      }
    : undefined
}

const offerRules: ReadonlyArray<OfferRule> = [exportNameConflict, secondName, importConflict, importNotConsented]

/**
 * Refuses the offers of one mesh to another that cannot be; of two that exclude each other the later one.
 *
 * A local import that is not delivered yet waits until the importer's agent has said whether such a Service exists.
 */
export const refuseOffers = (
  state: HubState,
  offers: ReadonlyArray<ServiceOffer>,
  isDelivered: (offer: ServiceOffer) => boolean
): ReadonlyArray<ServiceOffer> => {
  const before: Array<ServiceOffer> = []
  return offers.map((offer) => {
    const refusal = offer.refusal ?? refusalOfOffer({ offer, before, state })
    if (refusal !== undefined) return { ...offer, refusal }
    before.push(offer)
    const unknown = isDelivered(offer) ? undefined : unanswered(state, offer)
    return unknown === undefined ? offer : { ...offer, unknown }
  })
}

const refusalOfOffer = (facts: OfferFacts): Refusal | undefined => {
  for (const rule of offerRules) {
    const refusal = rule(facts)
    if (refusal !== undefined) return refusal
  }
  return undefined
}

const unanswered = (state: HubState, offer: ServiceOffer): string | undefined =>
  offer.importAs === "Local" &&
  knowledgeOf(state, offer.importer.cluster).service(offer.exported.namespace, offer.exported.name) === undefined
    ? `The agent of cluster ${offer.importer.cluster} has not said yet whether Service ${serviceKey(offer.exported)} exists there.`
    : undefined
