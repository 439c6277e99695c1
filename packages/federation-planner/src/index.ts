export { knowledgeOf, type ClusterKnowledge, type ControlPlaneKnowledge, type ObjectKnowledge } from "./Knowledge.ts"
export type { CertificateAnswer, ClusterFacts, FoundControlPlane, HubState, Malformed, MeshFacts } from "./HubState.ts"
export type { Explanation, HubAction, Plan, StatusPlan, WorkAction } from "./Plan.ts"
export { planHub } from "./planHub.ts"
