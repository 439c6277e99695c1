export {
  clusterOf,
  deploymentOf,
  federationOf,
  fleetId,
  hubWith,
  meshOf,
  meshRef,
  metadataOf,
  now,
  reportOf
} from "./builders.ts"
export { deleteByUser, plant, type ImaginedCluster } from "./ImaginedCluster.ts"
export { writesOf } from "./imaginedHub.ts"
export { validRoot, type ImaginedService } from "./imaginedMaistra.ts"
export {
  carryOut,
  imagineWorld,
  look,
  objectsIn,
  settle,
  withState,
  type ImaginedWorld,
  type SettleOptions,
  type WorldOptions
} from "./ImaginedWorld.ts"
