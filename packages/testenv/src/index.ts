export type { AuditedCall } from "./audit.ts"
export { type Authority, type KeyPair, makeAuthority, makeCertificateRequest } from "./certificates.ts"
export { type ControlPlane, kubeconfigOf, startControlPlane } from "./ControlPlane.ts"
export { borrowControlPlane } from "./borrowControlPlane.ts"
export { freePort } from "./freePort.ts"
export { type Proxy, startProxy } from "./startProxy.ts"
export { type HelmTools, helmTools } from "./HelmTools.ts"
export { type JobToRun, runJob } from "./runJob.ts"
export { startControllers } from "./startControllers.ts"
export { type KubeTools, kubeTools } from "./KubeTools.ts"
export { type Ocm, type OcmOptions, startOcm } from "./ocm/startOcm.ts"
export { type Klusterlet } from "./ocm/startKlusterlet.ts"
export { type OcmTools, ocmTools } from "./OcmTools.ts"
export { type ProcessOptions, type RunningProcess, startProcess } from "./startProcess.ts"
export {
  makeRawClient,
  type Json,
  type RawAnswer,
  type RawClient,
  type RawRequest,
  type WatchEvent
} from "./RawClient.ts"
export { TestenvError } from "./TestenvError.ts"
export { kubectlOn } from "./ocm/kubectlOn.ts"
