export { HubNotPrepared } from "./fleetId.ts"
export { defaultAddonNamespace, type HubOptions, runHub } from "./runHub.ts"
