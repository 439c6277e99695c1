import * as Effect from "effect/Effect"
import { join } from "node:path"
import { goTools, missingIn } from "./goTools.ts"
import { TestenvError } from "./TestenvError.ts"

/** Paths of the Kubernetes binaries. */
export interface KubeTools {
  readonly etcd: string
  readonly apiServer: string
  readonly controllerManager: string
  readonly kubectl: string
}

const version = "1.37.2"
const [major, minor] = version.split(".")
const programs = ["kube-apiserver", "kube-controller-manager", "kubectl"]

/**
 * The Kubernetes binaries: those in `KUBEBUILDER_ASSETS` (the convention of controller-runtime's envtest) if it is set,
 * else built from their Go modules into a cache outside the tree. The first build takes some minutes, a later one none.
 *
 * Errors: `TestenvError` when Go is missing or the build fails; it says which command to run.
 */
export const kubeTools: Effect.Effect<KubeTools, TestenvError> = Effect.suspend(() => {
  const given = process.env["KUBEBUILDER_ASSETS"]
  if (given !== undefined && given !== "") return adopt(given)
  return Effect.map(
    goTools({
      name: "kube",
      what: "Kubernetes",
      version,
      // the module go.etcd.io/etcd/server/v3 gives its binary the name of its folder
      binaries: ["server", ...programs],
      stamp: `-X k8s.io/component-base/version.gitVersion=v${version} -X k8s.io/component-base/version.gitMajor=${major} -X k8s.io/component-base/version.gitMinor=${minor}`,
      otherwise: "\nOr set KUBEBUILDER_ASSETS to a folder that holds them."
    }),
    (folder) => toolsIn(folder, "server")
  )
})

const toolsIn = (folder: string, etcd: string): KubeTools => ({
  etcd: join(folder, etcd),
  apiServer: join(folder, "kube-apiserver"),
  controllerManager: join(folder, "kube-controller-manager"),
  kubectl: join(folder, "kubectl")
})

const adopt = (folder: string): Effect.Effect<KubeTools, TestenvError> => {
  const missing = missingIn(folder, ["etcd", ...programs])
  return missing.length === 0
    ? Effect.succeed(toolsIn(folder, "etcd"))
    : Effect.fail(
        new TestenvError({ part: "KUBEBUILDER_ASSETS", problem: `not there: ${missing.join(", ")}; unset it to build` })
      )
}
