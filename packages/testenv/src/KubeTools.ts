import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { cacheFolder } from "./cacheFolder.ts"
import { TestenvError } from "./TestenvError.ts"

/** Paths of the Kubernetes binaries. */
export interface KubeTools {
  readonly etcd: string
  readonly apiServer: string
  readonly controllerManager: string
  readonly kubectl: string
}

const module = fileURLToPath(new URL("../../../tools/kube/", import.meta.url))
const version = "1.37.2"

/**
 * The Kubernetes binaries: those in `KUBEBUILDER_ASSETS` (the convention of controller-runtime's envtest) if it is set,
 * else built from their Go modules into a cache outside the tree. The first build takes some minutes, a later one none.
 *
 * Errors: `TestenvError` when Go is missing or the build fails; it says which command to run.
 */
export const kubeTools: Effect.Effect<KubeTools, TestenvError> = Effect.suspend(() => {
  const given = process.env["KUBEBUILDER_ASSETS"]
  if (given !== undefined && given !== "") return check(toolsIn(given, "etcd"))
  const sums = readFileSync(join(module, "go.sum"))
  const folder = join(cacheFolder("kube"), createHash("sha256").update(sums).update(version).digest("hex").slice(0, 16))
  const built = toolsIn(folder, "server")
  return Object.values(built).every((file) => existsSync(file)) ? Effect.succeed(built) : build(folder, built)
})

// The module go.etcd.io/etcd/server/v3 gives its binary the name of its folder.
const toolsIn = (folder: string, etcd: string): KubeTools => ({
  etcd: join(folder, etcd),
  apiServer: join(folder, "kube-apiserver"),
  controllerManager: join(folder, "kube-controller-manager"),
  kubectl: join(folder, "kubectl")
})

const check = (tools: KubeTools): Effect.Effect<KubeTools, TestenvError> => {
  const missing = Object.values(tools).filter((file) => !existsSync(file))
  return missing.length === 0
    ? Effect.succeed(tools)
    : Effect.fail(
        new TestenvError({ part: "KUBEBUILDER_ASSETS", problem: `not there: ${missing.join(", ")}; unset it to build` })
      )
}

/** Builds into a folder of its own and renames it: who else builds at the same time wins or loses, and harms nothing. */
const build = (folder: string, built: KubeTools): Effect.Effect<KubeTools, TestenvError> =>
  Effect.suspend(() => {
    if (spawnSync("go", ["version"]).status !== 0)
      return Effect.fail(
        new TestenvError({
          part: "Kubernetes binaries",
          problem:
            "Go is needed to build them: install Go 1.26 or newer, or set KUBEBUILDER_ASSETS to a folder that holds them"
        })
      )
    process.stderr.write(
      `building etcd, kube-apiserver and kubectl ${version} once, into ${folder} (takes some minutes)\n`
    )
    mkdirSync(cacheFolder("kube"), { recursive: true })
    const making = mkdtempSync(join(cacheFolder("kube"), "making-"))
    const [major, minor] = version.split(".")
    const stamp = `-X k8s.io/component-base/version.gitVersion=v${version} -X k8s.io/component-base/version.gitMajor=${major} -X k8s.io/component-base/version.gitMinor=${minor}`
    const done = spawnSync("go", ["build", "-trimpath", "-ldflags", `-s -w ${stamp}`, "-o", `${making}/`, "tool"], {
      cwd: module,
      stdio: ["ignore", "inherit", "inherit"]
    })
    if (done.status !== 0) {
      rmSync(making, { recursive: true, force: true })
      return Effect.fail(
        new TestenvError({
          part: "Kubernetes binaries",
          problem: "go build failed, see above; try: cd tools/kube && go build tool"
        })
      )
    }
    if (existsSync(folder)) rmSync(making, { recursive: true, force: true })
    else renameSync(making, folder)
    return check(built)
  })
