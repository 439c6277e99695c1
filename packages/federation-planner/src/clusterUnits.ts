import {
  byKey,
  identityOf,
  isSameJson,
  labels,
  names,
  type KubeObject,
  type Removal
} from "@multicluster-mesh/mesh-model"
import type { HubState } from "./HubState.ts"
import { holdWhereUnreadable } from "./holdWhereUnreadable.ts"
import { viewOf } from "./HubView.ts"
import { makeMemo } from "./Memo.ts"
import { clusterNames, knowledgeOf } from "./Knowledge.ts"
import { packagesFor, subscriptionOf } from "./providers/maistra/operators.ts"
import { workAgentRights } from "./providers/maistra/rights.ts"
import type { Unit } from "./Unit.ts"
import type { WantedMesh } from "./WantedMesh.ts"
import { isOurs, unitHash, worksOf } from "./works.ts"

/** Key of the unit that carries what all meshes of a cluster need. */
export const clusterUnitKey = (cluster: string): string => `cluster/${cluster}`

/**
 * The unit of each cluster that has a mesh: the rights of OCM's work agent, then the operators.
 *
 * It goes when the cluster has no mesh and no other work of ours; the operators then stay, they may serve others.
 */
export const clusterUnits = (state: HubState, meshes: ReadonlyArray<WantedMesh>): ReadonlyArray<Unit> => {
  const byCluster = grouped(state, "", [meshes], () => Map.groupBy(meshes, (mesh) => mesh.cluster))
  return clusterNames(state).flatMap((cluster) => {
    const here = byCluster.get(cluster) ?? []
    return units(state, cluster, here, () => unitsOn(state, cluster, here))
  })
}

const grouped = makeMemo<ReadonlyMap<string, ReadonlyArray<WantedMesh>>>()
const units = makeMemo<ReadonlyArray<Unit>>(isSameJson)

const unitsOn = (state: HubState, cluster: string, meshes: ReadonlyArray<WantedMesh>): ReadonlyArray<Unit> => {
  const delivered = worksOf(state, cluster, clusterUnitKey(cluster)).length > 0
  const begins = meshes.some(({ heldBecause, refused, removal }) => !heldBecause && !refused && !removal)
  if (!delivered && !begins) return []
  const own = unitHash(clusterUnitKey(cluster))
  const isNeeded =
    meshes.length > 0 ||
    viewOf(state)
      .worksOn(cluster)
      .some(({ metadata }) => metadata.labels?.[labels.unitLabel] !== own)
  return [holdWhereUnreadable(state, clusterUnit(state, cluster, meshes, isNeeded))]
}

const clusterUnit = (state: HubState, cluster: string, meshes: ReadonlyArray<WantedMesh>, isNeeded: boolean): Unit => {
  const subscriptions = subscriptionsOf(meshes)
  return {
    key: clusterUnitKey(cluster),
    cluster,
    chain: [`ManagedCluster ${cluster}`],
    stages: [
      { name: "rights", identities: [identityOf(workAgentRights)], objects: [workAgentRights], waitsFor: undefined },
      {
        name: "operators",
        identities: subscriptions.map(identityOf),
        objects: missingSubscriptions(state, cluster, subscriptions),
        waitsFor:
          knowledgeOf(state, cluster).operators === undefined ? "the agent to say which operators are there" : undefined
      }
    ],
    removal: isNeeded ? undefined : ended(state),
    heldBecause: !isNeeded && isAnythingUnreadable(state, cluster) ? "an object on the hub cannot be read" : undefined
  }
}

/** Nothing of ours needs the unit any more, so it goes without a time of grace. */
const ended = (state: HubState): Removal => ({ since: state.now, policy: "Delete", gracePeriod: "0s" })

/** Whether a Mesh that we cannot read may be on the cluster. */
const isAnythingUnreadable = (state: HubState, cluster: string): boolean =>
  state.malformed.some(({ kind, namespace }) => kind === "MeshDeployment" || namespace === cluster)

/** The Subscriptions that the meshes of a cluster need; where two meshes differ on one, the first by name decides. */
const subscriptionsOf = (meshes: ReadonlyArray<WantedMesh>): ReadonlyArray<KubeObject> => {
  const byPackage = new Map<string, KubeObject>()
  const wishing = meshes
    .filter(({ operator, refused, removal }) => operator.install === "Auto" && !refused && !removal)
    .toSorted(byKey(names.meshKey))
  for (const mesh of wishing) {
    for (const name of packagesFor(mesh.mesh.spec.controlPlane)) {
      if (!byPackage.has(name)) byPackage.set(name, subscriptionOf(name, mesh.operator))
    }
  }
  return [...byPackage.values()].sort(byKey(({ metadata }) => metadata.name))
}

/** Without those whose package is subscribed to already, by anyone but us, in any namespace. */
const missingSubscriptions = (
  state: HubState,
  cluster: string,
  subscriptions: ReadonlyArray<KubeObject>
): ReadonlyArray<KubeObject> | undefined => {
  const operators = knowledgeOf(state, cluster).operators
  if (operators === undefined) return undefined
  return subscriptions.filter(
    ({ metadata }) =>
      !operators.some(
        ({ mark, name, namespace, package: of }) =>
          of === metadata.name &&
          !(
            namespace === metadata.namespace &&
            name === metadata.name &&
            mark?.fleetId === state.fleetId &&
            mark.unit === unitHash(clusterUnitKey(cluster))
          )
      )
  )
}

/** Whether OCM's work agent has been given the rights to deliver a mesh. */
export const areRightsThere = (state: HubState, cluster: string): boolean => {
  const known = knowledgeOf(state, cluster).object(identityOf(workAgentRights))
  return isOurs(known, state.fleetId, clusterUnitKey(cluster))
}
