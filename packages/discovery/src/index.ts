export type { ApiState, ClusterSnapshot, KindState, Look, NamespaceContents, ObjectLook } from "./ClusterSnapshot.ts"
export { contentKinds } from "./contentKinds.ts"
export { reportCluster } from "./reportCluster.ts"
export { snapshotApis, snapshotKinds, type SnapshotKind, type SnapshotKindName } from "./snapshotKinds.ts"
