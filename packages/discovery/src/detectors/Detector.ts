import type { ControlPlaneReport } from "@multicluster-mesh/mesh-model"
import type { ClusterSnapshot } from "../ClusterSnapshot.ts"
import type { Problems } from "../Problems.ts"

/** Finds the control planes of one mesh product; what it cannot read it adds to `problems`. */
export type Detector = (snapshot: ClusterSnapshot, problems: Problems) => ReadonlyArray<ControlPlaneReport>
