/** OCM's add-on contract for any add-on in TypeScript; an entry of its own, for not every program is one. */
export {
  type AddOn,
  type FeedbackRule,
  type Health,
  type HealthProbe,
  type HealthVerdict,
  type HubPermissions,
  type ManifestsInput,
  ManifestsRefused,
  type ObjectFeedback,
  type PolicyRule,
  type PreDelete,
  type RegistrationOptions
} from "./addon/AddOn.ts"
export { type AddOnApi, addOnApis, type AddOnApiVersion } from "./addon/AddOnApi.ts"
export { type AddOnApiChoice, whileServed, type WhileServedOptions } from "./addon/whileServed.ts"
export { agentIdentity, type AgentIdentity, kubeClientSigner } from "./addon/agentIdentity.ts"
export { applyDeploymentConfig } from "./addon/applyDeploymentConfig.ts"
export { type CertificateRequest, MalformedRequest, readCertificateRequest } from "./addon/certificateRequest.ts"
export { type CsrFacts, type CsrVerdict, judgeCsr } from "./addon/judgeCsr.ts"
export * as addOnKeys from "./addon/keys.ts"
export { type AddOnOptions, runAddOn } from "./addon/runAddOn.ts"
export { specHash } from "./addon/specHash.ts"
export { keepLease, type LeaseOptions } from "./addon/keepLease.ts"
