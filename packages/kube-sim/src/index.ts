export type { AdmissionDenial, AdmissionHook, AdmissionReview } from "./server/AdmissionHook.ts"
export { ApiError } from "./server/ApiError.ts"
export type { Fault, RequestMatch } from "./server/Fault.ts"
export { type KubeSim, type KubeSimOptions, makeKubeSim } from "./server/makeKubeSim.ts"
export { ListenFailed, type TlsOptions } from "./server/serve.ts"
export type { Write } from "./server/Server.ts"
export { federationCrds } from "./crds/federationCrds.ts"
export { maistraCrds } from "./crds/maistraCrds.ts"
export { ocmClusterCrds, ocmCrds, ocmHubCrds, ocmHubCrdsWith } from "./crds/ocmCrds.ts"
export { olmCrds } from "./crds/olmCrds.ts"
export { ocmDelays, type OcmOptions, type OcmSim, simulateOcm } from "./simulators/ocm/simulateOcm.ts"
export type { WorkAgentDelays } from "./simulators/ocm/workAgent.ts"
export { callService, type ServiceCall } from "./simulators/ossm/callService.ts"
export { type LoadBalancerAddress, makeOssmWorld, type OssmWorld } from "./simulators/ossm/OssmWorld.ts"
export {
  type OssmDelays,
  ossmDelays,
  type OssmOptions,
  type OssmSim,
  simulateOssm
} from "./simulators/ossm/simulateOssm.ts"
export { bookinfo, plantBookinfo, type PlantedMesh, plantMesh } from "./simulators/plantMesh.ts"
