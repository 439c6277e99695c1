export { type Connection, type Credentials, connectionTo } from "./Connection.ts"
export { certificateFacts, MalformedPem } from "./certificateFacts.ts"
export { eventAbout, type EventRecorder, makeEventRecorder, type ObjectEvent } from "./EventRecorder.ts"
export { measureWrite, type WriteLabels } from "./measureWrite.ts"
export { writeStatus } from "./writeStatus.ts"
export { inCluster } from "./inCluster.ts"
export { kubeConfigFile } from "./kubeConfigFile.ts"
export type { Informer, InformerOptions } from "./Informer.ts"
export type {
  KubeApi,
  KubeList,
  KubeObject,
  ManagedFieldsEntry,
  ObjectMeta,
  ObjectRef,
  OwnerReference,
  ResourceType,
  Selection,
  ServedKind
} from "./KubeApi.ts"
export { holdLeadership, type Leadership, type LeadershipOptions, type Standing } from "./Leadership.ts"
export { type HolderSight, makeHolderWatch } from "./watchHolder.ts"
export { type LookAgain, reconcileByKey, type ReconcileOptions } from "./reconcileByKey.ts"
export { type Backoff, growing, patient } from "./backoff.ts"
export { type KubeApiOptions, makeKubeApi } from "./makeKubeApi.ts"
export type { RateLimit } from "./RateLimit.ts"
export { dropManagedFields, keyOf, metadataOf, refOf } from "./objects.ts"
export { KubeConfigError } from "./KubeConfigError.ts"
export {
  AlreadyExists,
  type StatusCause,
  Conflict,
  Forbidden,
  Gone,
  Invalid,
  KubeError,
  type KubeErrorReason,
  NotFound,
  NotServed,
  Refused,
  TooManyRequests,
  Unauthorized,
  Unavailable
} from "./KubeError.ts"
export type { Readiness } from "./Readiness.ts"
export { deliverWork, hubFieldManager, NotOurWork } from "./works/deliverWork.ts"
export { isSameWork, type WantedWork } from "./works/isSameWork.ts"
