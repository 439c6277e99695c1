import * as Effect from "effect/Effect"
import { startControlPlane } from "../src/ControlPlane.ts"
import { startControllers } from "../src/startControllers.ts"
import { runContract } from "./runContract.ts"

runContract(
  "kube-apiserver",
  Effect.map(startControlPlane("contract"), (plane) => ({
    connection: plane.connection,
    forget: plane.forget,
    startControllers: startControllers(plane)
  }))
)
