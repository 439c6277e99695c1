import {
  byText,
  isSameJson,
  keyOf,
  names,
  resources,
  type Mark,
  type Mesh,
  type MeshKey,
  type MeshStatus,
  type Verdict
} from "@multicluster-mesh/mesh-model"
import { delivered, ignoredRemoval, reporting, sentence, verdict } from "./conditions.ts"
import { isDiscovered, ownsControlPlane } from "./discoveredMeshes.ts"
import type { FoundControlPlane, HubState, MeshFacts } from "./HubState.ts"
import { knowledgeOf, type ControlPlaneKnowledge } from "./Knowledge.ts"
import { isLive } from "./liveUnits.ts"
import { isSameList } from "./isSame.ts"
import { makeMemo } from "./Memo.ts"
import type { StatusPlan } from "./Plan.ts"
import { missingOptionalOperators, refusesVersion } from "./providers/maistra/operators.ts"
import { readiness } from "./readiness.ts"
import type { UnitPlan } from "./UnitPlan.ts"
import { meshUnitKey, type WantedMesh } from "./WantedMesh.ts"

/** The verdicts on a wanted mesh, whether its Mesh is on the hub yet or not. */
export const verdictsOn = (state: HubState, mesh: WantedMesh, plan: UnitPlan | undefined): ReadonlyArray<Verdict> =>
  verdictsOnce(state, names.meshKey(mesh), [mesh, plan], () => allVerdicts(state, mesh, plan))

const verdictsOnce = makeMemo<ReadonlyArray<Verdict>>(isSameJson)

const allVerdicts = (state: HubState, mesh: WantedMesh, plan: UnitPlan | undefined): ReadonlyArray<Verdict> => {
  const reports =
    mesh.refused?.reason === "ClusterMismatch"
      ? verdict("Reporting", "Unknown", mesh.refused.reason, sentence(mesh.refused.message))
      : reporting(knowledgeOf(state, mesh.cluster))
  const found = controlPlaneOfMesh(state, mesh)
  const delivery = withOperators(state, mesh, plan, deliveryOf(mesh, plan))
  return [accepted(mesh), delivery, readyOf(reports, found, mesh, delivery), reports, ...leftBehind(plan)]
}

/** What a removal leaves: people have to hear of it before the Mesh, which says it, is gone. */
const leftBehind = (plan: UnitPlan | undefined): ReadonlyArray<Verdict> =>
  plan === undefined || plan.left.length === 0
    ? []
    : [verdict("LeftBehind", "True", "LeftBehind", sentence(plan.left.join("; ")))]

const deliveryOf = (mesh: WantedMesh, plan: UnitPlan | undefined): Verdict => {
  if (mesh.refused !== undefined) {
    return verdict("Delivered", "False", mesh.refused.reason, sentence(mesh.refused.message))
  }
  return plan === undefined
    ? verdict("Delivered", "Unknown", "NotPlanned", "Nothing has been planned for the mesh yet.")
    : delivered(plan)
}

/** A mesh whose removal has begun is not ready any more; one whose time of grace runs still may be. */
const readyOf = (reports: Verdict, found: ControlPlaneKnowledge, mesh: WantedMesh, delivery: Verdict): Verdict => {
  if (mesh.removal !== undefined && delivery.reason !== "RemovalScheduled") {
    return verdict("Ready", "False", "Removing", "The mesh is being removed.")
  }
  return mesh.refused === undefined
    ? readiness(reports, found, mesh, delivery)
    : verdict("Ready", "False", mesh.refused.reason, sentence(mesh.refused.message))
}

const accepted = (mesh: WantedMesh): Verdict => {
  if (mesh.refused !== undefined) return { ...mesh.refused, message: sentence(mesh.refused.message) }
  if (mesh.heldBecause !== undefined) {
    return verdict("Accepted", "Unknown", "OwnerMissing", sentence(mesh.heldBecause))
  }
  if (mesh.removal !== undefined) {
    const fate = mesh.removal.policy === "Delete" ? "is removed" : "stays on the cluster, no longer ours"
    return verdict(
      "Accepted",
      "True",
      "WishEnded",
      `The wish for the mesh has ended; what it put on the cluster ${fate}.`
    )
  }
  return verdict("Accepted", "True", "Accepted", "The mesh is wished, and nothing is against it.")
}

/** What is to be said of the operators with the delivery: a version that they refuse, what is optional and missing. */
const withOperators = (state: HubState, mesh: WantedMesh, plan: UnitPlan | undefined, delivery: Verdict): Verdict => {
  if (plan?.phase === "Delivering" && plan.wait?.refused !== undefined && refusesVersion(plan.wait.refused)) {
    const remedy = "Set controlPlane.version to one that the operator takes, or leave it out."
    return { ...delivery, reason: "VersionRefused", message: `${delivery.message} ${remedy}` }
  }
  const missing =
    delivery.status === "True"
      ? missingOptionalOperators(mesh.mesh.spec.controlPlane, knowledgeOf(state, mesh.cluster))
      : []
  return missing.length === 0
    ? delivery
    : {
        ...delivery,
        message: `${delivery.message} Operators that components need do not run yet: ${missing.join("; ")}.`
      }
}

