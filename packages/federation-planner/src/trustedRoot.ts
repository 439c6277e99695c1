import {
  byKey,
  isSameJson,
  labels,
  names,
  type CertificateFacts,
  type MeshPeering
} from "@multicluster-mesh/mesh-model"
import type { HubState } from "./HubState.ts"
import { viewOf } from "./HubView.ts"
import { makeMemo } from "./Memo.ts"
import { carriedObject } from "./sideObjects.ts"
import { caIdentity, rootKey } from "./providers/maistra/limitedPeering.ts"
import { sideFacts } from "./SideFacts.ts"
import { meshOf, otherSide, type SideName } from "./WantedPeering.ts"

/** The root that one side of a peering may trust its peer by. */
export type TrustedRoot =
  | { readonly _tag: "Trusted"; readonly pem: string; readonly fingerprint: string }
  | { readonly _tag: "Waiting"; readonly waitsFor: string }
  /** The peer shows another root than the one with which it was proven. */
  | { readonly _tag: "Changed"; readonly message: string }

/**
 * Decides which root `side` trusts its peer by.
 *
 * A root that is no valid CA is never passed on. Once the peering was proven, another root is trusted only when the
 * peer shows the old one beside it, or when a person accepts its fingerprint: an agent alone does not change identities.
 */
export const trustedRoot = (state: HubState, peering: MeshPeering, side: SideName): TrustedRoot =>
  roots(state, `${peering.metadata.name} ${side}`, [peering], () => decideRoot(state, peering, side))

const roots = makeMemo<TrustedRoot>(isSameJson)

const decideRoot = (state: HubState, peering: MeshPeering, side: SideName): TrustedRoot => {
  const peer = peering.spec[otherSide(side)]
  const mesh = names.meshKey(meshOf(peer))
  const facts = sideFacts(state, peer, peering.spec[side])
  if (facts._tag === "Unknown") return { _tag: "Waiting", waitsFor: `news of ${mesh}: ${facts.because}` }
  if (facts._tag === "Missing") return { _tag: "Waiting", waitsFor: facts.waitsFor }
  const pem = facts.report.rootCertificate
  if (pem === undefined) return { _tag: "Waiting", waitsFor: `mesh ${mesh} to publish its root certificate` }
  const answer = viewOf(state).certificate(pem)
  const problem =
    answer === undefined
      ? "has not been read yet"
      : answer._tag === "Unreadable"
        ? `cannot be read: ${answer.problem}`
        : caProblem(state, answer.facts)
  if (answer?._tag !== "Facts" || problem !== undefined) {
    return {
      _tag: "Waiting",
      waitsFor: `a root certificate of ${mesh} that can be trusted: what it shows ${problem ?? ""}`
    }
  }

  const { fingerprint } = answer.facts
  const proven = provenRoots(peering)?.[otherSide(side)]
  const accepted =
    proven === undefined ||
    proven === fingerprint ||
    peering.metadata.annotations?.[labels.acceptRootAnnotation] === fingerprint ||
    overlaps(pem, carriedRoot(state, peering, side))
  return accepted
    ? { _tag: "Trusted", pem, fingerprint }
    : {
        _tag: "Changed",
        message: `Mesh ${mesh} shows another root certificate than the one it was proven with, and not the old one beside it. If that is meant, annotate this MeshPeering with ${labels.acceptRootAnnotation}=${fingerprint}.`
      }
}

const caProblem = (state: HubState, facts: CertificateFacts): string | undefined => {
  const { hasPassed } = viewOf(state)
  if (!facts.isCA) return "is not one of a CA"
  if (!hasPassed(facts.notBefore)) return `is valid only from ${facts.notBefore}`
  return hasPassed(facts.notAfter) ? `expired on ${facts.notAfter}` : undefined
}

/** When the next root that peers wait for becomes valid: clocks of clusters are not the hub's. */
export const rootsValidFrom = (state: HubState): string | undefined =>
  nextRoot(state, "", [], () => {
    const { hasPassed } = viewOf(state)
    return [...state.certificates.values()]
      .flatMap((answer) => (answer._tag === "Facts" ? [answer.facts.notBefore] : []))
      .filter((notBefore) => !hasPassed(notBefore))
      .sort(byKey((notBefore) => Date.parse(notBefore).toString().padStart(16, "0")))[0]
  })

const nextRoot = makeMemo<string | undefined>()

/** The fingerprints with which the peering was last proven; undefined before. */
export const provenRoots = (peering: MeshPeering): Readonly<Record<SideName, string>> | undefined => {
  const [left, right] = peering.metadata.annotations?.[labels.provenRootsAnnotation]?.split(" ") ?? []
  return left === undefined || right === undefined ? undefined : { left, right }
}

/** The root that the works of `side` carry for its peer. */
const carriedRoot = (state: HubState, peering: MeshPeering, side: SideName): string => {
  const data = carriedObject(state, peering, side, caIdentity(peering.spec[side]))?.["data"]
  const pem: unknown =
    typeof data === "object" && data !== null ? Object.entries(data).find(([key]) => key === rootKey)?.[1] : undefined
  return typeof pem === "string" ? pem : ""
}

const overlaps = (one: string, other: string): boolean => {
  const blocks = new Set(certificatesIn(one))
  return certificatesIn(other).some((block) => blocks.has(block))
}

const certificatesIn = (pem: string): ReadonlyArray<string> =>
  [...pem.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/gu)].map(([, body = ""]) =>
    body.replaceAll(/\s/gu, "")
  )
