import {
  byKey,
  isDeleting,
  isSameJson,
  keyOf,
  names,
  resources,
  type FederatedService,
  type MeshFederation,
  type MeshFederationStatus,
  type Verdict
} from "@multicluster-mesh/mesh-model"
import type { HubState } from "./HubState.ts"
import { makeMemo } from "./Memo.ts"
import { problemOf, type PeeringProgress } from "./PeeringProgress.ts"
import type { StatusPlan } from "./Plan.ts"
import { serviceOutcome, type ServiceOutcome } from "./serviceStatus.ts"
import { servicesVerdict } from "./servicesVerdict.ts"
import type { Pair, Refusal, ResolvedPeerings, ServiceOffer } from "./WantedPeering.ts"

const maxFederated = 2048
const maxNotFederated = 50
const maxServices = 200

/** Says of each MeshFederation how far it is. */
export const federationStatuses = (
  state: HubState,
  resolved: ResolvedPeerings,
  progress: ReadonlyMap<string, PeeringProgress>
): ReadonlyArray<StatusPlan> => {
  const byFederation = grouped(state, "", [resolved.offers], () =>
    Map.groupBy(resolved.offers, ({ federation }) => federation)
  )
  return state.federations.toSorted(byKey(keyOf)).map((federation) => {
    const key = keyOf(federation)
    const pairs = resolved.pairs.get(key) ?? []
    const far = pairs.map(({ peering }) => progress.get(peering?.peering.metadata.name ?? ""))
    const offers = byFederation.get(key) ?? []
    const stray = resolved.strayServices.get(key) ?? []
    return statuses(state, key, [federation, ...pairs, ...far, ...offers, ...stray], () =>
      statusOf(state, federation, { pairs: pairs.map((pair, index) => outcomeOf(pair, far[index])), offers, stray })
    )
  })
}

const grouped = makeMemo<ReadonlyMap<string, ReadonlyArray<ServiceOffer>>>()
const statuses = makeMemo<StatusPlan>(isSameJson)

/** A pair of a federation and how far it is. */
interface Outcome {
  readonly pair: Pair
  readonly state: "Federated" | "Refused" | "Pending" | "Unknown"
  /** Whether the two were proven to reach each other once, and are not now. */
  readonly lost: boolean
  readonly reason: string
  readonly message: string
}

interface Outcomes {
  readonly pairs: ReadonlyArray<Outcome>
  readonly offers: ReadonlyArray<ServiceOffer>
  readonly stray: ReadonlyArray<FederatedService>
}

const outcomeOf = (pair: Pair, far: PeeringProgress | undefined): Outcome => {
  const lost = far?.lost ?? false
  const pending = (reason: string, message: string): Outcome => ({ pair, state: "Pending", lost, reason, message })
  if (pair.refusal !== undefined) return { pair, state: "Refused", lost, ...pair.refusal }
  if (far === undefined) return pending("Progressing", "The peering is being set up.")
  if (far.proven) return { pair, state: "Federated", lost, reason: "Connected", message: "" }
  const unknown = [far.proof.left, far.proof.right].find(({ status }) => status === "Unknown")
  if (unknown !== undefined) return { pair, state: "Unknown", lost, reason: unknown.reason, message: unknown.message }
  const problem = problemOf(far.plans)
  return problem === undefined ? pending(far.step, sentence(far)) : pending(problem.reason, problem.message)
}

const sentence = ({ step, waitingFor }: PeeringProgress): string =>
  step === "Connection" ? waitingFor : `Waits for ${waitingFor}.`

