export type { CertificateAnswer, ClusterFacts, FoundControlPlane, HubState, Malformed, MeshFacts } from "./HubState.ts"
export type { Explanation, HubAction, Plan, StatusPlan, WorkAction } from "./Plan.ts"
