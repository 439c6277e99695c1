import { isSameJson, type MeshPeering, type Verdict } from "@multicluster-mesh/mesh-model"
import type { HubState } from "./HubState.ts"
import { makeMemo } from "./Memo.ts"
import { isOnCluster } from "./sideObjects.ts"
import { isProven, proofOf, type Proof } from "./proof.ts"
import { caIdentity, peerIdentity, sideIdentities } from "./providers/maistra/limitedPeering.ts"
import { sideFacts, type SideFacts } from "./SideFacts.ts"
import { provenRoots, trustedRoot } from "./trustedRoot.ts"
import type { UnitPlan } from "./UnitPlan.ts"
import {
  otherSide,
  sideNames,
  sideUnitKey,
  type ResolvedPeerings,
  type SideName,
  type WantedPeering
} from "./WantedPeering.ts"
import { inWords } from "./works.ts"

/** The steps of a peering, in their order. */
type PeeringStep =
  | "WaitingForMeshes"
  | "Gateways"
  | "Addresses"
  | "Trust"
  | "Peer"
  | "Connection"
  | "Services"
  | "Ready"
  | "Removing"

/** How far a peering is. */
export interface PeeringProgress {
  readonly step: PeeringStep
  /** In words, reads on from "waits for"; empty when it waits for nothing. */
  readonly waitingFor: string
  readonly proof: Proof
  readonly proven: boolean
  /** Whether it was proven once and is not now. */
  readonly lost: boolean
  /** The plans of its sides' units. */
  readonly plans: Readonly<Record<SideName, UnitPlan | undefined>>
}

/** Tells how far each peering is, by its name; `plans` are the plans of all units, by key. */
export const progressOfPeerings = (
  state: HubState,
  resolved: ResolvedPeerings,
  plans: ReadonlyMap<string, UnitPlan>
): ReadonlyMap<string, PeeringProgress> => {
  return new Map(
    resolved.peerings.map((wanted) => {
      const { peering } = wanted
      const left = plans.get(sideUnitKey(peering, "left"))
      const right = plans.get(sideUnitKey(peering, "right"))
      const { name } = peering.metadata
      return [name, progress(state, name, [wanted, left, right], () => progressOf(state, wanted, { left, right }))]
    })
  )
}

const progress = makeMemo<PeeringProgress>(isSameJson)

const progressOf = (state: HubState, wanted: WantedPeering, plans: PeeringProgress["plans"]): PeeringProgress => {
  const proof = proofOf(state, wanted)
  const { existing, peering } = wanted
  const removing = peering.spec.removal !== undefined
  const proven = isProven(proof) && !removing
  const lost = !proven && existing !== undefined && provenRoots(existing) !== undefined
  const at = (step: PeeringStep, waitingFor: string): PeeringProgress => ({
    step,
    waitingFor,
    proof,
    proven,
    lost,
    plans
  })

  if (removing) return at("Removing", removalWaitsFor(state, wanted, plans))
  if (existing === undefined) return at("WaitingForMeshes", "its names to be fixed")
  const unknown = firstOfSides((name) => unknownOf(factsOf(state, existing, name)))
  if (unknown !== undefined) return at(lastStep(existing), unknown)
  if (proven) {
    const services = firstOfSides((name) => servicesWaitFor(plans[name]))
    return services === undefined ? at("Ready", "") : at("Services", services)
  }
  for (const { step, waitsFor } of steps) {
    const waits = firstOfSides((name) => waitsFor(state, existing, name))
    if (waits !== undefined) return at(step, problemOf(plans)?.message ?? waits)
  }
  const connection = firstOfSides((name) => (proof[name].status === "True" ? undefined : proof[name].message))
  return at("Connection", problemOf(plans)?.message ?? connection ?? "")
}

interface Step {
  readonly step: PeeringStep
  /** What the side of `name` waits for; undefined when the step is done. */
  readonly waitsFor: (state: HubState, peering: MeshPeering, name: SideName) => string | undefined
}

