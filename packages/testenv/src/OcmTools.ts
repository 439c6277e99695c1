import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { goTools, moduleFolder } from "./goTools.ts"
import { TestenvError } from "./TestenvError.ts"

/** Paths of Open Cluster Management's own programs, and of its CustomResourceDefinitions. */
export interface OcmTools {
  readonly registration: string
  readonly work: string
  readonly placement: string
  readonly addon: string
  /** The folder of the module open-cluster-management.io/api: `<group>/<version>/*.crd.yaml`. */
  readonly definitions: string
}

const programs = ["registration", "work", "placement", "addon"]
const definitionsModule = "open-cluster-management.io/api"

/**
 * OCM's binaries, built from their Go module into a cache outside the tree, and its unmodified definitions.
 *
 * Errors: `TestenvError` when Go is missing or the build fails; it says which command to run.
 */
export const ocmTools: Effect.Effect<OcmTools, TestenvError> = Effect.gen(function* () {
  const folder = yield* goTools({ name: "ocm", what: "OCM", version: "0.16.0", binaries: programs })
  const listed = spawnSync("go", ["mod", "download", "-json", definitionsModule], {
    cwd: moduleFolder("ocm"),
    encoding: "utf8"
  })
  if (listed.status !== 0) {
    return yield* new TestenvError({ part: definitionsModule, problem: `Go does not find it: ${listed.stderr}` })
  }
  const { Dir: definitions }: { readonly Dir: string } = JSON.parse(listed.stdout)
  const tools: OcmTools = {
    registration: join(folder, "registration"),
    work: join(folder, "work"),
    placement: join(folder, "placement"),
    addon: join(folder, "addon"),
    definitions
  }
  return tools
})
