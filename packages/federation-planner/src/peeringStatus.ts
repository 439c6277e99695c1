import { isSameJson, names, resources, type MeshPeering, type Verdict } from "@multicluster-mesh/mesh-model"
import { ignoredRemoval, sentence } from "./conditions.ts"
import type { HubState } from "./HubState.ts"
import { isSameList } from "./isSame.ts"
import { makeMemo } from "./Memo.ts"
import { problemOf, type PeeringProgress } from "./PeeringProgress.ts"
import { isOnCluster } from "./sideObjects.ts"
import type { StatusPlan } from "./Plan.ts"
import { peerIdentity } from "./providers/maistra/limitedPeering.ts"
import { sideFacts } from "./SideFacts.ts"
import { trustedRoot } from "./trustedRoot.ts"
import {
  meshOf,
  otherSide,
  sideNames,
  type ResolvedPeerings,
  type SideName,
  type WantedPeering
} from "./WantedPeering.ts"

const maxFederations = 256

/** Says of each MeshPeering that is on the hub how far it is. */
export const peeringStatuses = (
  state: HubState,
  resolved: ResolvedPeerings,
  progress: ReadonlyMap<string, PeeringProgress>
): ReadonlyArray<StatusPlan> =>
  statuses(state, "", [resolved.peerings, progress], () =>
    resolved.peerings.flatMap((wanted): ReadonlyArray<StatusPlan> => {
      const { existing, peering } = wanted
      const { name } = peering.metadata
      const far = progress.get(name)
      if (existing === undefined || far === undefined) return []
      return [statusOnce(state, name, [wanted, far], () => statusOf(state, wanted, existing, far))]
    })
  )

const statuses = makeMemo<ReadonlyArray<StatusPlan>>(isSameList)
const statusOnce = makeMemo<StatusPlan>(isSameJson)

const statusOf = (state: HubState, wanted: WantedPeering, existing: MeshPeering, far: PeeringProgress): StatusPlan => ({
  type: resources.meshPeerings,
  namespace: existing.metadata.namespace ?? "",
  name: existing.metadata.name,
  uid: existing.metadata.uid ?? "",
  generation: existing.metadata.generation,
  verdicts: [
    acceptedVerdict(wanted),
    sideVerdict("LeftReady", "left", far),
    sideVerdict("RightReady", "right", far),
    readyVerdict(state, existing, far),
    ...(far.step === "Removing" ? [] : [...rootVerdict(state, existing), ...restartVerdict(state, existing)]),
    ...ignoredRemoval(state, existing, "to end the peering, take the pair out of its MeshFederations")
  ],
  fields: { federations: wanted.federations.slice(0, maxFederations), step: far.step, waitingFor: far.waitingFor }
})

const acceptedVerdict = ({ federations, ownerMissing, peering }: WantedPeering): Verdict => {
  if (peering.spec.removal !== undefined) {
    return {
      type: "Accepted",
      status: "False",
      reason: "Removing",
      message:
        "No MeshFederation wants the pair any more, or one of the meshes or the add-on on its cluster is being removed."
    }
  }
  return ownerMissing === undefined
    ? { type: "Accepted", status: "True", reason: "Accepted", message: `Wanted by ${federations.join(", ")}.` }
    : { type: "Accepted", status: "Unknown", reason: "OwnerMissing", message: ownerMissing }
}

const sideVerdict = (type: string, name: SideName, { plans, proof, step }: PeeringProgress): Verdict => {
  if (step === "Removing") return removing(type, plans[name]?.problem)
  const problem = plans[name]?.problem
  return problem === undefined || proof[name].status === "True"
    ? { type, ...proof[name] }
    : { type, status: "False", reason: problem.reason, message: problem.message }
}

const removing = (type: string, problem: Verdict | undefined): Verdict =>
  problem === undefined
    ? { type, status: "False", reason: "Removing", message: "The peering is being removed." }
    : { type, status: "False", reason: problem.reason, message: sentence(problem.message) }

const readyVerdict = (state: HubState, peering: MeshPeering, far: PeeringProgress): Verdict => {
  const type = "Ready"
  if (far.step === "Removing") return removing(type, problemOf(far.plans))
  const sides = sideNames.map((name) => far.proof[name])
  const unknown = sides.find(({ status }) => status === "Unknown")
  if (unknown !== undefined) return { type, ...unknown }
  if (far.proven) {
    return { type, status: "True", reason: "Connected", message: "Both meshes reach each other." }
  }
  const [changed] = rootVerdict(state, peering)
  if (changed !== undefined) return { ...changed, type, status: "False" }
  const problem = problemOf(far.plans)
  if (problem !== undefined) return { type, status: "False", reason: problem.reason, message: problem.message }
  return {
    type,
    status: "False",
    reason: far.lost || far.step === "Connection" ? "NotConnected" : "Progressing",
    message: far.step === "Connection" ? far.waitingFor : `Waits for ${far.waitingFor}.`
  }
}

/** A root that was replaced is not trusted by itself; the peering stays with the one it was proven with. */
const rootVerdict = (state: HubState, peering: MeshPeering): ReadonlyArray<Verdict> => {
  const changed = sideNames.map((name) => trustedRoot(state, peering, name)).find(({ _tag }) => _tag === "Changed")
  return changed?._tag === "Changed"
    ? [{ type: "RootChanged", status: "True", reason: "RootChanged", message: changed.message }]
    : []
}

/**
 * istiod keeps the identity that it saw first of a peer, so the names of a peering never follow a change: someone has to
 * set the change back, or set the peering up anew.
 */
const restartVerdict = (state: HubState, peering: MeshPeering): ReadonlyArray<Verdict> =>
  sideNames
    .flatMap((name): ReadonlyArray<Verdict> => {
      const side = peering.spec[name]
      const facts = sideFacts(state, side, peering.spec[otherSide(name)])
      const delivered = isOnCluster(state, peering, otherSide(name), peerIdentity(peering.spec[otherSide(name)]))
      if (facts._tag !== "Found" || !delivered || facts.report.trustDomain === side.trustDomain) return []
      const mesh = names.meshKey(meshOf(side))
      const istiods = sideNames.map((one) => `istiod-${peering.spec[one].controlPlane} on ${peering.spec[one].cluster}`)
      return [
        {
          type: "RestartRequired",
          status: "True",
          reason: "TrustDomainChanged",
          message: `Mesh ${mesh} now has trust domain ${facts.report.trustDomain}, and the peering was made for ${side.trustDomain}. Set it back; or take the pair out of its MeshFederations, wait until this MeshPeering is gone, restart the Deployments ${istiods.join(" and ")}, and list the pair again.`
        }
      ]
    })
    .slice(0, 1)