const steps: ReadonlyArray<Step> = [
  {
    step: "WaitingForMeshes",
    waitsFor: (state, peering, name) => {
      const facts = factsOf(state, peering, name)
      return facts._tag === "Missing" ? facts.waitsFor : facts._tag === "Found" ? facts.controlPlaneWaitsFor : undefined
    }
  },
  {
    step: "Gateways",
    waitsFor: (state, peering, name) => {
      const facts = factsOf(state, peering, name)
      return facts._tag === "Found" ? facts.gatewaysWaitFor : undefined
    }
  },
  {
    step: "Addresses",
    waitsFor: (state, peering, name) => {
      const facts = factsOf(state, peering, name)
      return facts._tag === "Found" ? facts.addressWaitsFor : undefined
    }
  },
  {
    step: "Trust",
    waitsFor: (state, peering, name) => {
      const root = trustedRoot(state, peering, name)
      if (root._tag === "Waiting") return root.waitsFor
      if (root._tag === "Changed") return `a decision: ${root.message}`
      return onCluster(state, peering, name, caIdentity(peering.spec[name]))
    }
  },
  {
    step: "Peer",
    waitsFor: (state, peering, name) => onCluster(state, peering, name, peerIdentity(peering.spec[name]))
  }
]

const onCluster = (
  state: HubState,
  peering: MeshPeering,
  name: SideName,
  identity: ReturnType<typeof caIdentity>
): string | undefined =>
  isOnCluster(state, peering, name, identity)
    ? undefined
    : `${identity.kind} ${identity.namespace}/${identity.name} to be on cluster ${peering.spec[name].cluster}`

const factsOf = (state: HubState, { spec }: MeshPeering, name: SideName): SideFacts =>
  sideFacts(state, spec[name], spec[otherSide(name)])

const unknownOf = (facts: SideFacts): string | undefined =>
  facts._tag === "Unknown" ? `news: ${facts.because}` : undefined

const firstOfSides = (of: (name: SideName) => string | undefined): string | undefined => of("left") ?? of("right")

/** Why one of the sides cannot go on until a person acts. */
export const problemOf = (plans: PeeringProgress["plans"]): Verdict | undefined =>
  plans.left?.problem ?? plans.right?.problem

const servicesWaitFor = (plan: UnitPlan | undefined): string | undefined => {
  const stage = plan?.stages.find(({ name }) => name === "services")
  return stage === undefined || stage.settled
    ? undefined
    : (plan?.problem?.message ?? stage.wait?.message ?? "the services to be delivered")
}

const removalWaitsFor = (state: HubState, { gone, peering }: WantedPeering, plans: PeeringProgress["plans"]): string =>
  sideNames
    .filter((name) => !gone.has(name))
    .flatMap((name) => {
      const plan = plans[name]
      if (plan === undefined) return []
      const waits = plan.phase === "Gone" ? leftover(state, peering, name) : (plan.problem?.message ?? plan.message)
      return [`on ${plan.cluster}: ${[waits, ...plan.left].join("; ")}`]
    })
    .join("; ")

/**
 * What is still there of a side whose works are gone: it is on its way, unless the works were lost before they could
 * take it along. That cannot be told apart from here, so the remedy is named with the time when it is needed.
 */
const leftover = (state: HubState, peering: MeshPeering, name: SideName): string => {
  const left = sideIdentities(peering.spec[name]).filter((identity) => isOnCluster(state, peering, name, identity))
  return left.length === 0
    ? "its objects to be confirmed gone"
    : `${left.map(inWords).join(", ")} to be gone; what no ManifestWork took along stays until someone deletes it`
}

/** While nothing is known, the step stays what it was. */
const lastStep = ({ status }: MeshPeering): PeeringStep =>
  [...steps.map(({ step }) => step), "Connection" as const, "Services" as const, "Ready" as const].find(
    (step) => step === status?.step
  ) ?? "WaitingForMeshes"
