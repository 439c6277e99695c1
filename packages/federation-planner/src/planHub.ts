import { byText, names, resources, type MeshKey, type ResourceType } from "@multicluster-mesh/mesh-model"
import { agentActions, servicesToAsk } from "./asks.ts"
import { clusterUnits } from "./clusterUnits.ts"
import { sentence, verdict } from "./conditions.ts"
import { deploymentStatuses } from "./deploymentStatus.ts"
import { discoveredMeshActions } from "./discoveredMeshes.ts"
import { federationStatuses } from "./federationStatus.ts"
import type { HubState } from "./HubState.ts"
import { keepActions, keepStatuses, sortExplanations } from "./keepPlan.ts"
import { liveUnits } from "./liveUnits.ts"
import { meshStatuses } from "./meshStatus.ts"
import { meshUnits } from "./meshUnits.ts"
import { progressOfPeerings, type PeeringProgress } from "./PeeringProgress.ts"
import { peeringStatuses } from "./peeringStatus.ts"
import { peeringUnits } from "./peeringUnits.ts"
import type { Plan, StatusPlan, WorkAction } from "./Plan.ts"
import { resolveMeshes } from "./resolveMeshes.ts"
import { resolvePeerings } from "./resolvePeerings.ts"
import { rootsValidFrom } from "./trustedRoot.ts"
import type { Unit } from "./Unit.ts"
import { keptUnit, unitPlanOf } from "./unitPlanOf.ts"
import { meshOf, type ResolvedPeerings } from "./WantedPeering.ts"

/**
 * Plans everything: what to deliver to which cluster, what to write on the hub, what every status says and what every
 * agent is asked. Wishes are resolved first, over all objects; then each unit is planned by itself.
 */
export const planHub = (state: HubState): Plan => {
  const meshes = resolveMeshes(state)
  const peerings = resolvePeerings(state, meshes.meshes)
  const live = liveUnits(state, meshes.meshes)
  const ofClusters = clusterUnits(state, meshes.meshes).map((unit) => keptUnit(state, holdWhereUnreadable(state, unit)))
  const clusterPlans = new Map(ofClusters.map((unit) => [unit.key, unitPlanOf(state, unit)]))
  const ofMeshes = [
    ...meshUnits(state, meshes.meshes, peerings.peerings, clusterPlans, live),
    ...peeringUnits(state, peerings)
  ].map((unit) => keptUnit(state, holdWhereUnreadable(state, unit)))
  const units = [...ofClusters, ...ofMeshes]
  const plans = new Map([...clusterPlans, ...ofMeshes.map((unit) => [unit.key, unitPlanOf(state, unit)] as const)])
  const progress = progressOfPeerings(state, peerings, plans)
  const all = [...plans.values()]
  return {
    works: all.flatMap(({ works }) => works).sort(byPlace),
    objects: keepActions(state, [
      ...meshes.actions,
      ...discoveredMeshActions(state, meshes.meshes),
      ...peerings.actions,
      ...agentActions(state, units, servicesToAsk(peerings.offers), live)
    ]),
    statuses: keepStatuses(state, [
      ...meshStatuses(state, meshes.meshes, plans, provenPeersByMesh(peerings, progress), live),
      ...deploymentStatuses(state, meshes, plans),
      ...peeringStatuses(state, peerings, progress),
      ...federationStatuses(state, peerings, progress),
      ...unreadable(state)
    ]),
    explanations: sortExplanations(all.flatMap(({ explanations }) => explanations)),
    recheckAt: earliest([...all.map(({ recheckAt }) => recheckAt), rootsValidFrom(state)])
  }
}

/** A unit one of whose works cannot be read is not touched: what that work carries is unknown. */
const holdWhereUnreadable = (state: HubState, unit: Unit): Unit => {
  if (!state.malformed.some(({ kind }) => kind === "ManifestWork")) return unit
  const works = new Set(unit.stages.map(({ name }) => names.workName(unit.key, name)))
  const one = state.malformed.find(
    ({ kind, name, namespace }) => kind === "ManifestWork" && namespace === unit.cluster && works.has(name)
  )
  return one === undefined || unit.heldBecause !== undefined
    ? unit
    : { ...unit, heldBecause: `ManifestWork ${one.namespace}/${one.name} cannot be read: ${one.problem}` }
}

const provenPeersByMesh = (
  { peerings }: ResolvedPeerings,
  progress: ReadonlyMap<string, PeeringProgress>
): ReadonlyMap<string, ReadonlyArray<MeshKey>> => {
  const peers = new Map<string, Array<MeshKey>>()
  const add = (mesh: MeshKey, peer: MeshKey): void => {
    const list = peers.get(names.meshKey(mesh))
    if (list === undefined) peers.set(names.meshKey(mesh), [peer])
    else list.push(peer)
  }
  for (const { peering } of peerings) {
    if (!progress.get(peering.metadata.name)?.proven) continue
    const [left, right] = [meshOf(peering.spec.left), meshOf(peering.spec.right)]
    add(left, right)
    add(right, left)
  }
  return peers
}

const ourTypes: ReadonlyMap<string, ResourceType> = new Map(
  [resources.meshes, resources.meshDeployments, resources.meshFederations, resources.meshPeerings].map((type) => [
    type.kind,
    type
  ])
)

/** The statuses of objects that cannot be read, for those of which the uid is known. */
const unreadable = (state: HubState): ReadonlyArray<StatusPlan> =>
  state.malformed
    .flatMap(({ kind, name, namespace, problem, uid }): ReadonlyArray<StatusPlan> => {
      const type = ourTypes.get(kind)
      if (type === undefined || uid === undefined) return []
      const verdicts = [verdict("Accepted", "False", "Unreadable", sentence(`it cannot be read: ${problem}`))]
      return [{ type, namespace, name, uid, generation: undefined, verdicts, fields: {} }]
    })
    .sort((a, b) => byText(`${a.type.kind}/${a.namespace}/${a.name}`, `${b.type.kind}/${b.namespace}/${b.name}`))

const byPlace = (a: WorkAction, b: WorkAction): number => byText(a.cluster, b.cluster) || byText(a.name, b.name)

const earliest = (times: ReadonlyArray<string | undefined>): string | undefined =>
  times.filter((time) => time !== undefined).sort(byText)[0]
