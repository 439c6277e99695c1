import { byText, names, resources, type MeshKey, type ResourceType } from "@multicluster-mesh/mesh-model"
import { agentActions, servicesToAsk } from "./asks.ts"
import { clusterUnits } from "./clusterUnits.ts"
import { sentence, verdict } from "./conditions.ts"
import { deploymentStatuses } from "./deploymentStatus.ts"
import { discoveredMeshActions } from "./discoveredMeshes.ts"
import { federationStatuses } from "./federationStatus.ts"
import type { HubState } from "./HubState.ts"
import { viewOf } from "./HubView.ts"
import { makeMemo } from "./Memo.ts"
import { meshStatuses } from "./meshStatus.ts"
import { meshUnits } from "./meshUnits.ts"
import { progressOfPeerings, type PeeringProgress } from "./PeeringProgress.ts"
import { peeringStatuses } from "./peeringStatus.ts"
import { peeringUnits } from "./peeringUnits.ts"
import { planClusters } from "./planClusters.ts"
import type { Plan, StatusPlan } from "./Plan.ts"
import { resolveMeshes } from "./resolveMeshes.ts"
import { resolvePeerings } from "./resolvePeerings.ts"
import { rootsValidFrom } from "./trustedRoot.ts"
import type { Unit } from "./Unit.ts"
import { unitPlanOf } from "./unitPlanOf.ts"
import { meshOf, type ResolvedPeerings } from "./WantedPeering.ts"

/**
 * Plans everything: what to deliver to which cluster, what to write on the hub, what every status says and what every
 * agent is asked. Wishes are resolved first, over all objects; then each unit is planned by itself.
 */
export const planHub = (hub: HubState): Plan => {
  const state = viewOf(hub)
  const meshes = resolveMeshes(state)
  const peerings = resolvePeerings(state, meshes.meshes)
  const planned = (units: ReadonlyArray<Unit>) => units.map((unit) => [unit.key, unitPlanOf(state, unit)] as const)
  const ofClusters = clusterUnits(state, meshes.meshes)
  const clusterPlans = new Map(planned(ofClusters))
  const ofMeshes = [
    ...meshUnits(state, meshes.meshes, peerings.peerings, clusterPlans),
    ...peeringUnits(state, peerings)
  ]
  const plans = new Map([...clusterPlans, ...planned(ofMeshes)])
  const progress = progressOfPeerings(state, peerings, plans)
  const clusters = planClusters(state, plans.values())
  return {
    works: clusters.flatMap(({ works }) => works),
    objects: [
      ...meshes.actions,
      ...discoveredMeshActions(state, meshes.meshes),
      ...peerings.actions,
      ...agentActions(state, [...ofClusters, ...ofMeshes], servicesToAsk(state, peerings.offers))
    ],
    statuses: [
      ...meshStatuses(state, meshes.meshes, plans, provenPeersByMesh(peerings, progress)),
      ...deploymentStatuses(state, meshes, plans),
      ...peeringStatuses(state, peerings, progress),
      ...federationStatuses(state, peerings, progress),
      ...unreadable(state)
    ],
    explanations: clusters.flatMap(({ explanations }) => explanations),
    recheckAt: earliest([...[...plans.values()].map(({ recheckAt }) => recheckAt), rootsValidFrom(state)])
  }
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
