import { byText, names, resources, type MeshKey, type ResourceType } from "@multicluster-mesh/mesh-model"
import { agentActions, servicesToAsk } from "./asks.ts"
import { clusterUnits } from "./clusterUnits.ts"
import { sentence, verdict } from "./conditions.ts"
import { deploymentStatuses } from "./deploymentStatus.ts"
import { discoveredMeshActions } from "./discoveredMeshes.ts"
import { federationStatuses } from "./federationStatus.ts"
import type { HubState } from "./HubState.ts"
import { viewOf } from "./HubView.ts"
import { isSameList, isSameMap } from "./isSame.ts"
import { makeMemo } from "./Memo.ts"
import { meshStatuses } from "./meshStatus.ts"
import { meshUnits } from "./meshUnits.ts"
import { progressOfPeerings, type PeeringProgress } from "./PeeringProgress.ts"
import { peeringStatuses } from "./peeringStatus.ts"
import { peeringUnits } from "./peeringUnits.ts"
import { planClusters, type ClusterPlan } from "./planClusters.ts"
import type { Plan, StatusPlan } from "./Plan.ts"
import { resolveMeshes } from "./resolveMeshes.ts"
import { resolvePeerings } from "./resolvePeerings.ts"
import { rootsValidFrom } from "./trustedRoot.ts"
import type { Unit } from "./Unit.ts"
import type { UnitPlan } from "./UnitPlan.ts"
import { unitPlanOf } from "./unitPlanOf.ts"
import { meshOf, type ResolvedPeerings } from "./WantedPeering.ts"

/**
 * Plans everything: what to deliver to which cluster, what to write on the hub, what every status says and what every
 * agent is asked. Wishes are resolved first, over all objects; then each unit is planned by itself.
 */
export const planHub = (hub: HubState): Plan => {
  const state = viewOf(hub)
  const resolved = resolveMeshes(state)
  const { meshes } = resolved
  const peerings = resolvePeerings(state, meshes)

  const ofClusters = clusterUnitList(state, "", [meshes], () => clusterUnits(state, meshes))
  const clusterPlans = plansOfClusters(state, "", [ofClusters], () => planUnits(state, ofClusters))
  const ofMeshes = meshUnitList(state, "", [meshes, peerings.peerings, clusterPlans], () =>
    meshUnits(state, meshes, peerings.peerings, clusterPlans)
  )
  const ofPeerings = peeringUnitList(state, "", [peerings.peerings, peerings.offers], () =>
    peeringUnits(state, peerings)
  )
  const units = allUnits(state, "", [ofClusters, ofMeshes, ofPeerings], () => [
    ...ofClusters,
    ...ofMeshes,
    ...ofPeerings
  ])
  const plans = plansOfUnits(state, "", [units], () => planUnits(state, units))
  const progress = progressList(state, "", [peerings.peerings, plans], () => progressOfPeerings(state, peerings, plans))
  const peers = proven(state, "", [peerings.peerings, progress], () => provenPeersByMesh(peerings, progress))
  const clusters = clusterPlanList(state, "", [plans], () => planClusters(state, plans.values()))
  return {
    works: allWorks(state, "", [clusters], () => clusters.flatMap(({ works }) => works)),
    objects: [
      ...resolved.actions,
      ...discoveredMeshActions(state, meshes),
      ...peerings.actions,
      ...agentActions(state, units, servicesToAsk(state, peerings.offers))
    ],
    statuses: [
      ...meshStatuses(state, meshes, plans, peers),
      ...deploymentStatuses(state, resolved, plans),
      ...peeringStatuses(state, peerings, progress),
      ...federationStatuses(state, peerings, progress),
      ...unreadable(state)
    ],
    explanations: allExplanations(state, "", [clusters], () => clusters.flatMap(({ explanations }) => explanations)),
    recheckAt: earliest([recheck(state, "", [plans], () => nextRecheck(plans)), rootsValidFrom(state)])
  }
}

// the steps, each taken anew only when something before it has changed
const clusterUnitList = makeMemo<ReadonlyArray<Unit>>(isSameList)
const meshUnitList = makeMemo<ReadonlyArray<Unit>>(isSameList)
const peeringUnitList = makeMemo<ReadonlyArray<Unit>>(isSameList)
const allUnits = makeMemo<ReadonlyArray<Unit>>()
const plansOfClusters = makeMemo<ReadonlyMap<string, UnitPlan>>(isSameMap)
const plansOfUnits = makeMemo<ReadonlyMap<string, UnitPlan>>(isSameMap)
const progressList = makeMemo<ReadonlyMap<string, PeeringProgress>>(isSameMap)
const proven = makeMemo<ReturnType<typeof provenPeersByMesh>>()
const clusterPlanList = makeMemo<ReadonlyArray<ClusterPlan>>(isSameList)
const allWorks = makeMemo<Plan["works"]>(isSameList)
const allExplanations = makeMemo<Plan["explanations"]>(isSameList)
const recheck = makeMemo<string | undefined>()

const planUnits = (state: HubState, units: ReadonlyArray<Unit>): ReadonlyMap<string, UnitPlan> =>
  new Map(units.map((unit) => [unit.key, unitPlanOf(state, unit)]))

const nextRecheck = (plans: ReadonlyMap<string, UnitPlan>): string | undefined =>
  earliest([...plans.values()].map(({ recheckAt }) => recheckAt))

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
  ofUnreadable(state, "", [], () => sayUnreadable(state))

const ofUnreadable = makeMemo<ReadonlyArray<StatusPlan>>()

const sayUnreadable = ({ malformed }: HubState): ReadonlyArray<StatusPlan> =>
  malformed
    .flatMap(({ kind, name, namespace, problem, uid }): ReadonlyArray<StatusPlan> => {
      const type = ourTypes.get(kind)
      if (type === undefined || uid === undefined) return []
      const verdicts = [verdict("Accepted", "False", "Unreadable", sentence(`it cannot be read: ${problem}`))]
      return [{ type, namespace, name, uid, generation: undefined, verdicts, fields: {} }]
    })
    .sort((a, b) => byText(`${a.type.kind}/${a.namespace}/${a.name}`, `${b.type.kind}/${b.namespace}/${b.name}`))

const earliest = (times: ReadonlyArray<string | undefined>): string | undefined =>
  times.filter((time) => time !== undefined).sort(byText)[0]
