import {
  byText,
  isDeleting,
  isSameJson,
  keyOf,
  resources,
  type MeshDeployment,
  type MeshDeploymentStatus,
  type Verdict
} from "@multicluster-mesh/mesh-model"
import { sentence, verdict } from "./conditions.ts"
import type { HubState } from "./HubState.ts"
import { makeMemo } from "./Memo.ts"
import { controlPlaneOfMesh, verdictsOn } from "./meshStatus.ts"
import type { StatusPlan } from "./Plan.ts"
import type { RefusedCluster, ResolvedMeshes } from "./resolveMeshes.ts"
import type { UnitPlan } from "./UnitPlan.ts"
import { meshUnitKey, type WantedMesh } from "./WantedMesh.ts"
import { stageOf, worksOf } from "./works.ts"

type ClusterState = NonNullable<MeshDeploymentStatus["clusters"]>[number]

/** The statuses of all MeshDeployments, sorted. */
export const deploymentStatuses = (
  state: HubState,
  resolved: ResolvedMeshes,
  plans: ReadonlyMap<string, UnitPlan>
): ReadonlyArray<StatusPlan> => {
  const byDeployment = grouped(state, "", [resolved.meshes], () => byOwner(resolved.meshes))
  return state.deployments
    .toSorted((a, b) => byText(keyOf(a), keyOf(b)))
    .map((deployment) => {
      const key = keyOf(deployment)
      const meshes = byDeployment.get(key) ?? []
      const ofMeshes = meshes.map((mesh) => plans.get(meshUnitKey(mesh)))
      const refused = resolved.refusedClusters.get(key) ?? []
      return statuses(state, key, [deployment, ...meshes, ...ofMeshes, ...refused], () =>
        statusOf(deployment, meshes.filter(isApplied(state)), [
          ...meshes.map((mesh, index) => stateOf(state, mesh, ofMeshes[index])),
          ...refused.map(refusedState)
        ])
      )
    })
}

const byOwner = (meshes: ReadonlyArray<WantedMesh>): ReadonlyMap<string, ReadonlyArray<WantedMesh>> =>
  Map.groupBy(
    meshes.filter(({ owner }) => owner.kind === "MeshDeployment"),
    ({ owner }) => owner.key
  )

const grouped = makeMemo<ReturnType<typeof byOwner>>()
const statuses = makeMemo<StatusPlan>(isSameJson)

const statusOf = (
  deployment: MeshDeployment,
  applied: ReadonlyArray<WantedMesh>,
  states: ReadonlyArray<ClusterState>
): StatusPlan => {
  const clusters = states.toSorted((a, b) => byText(a.cluster, b.cluster))
  const fields: Omit<MeshDeploymentStatus, "conditions" | "observedGeneration"> = {
    appliedMeshes: applied
      .map(({ name }) => name)
      .sort(byText)
      .slice(0, maxClusters),
    summary: summaryOf(clusters),
    clusters: clusters.slice(0, maxClusters)
  }
  return {
    type: resources.meshDeployments,
    namespace: deployment.metadata.namespace ?? "",
    name: deployment.metadata.name,
    uid: deployment.metadata.uid ?? "",
    generation: deployment.metadata.generation,
    verdicts: [accepted(clusters), ready(deployment, clusters)],
    fields
  }
}

/** Whether a mesh is on its cluster, as far as is known: one that is refused, here or there, or still waits, is not. */
const isApplied =
  (state: HubState) =>
  (mesh: WantedMesh): boolean =>
    controlPlaneOfMesh(state, mesh).state !== "Absent" &&
    worksOf(state, mesh.cluster, meshUnitKey(mesh)).some((work) => stageOf(work) === "control-plane")

const refusedState = ({ cluster, mesh, verdict: { message, reason } }: RefusedCluster): ClusterState => ({
  cluster,
  mesh,
  state: "Refused",
  reason,
  message: sentence(message)
})

const maxClusters = 4096

const stateOf = (state: HubState, mesh: WantedMesh, plan: UnitPlan | undefined): ClusterState => {
  const verdicts = verdictsOn(state, mesh, plan)
  const of = (type: string): Verdict =>
    verdicts.find((one) => one.type === type) ?? verdict(type, "Unknown", "Unknown", "")
  const say = (how: ClusterState["state"], { message, reason }: Verdict): ClusterState => ({
    cluster: mesh.cluster,
    mesh: mesh.name,
    state: how,
    reason,
    message
  })
  if (mesh.removal !== undefined) return say("Removing", of("Delivered"))
  if (of("Accepted").status === "False") return say("Refused", of("Accepted"))
  if (of("Accepted").status === "Unknown") return say("Unknown", of("Accepted"))
  if (plan?.problem !== undefined) return say("Refused", of("Delivered"))
  if (of("Reporting").status === "Unknown") return say("Unknown", of("Reporting"))
  if (of("Reporting").status === "False") return say("Progressing", of("Reporting"))
  if (of("Ready").status === "Unknown") return say("Unknown", of("Ready"))
  if (of("Ready").status === "False") return say("Progressing", of("Ready"))
  return of("Delivered").status === "True" ? say("Ready", of("Ready")) : say("Progressing", of("Delivered"))
}

const summaryOf = (clusters: ReadonlyArray<ClusterState>): NonNullable<MeshDeploymentStatus["summary"]> => {
  const count = (state: ClusterState["state"]) => clusters.filter((cluster) => cluster.state === state).length
  const removing = count("Removing")
  return {
    desired: clusters.length - removing,
    ready: count("Ready"),
    progressing: count("Progressing"),
    refused: count("Refused"),
    unknown: count("Unknown"),
    removing
  }
}

const accepted = (clusters: ReadonlyArray<ClusterState>): Verdict => {
  const refused = clusters.filter(({ state }) => state === "Refused")
  const [first] = refused
  return first === undefined
    ? verdict("Accepted", "True", "Accepted", "Every cluster can have its mesh.")
    : verdict("Accepted", "False", first.reason, `${first.cluster}: ${first.message}${others(refused)}`)
}

const ready = (deployment: MeshDeployment, clusters: ReadonlyArray<ClusterState>): Verdict => {
  if (isDeleting(deployment)) return verdict("Ready", "False", "Removing", "The meshes are being removed.")
  const waiting = clusters.filter(({ state }) => state !== "Ready" && state !== "Removing")
  const [first] = waiting
  return first === undefined
    ? verdict("Ready", "True", "Ready", "Every mesh is ready.")
    : verdict("Ready", "False", first.reason, `${first.cluster}: ${first.message}${others(waiting)}`)
}

/** The other clusters in question, by name as far as people read on. */
const others = ([, ...rest]: ReadonlyArray<ClusterState>): string => {
  const named = rest.slice(0, 5).map(({ cluster }) => cluster)
  const more = rest.length - named.length
  return rest.length === 0 ? "" : ` Also: ${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}.`
}