const statusOf = (state: HubState, federation: MeshFederation, outcomes: Outcomes): StatusPlan => {
  const federated = outcomes.pairs.filter(({ state }) => state === "Federated")
  const refused = outcomes.pairs.filter(({ state }) => state === "Refused")
  const services = [
    ...outcomes.offers.map((offer) => serviceOutcome(state, offer)),
    ...outcomes.stray.map((service): ServiceOutcome => ({ service, lacks: undefined }))
  ].sort(byKey(({ service: { importer, name, service } }) => `${importer} ${name} ${service}`))
  const ofServices = servicesVerdict(services)
  return {
    type: resources.meshFederations,
    namespace: federation.metadata.namespace ?? "",
    name: federation.metadata.name,
    uid: federation.metadata.uid ?? "",
    generation: federation.metadata.generation,
    verdicts: isDeleting(federation)
      ? [removing("Accepted"), removing("Ready"), ...ofServices.map(({ type }) => removing(type))]
      : [acceptedVerdict(outcomes, refused), readyVerdict(outcomes.pairs, federated), ...ofServices],
    fields: {
      federatedMeshes: federated
        .slice(0, maxFederated)
        .map(({ pair }) => ({ peer: [pair.left.name, pair.right.name] })),
      pairs: { desired: outcomes.pairs.length, federated: federated.length, refused: refused.length },
      notFederated: outcomes.pairs
        .filter(({ state }) => state !== "Federated")
        .slice(0, maxNotFederated)
        .map(({ message, pair, reason }) => ({
          peer: [names.meshKey(pair.left), names.meshKey(pair.right)],
          reason,
          message
        })),
      serviceCounts: countsOf(services.map(({ service }) => service)),
      services: services.slice(0, maxServices).map(({ service }) => service)
    }
  }
}

const countsOf = (services: ReadonlyArray<FederatedService>): MeshFederationStatus["serviceCounts"] => {
  const count = (state: FederatedService["state"]) => services.filter((service) => service.state === state).length
  return {
    desired: services.length,
    imported: count("Imported"),
    pending: count("Pending"),
    refused: count("Refused")
  }
}

const removing = (type: string): Verdict => ({
  type,
  status: "False",
  reason: "Removing",
  message: "It is being deleted; the removal of its peerings is being recorded."
})

const acceptedVerdict = ({ offers, pairs, stray }: Outcomes, refused: ReadonlyArray<Outcome>): Verdict => {
  const type = "Accepted"
  const [first] = refused
  if (first !== undefined) {
    const of = `${names.meshKey(first.pair.left)} and ${names.meshKey(first.pair.right)}`
    return {
      type,
      status: "False",
      reason: refused.every(({ reason }) => reason === first.reason) ? first.reason : "PairsRefused",
      message: `${refused.length} of ${pairs.length} pairs cannot be federated. ${of}: ${first.message}`
    }
  }
  const refusal = offers.find((offer) => offer.refusal !== undefined)
  if (refusal?.refusal !== undefined) return serviceVerdict(refusal.entry, refusal.refusal)
  const [strayService] = stray
  return strayService === undefined
    ? { type, status: "True", reason: "Accepted", message: "All pairs and services can be federated." }
    : serviceVerdict(strayService.name, { reason: "ServiceFromUnknown", message: strayService.message })
}

const serviceVerdict = (entry: string, { message, reason }: Refusal): Verdict => ({
  type: "Accepted",
  status: "False",
  reason,
  message: `All pairs can be federated, but entry ${entry} of services cannot be: ${message}`
})

const readyVerdict = (pairs: ReadonlyArray<Outcome>, federated: ReadonlyArray<Outcome>): Verdict => {
  const type = "Ready"
  const rest = pairs.filter(({ state }) => state !== "Federated")
  const first =
    rest.find(({ lost, state }) => state === "Pending" && lost) ??
    rest.find(({ state }) => state === "Pending") ??
    rest.find(({ state }) => state === "Refused") ??
    rest[0]
  if (first === undefined) {
    return { type, status: "True", reason: "Federated", message: "All pairs are proven to reach each other both ways." }
  }
  const message = `${federated.length} of ${pairs.length} pairs are federated. ${names.meshKey(first.pair.left)} and ${names.meshKey(first.pair.right)}: ${first.message}`
  if (first.state === "Unknown") return { type, status: "Unknown", reason: first.reason, message }
  return { type, status: "False", reason: reasonOf(first), message }
}

const reasonOf = ({ lost, state }: Outcome): string => {
  if (state === "Refused") return "PairsRefused"
  return lost ? "NotConnected" : "Progressing"
}
