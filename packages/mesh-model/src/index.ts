export { addressProblem, hostOf } from "./addresses.ts"
export {
  type AddOnDeploymentConfig,
  AddOnDeploymentConfigSpec,
  decodeAddOnDeploymentConfig,
  ImageRegistry
} from "./AddOnDeploymentConfig.ts"
export { CertificateFacts } from "./CertificateFacts.ts"
export { type CertificateSigningRequest, decodeCertificateSigningRequest } from "./CertificateSigningRequest.ts"
export { Condition, Conditions, isTrue, setConditions, type Verdict } from "./Condition.ts"
export { customResourceDefinitions, openApiSchema, type CustomResourceDefinition } from "./crd.ts"
export { canonicalJson, hashOf, isSameJson } from "./hash.ts"
export * as labels from "./labels.ts"
export { apiServersOf, decodeManagedCluster, isClusterAvailable, ManagedCluster } from "./ManagedCluster.ts"
export {
  AddOnRegistration,
  ConfigReference,
  decodeManagedClusterAddOn,
  isAddOnAvailable,
  ManagedClusterAddOn
} from "./ManagedClusterAddOn.ts"
export {
  decodeManifestWork,
  type FeedbackValue,
  ManifestWork,
  manifestsOf,
  ManifestWorkSpec,
  ManifestWorkStatus,
  type ResourceIdentifier
} from "./ManifestWork.ts"
export * as maistra from "./maistra.ts"
export { clusterOf, ComponentReadiness, decodeMesh, Mesh, MeshSpec, MeshStatus, Removal } from "./Mesh.ts"
export {
  ClusterReport,
  ControlPlaneReport,
  decodeMeshAgent,
  GatewayReport,
  isComplete,
  Mark,
  MeshAgent,
  MeshAgentSpec,
  MeshAgentStatus,
  NamespaceReport,
  ObjectReport,
  OperatorReport,
  PeerReport,
  ReportPart,
  ServiceReport
} from "./MeshAgent.ts"
export {
  decodeMeshDeployment,
  defaultOperator,
  MeshDeployment,
  MeshDeploymentSpec,
  MeshDeploymentStatus,
  Operator
} from "./MeshDeployment.ts"
export {
  decodeMeshFederation,
  FederatedService,
  MeshFederation,
  MeshFederationSpec,
  MeshFederationStatus,
  MeshRef,
  ServiceExport
} from "./MeshFederation.ts"
export { decodeMeshPeering, MeshPeering, MeshPeeringSpec, MeshPeeringStatus, PeeringSide } from "./MeshPeering.ts"
export * as names from "./names.ts"
export type { MeshKey } from "./names.ts"
export {
  identityKey,
  identityOf,
  isDeleting,
  keyOf,
  ObjectMeta,
  OwnerReference,
  type KubeObject,
  type ObjectIdentity
} from "./ObjectMeta.ts"
export * as olm from "./olm.ts"
export { byKey, byText } from "./order.ts"
export { Component, MeshProvider, TrustType } from "./provider.ts"
export * as resources from "./resources.ts"
export type { ResourceType } from "./resources.ts"
