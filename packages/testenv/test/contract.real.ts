import * as Effect from "effect/Effect"
import { startControlPlane } from "../src/ControlPlane.ts"
import { runContract } from "./runContract.ts"

runContract(
  "kube-apiserver",
  Effect.map(startControlPlane("contract"), (plane) => plane.connection)
)
