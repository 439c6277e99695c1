export { meshAddOn } from "./addon/meshAddOn.ts"
export { HubNotPrepared } from "./fleetId.ts"
export { defaultAddonNamespace, type HubOptions, runHub } from "./runHub.ts"
