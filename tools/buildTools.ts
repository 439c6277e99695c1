// Builds the programs of real control planes, before any test's time runs: buildTools.ts [part of test:real ...]
import * as Effect from "effect/Effect"
import { kubeTools } from "../packages/testenv/src/KubeTools.ts"
import { ocmTools } from "../packages/testenv/src/OcmTools.ts"

const parts = process.argv.slice(2)
const needsOcm = parts.length === 0 || parts.includes("ocm")
await Effect.runPromise(
  Effect.andThen(kubeTools, needsOcm ? ocmTools : Effect.void).pipe(
    Effect.catch(({ message }) =>
      Effect.sync(() => {
        console.error(message)
        process.exitCode = 2
      })
    )
  )
)
