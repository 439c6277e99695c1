import { makeKubeSim } from "@multicluster-mesh/kube-sim"
import * as Effect from "effect/Effect"
import { runContract } from "./runContract.ts"

runContract(
  "kube-sim",
  Effect.map(makeKubeSim(), ({ connection, forget }) => ({ connection, forget, startControllers: Effect.void }))
)
