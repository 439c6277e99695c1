export { type Connection, type Credentials, connectionTo } from "./Connection.ts"
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
export { KubeConfigError } from "./KubeConfigError.ts"
export {
  AlreadyExists,
  type Cause,
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
