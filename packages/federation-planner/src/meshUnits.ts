import { identityOf, isSameJson, names, type MeshKey } from "@multicluster-mesh/mesh-model"
import type { HubState } from "./HubState.ts"
import { knowledgeOf } from "./Knowledge.ts"
import { controlPlaneOf, memberRollOf, membersOf, namespaceOf } from "./providers/maistra/controlPlane.ts"
import { gatewaysFor } from "./providers/maistra/gateways.ts"
import { meshOperator, operatorWait } from "./providers/maistra/operators.ts"
import { areRightsThere, clusterUnitKey } from "./clusterUnits.ts"
import { holdWhereUnreadable } from "./holdWhereUnreadable.ts"
import { isLive } from "./liveUnits.ts"
import { lostPeering } from "./lostPeering.ts"
import { makeMemo } from "./Memo.ts"
import type { Stage, Unit } from "./Unit.ts"
import type { UnitPlan } from "./UnitPlan.ts"
import { meshUnitKey, type WantedMesh } from "./WantedMesh.ts"
import { meshOf, sideNames, type WantedPeering } from "./WantedPeering.ts"
import { stageOf, worksOf } from "./works.ts"

/** The units of all wanted meshes: each a Namespace, then its control plane, then its member roll. */
export const meshUnits = (
  state: HubState,
  meshes: ReadonlyArray<WantedMesh>,
  peerings: ReadonlyArray<WantedPeering>,
  clusterPlans: ReadonlyMap<string, UnitPlan>
): ReadonlyArray<Unit> => {
  const byMesh = grouped(state, "", [peerings], () => peeringsByMesh(peerings))
  return meshes.map((mesh) => {
    const clusterPlan = clusterPlans.get(clusterUnitKey(mesh.cluster))
    const ofMesh = byMesh.get(names.meshKey(mesh)) ?? []
    return units(state, meshUnitKey(mesh), [mesh, clusterPlan, ...ofMesh], () =>
      holdWhereUnreadable(state, meshUnit(state, mesh, ofMesh, waitsOf(state, mesh, clusterPlan)))
    )
  })
}

const grouped = makeMemo<ReturnType<typeof peeringsByMesh>>()
const units = makeMemo<Unit>(isSameJson)

/** What the stages of a mesh wait for on their cluster before they begin, beyond each other. */
interface Waits {
  readonly rights: string | undefined
  readonly operator: { readonly message: string; readonly reason: string } | undefined
}

const waitsOf = (state: HubState, mesh: WantedMesh, clusterPlan: UnitPlan | undefined): Waits => {
  const reason =
    clusterPlan === undefined || clusterPlan.message === "" ? "" : `; that waits for ${clusterPlan.message}`
  const operator = operatorWaitOf(state, mesh)
  return {
    rights: areRightsThere(state, mesh.cluster)
      ? undefined
      : `the rights of OCM's work agent to be on the cluster${reason}`,
    operator:
      operator?.reason === "OperatorMissing" ? { ...operator, message: `${operator.message}${reason}` } : operator
  }
}

const meshUnit = (state: HubState, mesh: WantedMesh, peerings: ReadonlyArray<WantedPeering>, waits: Waits): Unit => ({
  key: meshUnitKey(mesh),
  cluster: mesh.cluster,
  chain: chainOf(mesh),
  stages: stagesOf(state, mesh, peerings, waits),
  removal: mesh.removal,
  inherits: abandonedBy(state, mesh),
  removalWaitsFor: sidesLeft(mesh, peerings),
  heldBecause: mesh.heldBecause ?? mesh.refused?.message
})

/** The unit that left the Namespace of the mesh behind, if nothing on the hub stands for that unit any more. */
const abandonedBy = (state: HubState, mesh: WantedMesh): string | undefined => {
  const known = knowledgeOf(state, mesh.cluster).object(identityOf(namespaceOf(mesh)))
  if (known.state !== "Present" || known.mark?.fleetId !== state.fleetId) return undefined
  return isLive(state, known.mark.unit) ? undefined : known.mark.unit
}

/** From the resource that a person wrote to the Mesh. */
const chainOf = (mesh: WantedMesh): ReadonlyArray<string> => {
  const own = `Mesh ${names.meshKey(mesh)}`
  return mesh.owner.kind === "Mesh" ? [own] : [`MeshDeployment ${mesh.owner.key}`, own]
}

const stagesOf = (
  state: HubState,
  mesh: WantedMesh,
  peerings: ReadonlyArray<WantedPeering>,
  waits: Waits
): ReadonlyArray<Stage> => {
  const namespace = namespaceOf(mesh)
  const controlPlane = controlPlaneOf(mesh, gatewaysFor(mesh, peerings))
  const lost = lostPeering(state, mesh, peerings, controlPlane)
  const roll = memberRollOf(mesh)
  // A roll that is delivered is emptied, not forgotten; one that was never wished is never made.
  const rollDelivered = worksOf(state, mesh.cluster, meshUnitKey(mesh)).some((work) => stageOf(work) === "roll")
  const hasRoll = membersOf(mesh).length > 0 || rollDelivered || mesh.removal !== undefined
  return [
    {
      name: "namespace",
      identities: [identityOf(namespace)],
      objects: [namespace],
      waitsFor: waits.rights
    },
    {
      name: "control-plane",
      identities: [identityOf(controlPlane)],
      objects: lost === undefined ? [controlPlane] : undefined,
      waitsFor: lost ?? waits.operator?.message,
      ...(lost === undefined ? { waitsReason: waits.operator?.reason } : {})
    },
    ...(hasRoll ? [{ name: "roll", identities: [identityOf(roll)], objects: [roll], waitsFor: undefined }] : [])
  ]
}

/** What the mesh waits for at its operator; nothing where someone else installs it: then its kinds have to be there. */
const operatorWaitOf = (state: HubState, mesh: WantedMesh) =>
  mesh.operator.install === "External" ? undefined : operatorWait(knowledgeOf(state, mesh.cluster), meshOperator)

/** The peerings of a mesh whose own side is still on its cluster: they go before the mesh does. */
const sidesLeft = (mesh: MeshKey, peerings: ReadonlyArray<WantedPeering>): string | undefined => {
  const left = peerings.filter(({ existing, gone, peering }) =>
    sideNames.some(
      (side) =>
        existing !== undefined && names.meshKey(meshOf(peering.spec[side])) === names.meshKey(mesh) && !gone.has(side)
    )
  )
  return left.length === 0
    ? undefined
    : `its peerings to be removed: ${left.map(({ peering }) => peering.metadata.name).join(", ")}`
}

const peeringsByMesh = (peerings: ReadonlyArray<WantedPeering>): ReadonlyMap<string, ReadonlyArray<WantedPeering>> => {
  const byMesh = new Map<string, Array<WantedPeering>>()
  for (const wanted of peerings) {
    for (const side of sideNames) {
      const key = names.meshKey(meshOf(wanted.peering.spec[side]))
      const list = byMesh.get(key)
      if (list === undefined) byMesh.set(key, [wanted])
      else list.push(wanted)
    }
  }
  return byMesh
}
