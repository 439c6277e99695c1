import { resources, type KubeObject, type ResourceType } from "@multicluster-mesh/mesh-model"

/** One kind that an agent lists and watches. The fields beside `name` and `type` are those of an informer. */
export interface SnapshotKind<Name extends string = string> {
  readonly name: Name
  readonly type: ResourceType
  readonly labelSelector?: string
  readonly fieldSelector?: string
  readonly metadataOnly?: boolean
  /** Cuts an object down to what discovery reads: an agent keeps nothing else in memory. */
  readonly project?: <O extends KubeObject>(object: O) => O
}

/** The ConfigMap in which istiod publishes the root certificate of its mesh. */
export const rootCertificateConfigMap = "istio-ca-root-cert"

/** `object` with nothing of `field` but `keys`. */
const picked = <O extends KubeObject>(object: O, field: string, keys: ReadonlyArray<string>): O => {
  const value = object[field]
  return typeof value === "object" && value !== null
    ? { ...object, [field]: Object.fromEntries(Object.entries(value).filter(([key]) => keys.includes(key))) }
    : object
}

const keeping =
  (spec: ReadonlyArray<string>, status: ReadonlyArray<string>) =>
  <O extends KubeObject>(object: O): O =>
    picked(
      picked({ ...object, metadata: { ...object.metadata, managedFields: undefined } }, "spec", spec),
      "status",
      status
    )

// all that the operator renders carries these labels (reference: OSSM 2, status); nothing else does
const gatewayWorkloads = "maistra.io/owner,app.kubernetes.io/component in (istio-ingress,istio-egress)"

const kinds = [
  {
    name: "ControlPlanes",
    type: resources.controlPlanes,
    // appliedValues alone is as large as all the rest
    project: keeping(
      ["version", "profiles", "cluster", "security"],
      ["observedGeneration", "chartVersion", "operatorVersion", "conditions", "readiness", "appliedSpec"]
    )
  },
  { name: "MemberRolls", type: resources.memberRolls },
  { name: "Members", type: resources.members },
  { name: "Peers", type: resources.serviceMeshPeers },
  { name: "ExportSets", type: resources.exportedServiceSets },
  { name: "ImportSets", type: resources.importedServiceSets },
  { name: "Subscriptions", type: resources.subscriptions },
  {
    name: "ServiceVersions",
    type: resources.clusterServiceVersions,
    // an operator for all namespaces has a copy in each of them
    labelSelector: "!olm.copiedFrom",
    project: keeping([], ["phase", "reason", "message"])
  },
  {
    name: "GatewayDeployments",
    type: resources.deployments,
    labelSelector: gatewayWorkloads,
    project: keeping([], ["observedGeneration", "conditions"])
  },
  // of all namespaces: the gateways', and whichever the hub asks for
  { name: "Services", type: resources.services, project: keeping(["type", "ports"], ["loadBalancer"]) },
  {
    name: "RootCertificates",
    type: resources.configMaps,
    fieldSelector: `metadata.name=${rootCertificateConfigMap}`
  },
  { name: "IstiodPods", type: resources.pods, labelSelector: "app=istiod", project: keeping([], ["phase"]) },
  { name: "Namespaces", type: resources.namespaces, metadataOnly: true }
] as const satisfies ReadonlyArray<SnapshotKind>

/** Names the entries of a snapshot. */
export type SnapshotKindName = (typeof kinds)[number]["name"]

/** What an agent lists and watches of its cluster. Secrets are not among it, ever: see `contentKinds` for their names. */
export const snapshotKinds: ReadonlyArray<SnapshotKind<SnapshotKindName>> = kinds

/** The API versions of which an agent asks what they serve. */
export const snapshotApis: ReadonlyArray<string> = [
  "federation.maistra.io/v1",
  "maistra.io/v1",
  "maistra.io/v2",
  "operators.coreos.com/v1alpha1"
]