/** The statuses of all Meshes on the hub, sorted; `peers` are the proven peers by `cluster/name`. */
export const meshStatuses = (
  state: HubState,
  wanted: ReadonlyArray<WantedMesh>,
  plans: ReadonlyMap<string, UnitPlan>,
  peers: ReadonlyMap<string, ReadonlyArray<MeshKey>>
): ReadonlyArray<StatusPlan> =>
  statuses(state, "", [wanted, plans, peers], () => {
    const byKey = new Map(wanted.map((mesh) => [names.meshKey(mesh), mesh]))
    const sorted = allMeshes(state, "", [], () => state.meshes.toSorted((a, b) => byText(keyOf(a), keyOf(b))))
    return sorted.map((existing) => {
      const key = keyOf(existing)
      const mesh = byKey.get(key)
      const plan = mesh && plans.get(meshUnitKey(mesh))
      const itsPeers = peers.get(key) ?? []
      return statusOnce(state, key, [existing, mesh, plan, ...itsPeers.map(names.meshKey)], () =>
        statusOf(state, existing, mesh, plan, itsPeers)
      )
    })
  })

const allMeshes = makeMemo<ReadonlyArray<Mesh>>()
const statuses = makeMemo<ReadonlyArray<StatusPlan>>(isSameList)
const statusOnce = makeMemo<StatusPlan>(isSameJson)

const statusOf = (
  state: HubState,
  existing: Mesh,
  mesh: WantedMesh | undefined,
  plan: UnitPlan | undefined,
  peers: ReadonlyArray<MeshKey>
): StatusPlan => {
  const known = mesh === undefined ? controlPlaneInPlace(state, existing) : controlPlaneOfMesh(state, mesh)
  return {
    type: resources.meshes,
    namespace: existing.metadata.namespace ?? "",
    name: existing.metadata.name,
    uid: existing.metadata.uid ?? "",
    generation: existing.metadata.generation,
    verdicts: [
      ...(mesh === undefined ? verdictsOnFound(state, existing) : verdictsOn(state, mesh, plan)),
      ...ignoredRemoval(state, existing, howToEnd(mesh))
    ],
    fields: { ...factsOf(known, existing), ...peerFields(peers) }
  }
}

/** What a person does who wants the mesh to go. */
const howToEnd = (mesh: WantedMesh | undefined): string =>
  mesh === undefined
    ? "nothing of the mesh is ours to remove"
    : mesh.owner.kind === "Mesh"
      ? "to remove the mesh, delete this Mesh"
      : `to remove the mesh, take its cluster out of MeshDeployment ${mesh.owner.key}, or delete that`

const verdictsOnFound = (state: HubState, existing: Mesh): ReadonlyArray<Verdict> => {
  const reports = reporting(knowledgeOf(state, existing.metadata.namespace ?? ""))
  const known = controlPlaneInPlace(state, existing)
  const accepted = isDiscovered(existing)
    ? observed(state, known.state === "Found" ? known.found.report.mark : undefined)
    : verdict("Accepted", "Unknown", "ClusterNotFound", reports.message)
  return [accepted, readiness(reports, known, undefined, undefined), reports]
}

const observed = (state: HubState, mark: Mark | undefined): Verdict =>
  mark?.fleetId === state.fleetId && !isLive(state, mark.unit)
    ? verdict(
        "Accepted",
        "True",
        "Leftover",
        "This hub made the mesh, and nothing on it wishes the mesh any more; nothing of it is touched."
      )
    : verdict("Accepted", "True", "Observed", "The mesh was found; nothing of it is touched.")

/** The control plane of a wanted mesh; one in its place that is not its own counts as none. */
export const controlPlaneOfMesh = (state: HubState, mesh: WantedMesh): ControlPlaneKnowledge => {
  const known = knowledgeOf(state, mesh.cluster).controlPlane(mesh.namespace, mesh.controlPlane)
  return known.state === "Found" && !ownsControlPlane(state, mesh) ? { state: "Absent" } : known
}

const controlPlaneInPlace = (state: HubState, { metadata, spec }: Mesh): ControlPlaneKnowledge =>
  knowledgeOf(state, metadata.namespace ?? "").controlPlane(
    spec.controlPlane.namespace,
    spec.controlPlane.name ?? metadata.name
  )

/** What is known of the mesh as it is; what is unknown now stays as it was last known. */
const factsOf = (known: ControlPlaneKnowledge, existing: Mesh): MeshFacts => {
  if (known.state === "Found") return pickFacts(found(known.found, existing))
  return known.state === "Unknown" && existing.status !== undefined ? pickFacts(existing.status) : {}
}

const found = ({ facts }: FoundControlPlane, existing: Mesh): MeshFacts => {
  const wished = existing.spec.controlPlane.version
  return facts.version === undefined && wished !== undefined ? { ...facts, version: wished } : facts
}

const pickFacts = (status: MeshStatus | MeshFacts): MeshFacts => ({
  ...(status.version === undefined ? {} : { version: status.version }),
  ...(status.chartVersion === undefined ? {} : { chartVersion: status.chartVersion }),
  ...(status.controlPlane === undefined ? {} : { controlPlane: status.controlPlane }),
  ...(status.readiness === undefined ? {} : { readiness: status.readiness }),
  ...(status.members === undefined ? {} : { members: status.members }),
  ...(status.trust === undefined ? {} : { trust: status.trust }),
  ...(status.gateways === undefined ? {} : { gateways: status.gateways })
})

const maxPeersNamed = 3

const peerFields = (peers: ReadonlyArray<MeshKey>): Pick<MeshStatus, "peers" | "peerSummary"> => {
  if (peers.length === 0) return {}
  const sorted = peers.toSorted((a, b) => byText(names.meshKey(a), names.meshKey(b)))
  const named = sorted.slice(0, maxPeersNamed).map(({ name }) => name)
  const more = sorted.length - named.length
  return {
    peers: sorted.map(({ cluster, name }) => ({ cluster, name })),
    peerSummary: `${named.join(", ")}${more > 0 ? ` + ${more}` : ""}`
  }
}
