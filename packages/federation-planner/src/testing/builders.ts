import type {
  ClusterReport,
  Mesh,
  MeshDeployment,
  MeshDeploymentSpec,
  MeshFederation,
  MeshFederationSpec,
  MeshRef,
  ObjectMeta,
  ReportPart
} from "@multicluster-mesh/mesh-model"
import { labels } from "@multicluster-mesh/mesh-model"
import type { ClusterFacts, HubState } from "../HubState.ts"

/** The fleet of the states that are built here. */
export const fleetId = "fleet-1"

/** The time at which the states that are built here are planned. */
export const now = "2026-11-25T12:00:00Z"

const addonNamespace = "multicluster-mesh"
const userNamespace = "open-cluster-management"

/** A hub on which nobody has wished for anything. */
export const hubWith = (given: Partial<HubState>): HubState => ({
  fleetId,
  addonNamespace,
  now,
  clusters: [],
  meshes: [],
  deployments: [],
  federations: [],
  peerings: [],
  works: [],
  found: [],
  certificates: new Map(),
  malformed: [],
  ...given
})

/** Metadata as an API server has it, with a uid that name and namespace decide. */
export const metadataOf = (name: string, namespace: string, given: Partial<ObjectMeta> = {}): ObjectMeta => ({
  name,
  namespace,
  uid: `uid-${namespace}-${name}`,
  generation: 1,
  ...given
})

/** The seed's MeshDeployment, unless said otherwise. */
export const deploymentOf = (
  name: string,
  clusters: ReadonlyArray<string>,
  spec: Partial<MeshDeploymentSpec> = {},
  metadata: Partial<ObjectMeta> = {}
): MeshDeployment => ({
  apiVersion: labels.apiVersion,
  kind: "MeshDeployment",
  metadata: metadataOf(name, userNamespace, metadata),
  spec: {
    clusters,
    controlPlane: {
      components: ["prometheus", "istio-discovery", "istio-ingress", "mesh-config", "telemetry-common", "tracing"],
      namespace: "mesh-system",
      profiles: ["default"],
      version: "v2.1"
    },
    meshMemberRoll: ["mesh-bookinfo"],
    meshProvider: "Openshift Service Mesh",
    deletionPolicy: "Delete",
    removalGracePeriod: "1h",
    ...spec
  }
})

/** The mesh that `deploymentOf("mesh", [cluster])` makes, unless it is named. */
export const meshRef = (cluster: string, name = `${cluster}-mesh`): MeshRef => ({ cluster, name })

/** A MeshFederation of all pairs of each list. */
export const federationOf = (
  name: string,
  pairs: ReadonlyArray<ReadonlyArray<MeshRef>>,
  spec: Partial<MeshFederationSpec> = {},
  metadata: Partial<ObjectMeta> = {}
): MeshFederation => ({
  apiVersion: labels.apiVersion,
  kind: "MeshFederation",
  metadata: metadataOf(name, userNamespace, metadata),
  spec: {
    meshPeers: pairs.map((peers) => ({ peers })),
    trustConfig: { trustType: "Limited" },
    maxPeers: 20,
    ...spec
  }
})

/** A Mesh that a person wrote. */
export const meshOf = (cluster: string, name: string, spec: Partial<Mesh["spec"]> = {}, metadata = {}): Mesh => ({
  apiVersion: labels.apiVersion,
  kind: "Mesh",
  metadata: metadataOf(name, cluster, metadata),
  spec: {
    cluster,
    controlPlane: { namespace: "own-system", components: ["istio-discovery"] },
    meshProvider: "Openshift Service Mesh",
    ...spec
  }
})

const parts: ReadonlyArray<ReportPart> = ["APIs", "Operators", "ControlPlanes", "Objects", "Services", "Namespaces"]

/** A complete report of an empty cluster. */
export const reportOf = (given: Partial<ClusterReport> = {}): ClusterReport => ({
  parts: parts.map((name) => ({ name, complete: true })),
  apis: [],
  operators: [],
  controlPlanes: [],
  objects: [],
  services: [],
  namespaces: [],
  ...given
})

/** A living cluster; `report` undefined: its agent was never asked. */
export const clusterOf = (name: string, report?: ClusterReport, given: Partial<ClusterFacts> = {}): ClusterFacts => ({
  name,
  available: true,
  deleting: false,
  addOnAvailable: true,
  agent:
    report === undefined
      ? undefined
      : {
          apiVersion: labels.apiVersion,
          kind: "MeshAgent",
          metadata: metadataOf(labels.addonName, name),
          spec: {
            fleetId,
            objects: report.objects.map(({ apiVersion, kind, name: object, namespace }) => ({
              apiVersion,
              kind,
              namespace,
              name: object
            }))
          },
          status: { observedGeneration: 1, report }
        },
  ...given
})
