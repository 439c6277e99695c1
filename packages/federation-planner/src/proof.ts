import { isSameJson, names, type MeshPeering, type PeerReport } from "@multicluster-mesh/mesh-model"
import type { HubState } from "./HubState.ts"
import { makeMemo } from "./Memo.ts"
import { isOnCluster } from "./sideObjects.ts"
import { peerIdentity } from "./providers/maistra/limitedPeering.ts"
import { sideFacts } from "./SideFacts.ts"
import { provenRoots, trustedRoot } from "./trustedRoot.ts"
import { meshOf, otherSide, type SideName, type WantedPeering } from "./WantedPeering.ts"

/** Whether one side of a peering is proven to work: its istiod and its peer's watch each other. */
export interface SideProof {
  readonly status: "True" | "False" | "Unknown"
  readonly reason: string
  readonly message: string
}

export interface Proof {
  readonly left: SideProof
  readonly right: SideProof
}

/** Whether the pair is proven to be federated, in both directions. */
export const isProven = ({ left, right }: Proof): boolean => left.status === "True" && right.status === "True"

/** Looks for the proof of a peering on both sides; neither side vouches for the other. */
export const proofOf = (state: HubState, { existing, peering }: WantedPeering): Proof =>
  proofs(state, peering.metadata.name, [existing], () => ({
    left: sideProof(state, existing, "left"),
    right: sideProof(state, existing, "right")
  }))

const proofs = makeMemo<Proof>(isSameJson)

const sideProof = (state: HubState, existing: MeshPeering | undefined, name: SideName): SideProof => {
  if (existing === undefined) return no("Progressing", "The names of the peering are being fixed.")
  const side = existing.spec[name]
  const other = existing.spec[otherSide(name)]
  const peer = names.meshKey(meshOf(other))
  const facts = sideFacts(state, side, other)
  if (facts._tag === "Unknown")
    return { status: "Unknown", reason: "ClusterUnknown", message: `Nothing is known now: ${facts.because}.` }
  if (facts._tag === "Missing") return no("ControlPlaneMissing", `Waits for ${facts.waitsFor}.`)
  const report = facts.report.peers.find((candidate) => candidate.name === side.peerName)
  if (report === undefined || !isOnCluster(state, existing, name, peerIdentity(side))) {
    return no("PeerMissing", `ServiceMeshPeer ${side.namespace}/${side.peerName} is not there yet.`)
  }
  return connectionProof(report, names.meshKey(meshOf(side)), peer)
}

const connectionProof = (report: PeerReport, mesh: string, peer: string): SideProof => {
  if (!report.connected) {
    return no(
      "NotConnected",
      `Mesh ${mesh} does not reach ${peer}${report.message === undefined ? "." : `: ${report.message}.`} ${remedyFor(report.message ?? "", mesh, peer)}`
    )
  }
  if (!report.synced)
    return no("NotSynced", `Mesh ${mesh} reaches ${peer}; the first full synchronisation is not done yet.`)
  if (!report.watched) return no("NotWatched", `Mesh ${mesh} reaches ${peer}, but ${peer} does not watch ${mesh} yet.`)
  return { status: "True", reason: "Connected", message: `Meshes ${mesh} and ${peer} watch each other.` }
}

const no = (reason: string, message: string): SideProof => ({ status: "False", reason, message })

/** What usually helps, by what istiod says of the last try. */
const remedies: ReadonlyArray<{ readonly says: RegExp; readonly remedy: (mesh: string, peer: string) => string }> = [
  {
    says: /\b403\b/u,
    remedy: (mesh, peer) =>
      `Mesh ${peer} expects another client identity: check that the trust domain of ${mesh} is still the one in this MeshPeering.`
  },
  {
    says: /x509|certificate|tls|handshake/iu,
    remedy: (mesh, peer) =>
      `The root certificate that ${mesh} has of ${peer} does not fit: check whether the root of ${peer} was replaced, and that the load balancer passes TLS through.`
  },
  {
    says: /\b50[0-9]\b|\b404\b/u,
    remedy: (_, peer) =>
      `Check that the ingress gateway of ${peer} is ready and that its ports 8188 and 15443 can be reached from here; ${peer} answers only once it has its own ServiceMeshPeer.`
  }
]

const remedyFor = (message: string, mesh: string, peer: string): string =>
  remedies.find(({ says }) => says.test(message))?.remedy(mesh, peer) ??
  "This takes up to ten minutes while load balancers and DNS come up."

/** What to record on the MeshPeering of the roots it is proven with: once proven, they change only with an overlap. */
export const rootsToRecord = (state: HubState, wanted: WantedPeering): string | undefined => {
  const { existing } = wanted
  if (existing === undefined) return undefined
  const before = provenRoots(existing)
  const recorded = before === undefined ? undefined : `${before.left} ${before.right}`
  if (existing.spec.removal !== undefined || !isProven(proofOf(state, wanted))) return recorded
  const ofRight = trustedRoot(state, existing, "left")
  const ofLeft = trustedRoot(state, existing, "right")
  return ofLeft._tag === "Trusted" && ofRight._tag === "Trusted"
    ? `${ofLeft.fingerprint} ${ofRight.fingerprint}`
    : recorded
}
