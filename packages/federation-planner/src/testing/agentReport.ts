import {
  identityKey,
  identityOf,
  type ClusterReport,
  type KubeObject,
  type MeshAgentSpec,
  type ReportPart
} from "@multicluster-mesh/mesh-model"
import type { FoundControlPlane } from "../HubState.ts"
import { isServed, objectsOn, type ImaginedCluster } from "./ImaginedCluster.ts"
import { markOf, type ImaginedService } from "./imaginedMaistra.ts"

const parts: ReadonlyArray<ReportPart> = ["APIs", "Operators", "ControlPlanes", "Objects", "Services", "Namespaces"]

/** What an agent knows of its cluster beyond the objects on it. */
interface Surroundings {
  readonly found: ReadonlyArray<FoundControlPlane>
  readonly services: ReadonlyArray<ImaginedService>
  readonly operatorsInstall: boolean
  readonly hidden: ReadonlyArray<string>
}

/** What the agent of a cluster answers to `asked`: all of it, at once. */
export const agentReport = (
  cluster: ImaginedCluster,
  asked: MeshAgentSpec,
  { found, hidden, operatorsInstall, services }: Surroundings
): ClusterReport => ({
  parts: parts.map((name) => ({ name, complete: true })),
  apis: [
    { apiVersion: "maistra.io/v1", kinds: ["ServiceMeshMemberRoll"] },
    { apiVersion: "maistra.io/v2", kinds: ["ServiceMeshControlPlane"] }
  ].flatMap(({ apiVersion, kinds }) => {
    const served = kinds.filter((kind) => isServed(cluster, kind))
    return served.length === 0 ? [] : [{ apiVersion, kinds: served }]
  }),
  operators: objectsOn(cluster)
    .filter(({ kind }) => kind === "Subscription")
    .map((object) => ({
      package: object.metadata.name,
      namespace: object.metadata.namespace ?? "",
      name: object.metadata.name,
      ...markField(object),
      approval: approvalOf(object),
      ...(operatorsInstall
        ? { phase: "Succeeded", state: "AtLatestKnown", installedCSV: `${object.metadata.name}.v2.6.8` }
        : { state: "UpgradePending" })
    })),
  controlPlanes: found.filter((one) => one.cluster === cluster.name).map(({ report }) => report),
  objects: [...answersTo(cluster, asked), ...othersOfFleet(cluster, asked)],
  services: (asked.services ?? []).map(({ name, namespace }) => {
    const service = services.find(
      (one) => one.cluster === cluster.name && one.name === name && one.namespace === namespace
    )
    return {
      namespace,
      name,
      present: service !== undefined,
      ports: Array.from({ length: service === undefined ? 0 : (service.ports ?? 1) }, (_, index) => ({
        name: `p${index}`,
        port: 8000 + index
      })),
      importConsent: service?.importConsent ?? false
    }
  }),
  namespaces: (asked.namespaces ?? []).map((name) => ({
    name,
    foreign: objectsOn(cluster)
      .filter(
        (object) =>
          object.metadata.namespace === name && !hidden.includes(object.kind) && markOf(object.metadata) === undefined
      )
      .map(({ kind, metadata }) => `${kind}/${metadata.name}`)
      .sort(),
    ...(hidden.length === 0 ? {} : { hidden })
  }))
})

const approvalOf = ({ spec }: KubeObject): string =>
  typeof spec === "object" && spec !== null && "installPlanApproval" in spec && spec.installPlanApproval === "Manual"
    ? "Manual"
    : "Automatic"

type ObjectReport = ClusterReport["objects"][number]

const answersTo = (cluster: ImaginedCluster, { objects = [] }: MeshAgentSpec): ReadonlyArray<ObjectReport> =>
  objects.map(({ confirm, ...identity }) => {
    const placed = cluster.objects.get(identityKey(identity))
    const confirmed = confirm === true ? { confirmed: true } : {}
    return placed === undefined
      ? { ...identity, state: isServed(cluster, identity.kind) ? "Absent" : "NotServed", ...confirmed }
      : { ...presence(placed.object), ...confirmed }
  })

/** What carries the mark of the fleet and was not asked for. */
const othersOfFleet = (cluster: ImaginedCluster, { fleetId, objects = [] }: MeshAgentSpec) => {
  const asked = new Set(objects.map(identityKey))
  return objectsOn(cluster)
    .filter((object) => markOf(object.metadata)?.fleetId === fleetId && !asked.has(identityKey(identityOf(object))))
    .map(presence)
}

const presence = (object: KubeObject): ObjectReport => ({
  ...identityOf(object),
  state: "Present",
  ...markField(object),
  uid: object.metadata.uid ?? ""
})

const markField = ({ metadata }: KubeObject) => {
  const mark = markOf(metadata)
  return mark === undefined ? {} : { mark }
}
