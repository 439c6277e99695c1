export type { Refusal } from "./checkControlPlane.ts"
export type {
  ApiState,
  ClusterSnapshot,
  ContentState,
  KindState,
  Look,
  NamespaceContents,
  ObjectLook
} from "./ClusterSnapshot.ts"
export { contentKinds } from "./contentKinds.ts"
export { meshesOf, type FoundMesh, type FoundMeshes, type MeshFacts } from "./meshesOf.ts"
export { reportCluster } from "./reportCluster.ts"
export { snapshotApis, snapshotKinds, type SnapshotKind, type SnapshotKindName } from "./snapshotKinds.ts"
