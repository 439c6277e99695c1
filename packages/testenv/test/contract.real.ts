import * as Effect from "effect/Effect"
import { borrowControlPlane } from "../src/borrowControlPlane.ts"
import { startControllers } from "../src/startControllers.ts"
import { runContract } from "./runContract.ts"

runContract(
  "kube-apiserver",
  Effect.map(borrowControlPlane("contract"), (plane) => ({
    connection: plane.connection,
    forget: plane.forget,
    startControllers: startControllers(plane)
  }))
)
