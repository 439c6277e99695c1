import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { borrowControlPlane } from "../src/borrowControlPlane.ts"
import { helmTools } from "../src/HelmTools.ts"
import { installOcm } from "./installOcm.ts"

export const root = new URL("../../../", import.meta.url).pathname
export const chart = join(root, "deploy/helm/multicluster-mesh-addon")
export const release = "multicluster-mesh-addon"
export const namespace = "multicluster-mesh-addon"

interface Said {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** An API server with OCM's kinds and the namespaces that the chart wants, and helm and kubectl on it. */
export const startHelmWorld = Effect.fnUntraced(function* (name: string) {
  const tools = yield* helmTools
  const plane = yield* borrowControlPlane(name)
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "helm-"))),
    (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
  )
  const environment = { KUBECONFIG: join(folder, "kubeconfig"), HELM_CACHE_HOME: folder }
  writeFileSync(environment.KUBECONFIG, plane.kubeconfig, { mode: 0o600 })

  const run = (command: string, args: ReadonlyArray<string>, input?: string): Said =>
    spawnSync(command, args, {
      encoding: "utf8",
      env: { ...process.env, ...environment },
      cwd: root,
      maxBuffer: 64 * 1024 * 1024,
      input
    })
  const succeed = (command: string, args: ReadonlyArray<string>, input?: string): string => {
    const { status, stdout, stderr } = run(command, args, input)
    if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}${stdout}`)
    return stdout
  }
  const helm = (...args: ReadonlyArray<string>) => succeed(tools.helm, args)
  const kubectl = (...args: ReadonlyArray<string>) => succeed(tools.kubectl, args)

  installOcm(tools.kubectl, environment.KUBECONFIG)
  kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
  kubectl("create", "namespace", "open-cluster-management")
  kubectl("create", "namespace", "east")
  return {
    tools,
    plane,
    folder,
    environment,
    run,
    succeed,
    helm,
    kubectl,
    apply: (object: unknown) => succeed(tools.kubectl, ["apply", "-f", "-"], JSON.stringify(object)),
    names: (...args: ReadonlyArray<string>): ReadonlyArray<string> =>
      kubectl("get", ...args, "-o", "name")
        .split("\n")
        .filter((line) => line !== ""),
    may: (who: string, ...args: ReadonlyArray<string>): boolean =>
      run(tools.kubectl, ["auth", "can-i", `--as=${who}`, ...args]).stdout.startsWith("yes"),
    /** Kinds that can be listed, for kubectl; without Events. */
    kinds: (...flags: ReadonlyArray<string>): string =>
      kubectl("api-resources", "--verbs=list", "-o", "name", ...flags)
        .trim()
        .split("\n")
        .filter((kind) => !kind.startsWith("events"))
        .join(",")
  }
})

export type HelmWorld = Effect.Success<ReturnType<typeof startHelmWorld>>
