export { meshAddOn } from "./addon/meshAddOn.ts"
export { HubNotPrepared } from "./fleetId.ts"
export { defaultAddonNamespace, type HubOptions, runHub } from "./runHub.ts"
export { type HubControllerOptions, runHubController } from "./runHubController.ts"
